"""Finding out whether somebody qualifies, and signing it."""

import datetime as dt

from django.core.exceptions import PermissionDenied
from django.db import transaction

from clinic import audit
from clinic.access import Capability, allows
from clinic.models import AuditEntry, User
from patients.models import Assessment, Patient


class AlreadySigned(Exception):
    """Somebody signed this assessment before; the argument is the signed row."""

    def __init__(self, assessment: Assessment) -> None:
        super().__init__()
        self.assessment = assessment


class DraftChanged(Exception):
    """The draft is no longer the one that was read."""


@transaction.atomic
def draft_assessment(
    *,
    patient: Patient,
    by: User | None,
    at: dt.datetime,
    source: str,
    assessed_on: dt.date,
    headache_days: int | None,
    long_headache_days: int | None,
    migraine_days: int | None,
    months_at_this_level: int | None,
    days_recorded: int | None = None,
) -> Assessment:
    """Apply the rule to what was found and keep it as the person's one unsigned assessment, in place of an older draft.

    Counts are days in 28; None is "not known". ``days_recorded`` is for counts from a diary. The draft is returned as
    it is when nothing differs.
    """
    findings = {
        "source": source,
        "assessed_on": assessed_on,
        "headache_days": headache_days,
        "long_headache_days": long_headache_days,
        "migraine_days": migraine_days,
        "months_at_this_level": months_at_this_level,
        "days_recorded": days_recorded,
    }
    Patient.objects.select_for_update().get(pk=patient.pk)
    stored = Assessment.objects.filter(patient=patient, signed_at__isnull=True).first()
    if stored and all(getattr(stored, name) == value for name, value in findings.items()):
        return stored
    draft = stored or Assessment(clinic=patient.clinic, patient=patient)
    for name, value in findings.items():
        setattr(draft, name, value)
    draft.drafted_by, draft.drafted_at = by, at
    draft.judge()
    draft.save()
    _trace(draft, AuditEntry.Action.CHANGE if stored else AuditEntry.Action.CREATE, by=by, at=at)
    return draft


@transaction.atomic
def sign_assessment(
    *,
    assessment: Assessment,
    by: User,
    at: dt.datetime,
    override_reason: str = "",
    read_at: dt.datetime | None = None,
) -> Assessment:
    """Sign a draft; from then on the database refuses any change to it.

    ``override_reason`` says why somebody is treated whom the rule does not find eligible; it is not kept for one it
    does. ``read_at`` is the draft's ``drafted_at`` that the signer saw. Raises AlreadySigned and DraftChanged, and
    PermissionDenied for anybody but a prescriber of the clinic.
    """
    if not allows(by, assessment.clinic, Capability.PRESCRIBE):
        raise PermissionDenied
    stored = Assessment.objects.select_for_update(of=("self",)).select_related("patient").get(pk=assessment.pk)
    if stored.signed_at is not None:
        raise AlreadySigned(stored)
    if read_at is not None and stored.drafted_at != read_at:
        raise DraftChanged
    stored.signed_by, stored.signed_at = by, at
    stored.override_reason = "" if stored.outcome == Assessment.Outcome.ELIGIBLE else override_reason.strip()
    stored.save()
    _trace(stored, AuditEntry.Action.SIGN, by=by, at=at)
    return stored


def _trace(assessment: Assessment, action: AuditEntry.Action, *, by: User | None, at: dt.datetime) -> None:
    audit.record(clinic=assessment.clinic, by=by, at=at, action=action, kind="assessment", subject=assessment.uid)
