"""Freezing the level before treatment, and correcting it by a new version."""

import datetime as dt
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from clinic import audit
from clinic.access import Capability, allows
from clinic.models import AuditEntry, User
from patients.actions.holding import hold, hold_to_write
from patients.diary import count, window_before
from patients.models import Assessment, Baseline, DiaryDay, Patient

ONE_DAY = dt.timedelta(days=1)
# What a version says of the days before treatment, and where from.
KEPT = (
    *("source", "assessment", "last", "days_recorded", "headache_days", "migraine_days"),
    *("long_headache_days", "headache_hours", "medicine_days", "symptoms"),
)


class Refused(Exception):
    """The level cannot be kept so; the text says why, for the reader."""


@transaction.atomic
def freeze_baseline(
    *,
    patient: Patient,
    given_on: dt.date,
    assessment: Assessment | None,
    hit6: int | None,
    by: User | None,
    at: dt.datetime,
) -> Baseline | None:
    """Keep the 28 days before the first injection: from the diary, or where there is none from the signed assessment.

    Any diary day at all makes it the diary's; too few of them need a clinician's review and are never filled up from
    elsewhere in silence. Returns None when nothing is known.
    """
    found = from_diary(patient, given_on) or _from_assessment(assessment)
    if found is None:
        return None
    row = Baseline(clinic=patient.clinic, patient=patient, given_on=given_on, hit6=hit6, **found)
    row.frozen_by, row.frozen_at = by, at
    row.save()
    _trace(row, AuditEntry.Action.CREATE, by=by, at=at)
    return row


def from_diary(patient: Patient, given_on: dt.date) -> dict[str, Any] | None:
    """Return the counts of the 28 days before ``given_on`` as the diary has them now, or None without a diary (1 query)."""
    days = DiaryDay.objects.filter(patient=patient, date__range=window_before(given_on)).facts()
    window = count(days, given_on - ONE_DAY)
    if not window.days_recorded:
        return None
    # Where the length of some headaches is not known, what hangs on it is not known either.
    lengths = not window.hours_unknown
    return {
        "source": Baseline.Source.DIARY,
        "last": window.last,
        "days_recorded": window.days_recorded,
        "headache_days": window.headache_days,
        "migraine_days": window.migraine_days,
        "long_headache_days": window.long_headache_days if lengths else None,
        "headache_hours": window.hours if lengths else None,
        "medicine_days": window.medicine_days,
        "symptoms": dict(window.symptoms),
    }


def _from_assessment(assessment: Assessment | None) -> dict[str, Any] | None:
    """Return the counts that a signed assessment to start rests on; one to continue has those of the treatment."""
    if assessment is None or assessment.headache_days is None or assessment.stage != Assessment.Stage.START:
        return None
    return {
        "source": Baseline.Source.ASSESSMENT,
        "assessment": assessment,
        "last": assessment.assessed_on - ONE_DAY,
        "days_recorded": assessment.days_recorded,
        "headache_days": assessment.headache_days,
        "migraine_days": assessment.migraine_days,
        "long_headache_days": assessment.long_headache_days,
    }


@transaction.atomic
def write_baseline(
    *,
    patient: Patient,
    given_on: dt.date,
    numbers: dict[str, int | None],
    reason: str,
    by: User,
    at: dt.datetime,
    corrects: Baseline | None = None,
) -> Baseline:
    """Write down the level by hand: a new version of ``corrects``, or the first for somebody treated before elsewhere."""
    if not allows(by, patient.clinic, Capability.PRESCRIBE):
        raise PermissionDenied
    if not reason.strip():
        raise Refused("Say why, and where the numbers come from.")
    hold_to_write(patient)  # a correction of the same moment may take the level to another day
    row = Baseline(
        clinic=patient.clinic,
        patient=patient,
        given_on=given_on,
        last=given_on - ONE_DAY,
        source=Baseline.Source.TOLD,
        corrects=corrects,
        reason=reason.strip(),
        frozen_by=by,
        frozen_at=at,
        **numbers,
    )
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as error:
        # Another version of the same one may stand under another day: the session's own was corrected meanwhile.
        first = Baseline.objects.filter(patient=patient, given_on=given_on, corrects=None)
        if (Baseline.objects.filter(corrects=corrects) if corrects else first).exists():
            raise Refused("Somebody wrote down this level at the same moment. Look again.") from error
        raise
    _trace(row, AuditEntry.Action.CHANGE if corrects else AuditEntry.Action.CREATE, by=by, at=at)
    return row


@transaction.atomic
def move_baseline(
    *, patient: Patient, before: dt.date, given_on: dt.date, reason: str, by: User | None, at: dt.datetime
) -> Baseline | None:
    """Keep the level under another first day, by a new version: counted anew where it came from the diary.

    What was assessed or written down by hand stays as it is. Returns None when no level is kept under ``before``.
    """
    hold(patient)  # one writer at a time: each version is corrected once
    old = Baseline.objects.newest().filter(patient=patient, given_on=before).first()
    if old is None:
        return None
    counted = from_diary(patient, given_on) if old.source == Baseline.Source.DIARY else None
    kept = {name: getattr(old, name) for name in KEPT}
    if old.source == Baseline.Source.TOLD:
        kept["last"] = given_on - ONE_DAY
    row = Baseline(
        clinic=patient.clinic, patient=patient, given_on=given_on, corrects=old, reason=reason, hit6=old.hit6
    )
    for name, value in (counted or kept).items():
        setattr(row, name, value)
    row.frozen_by, row.frozen_at = by, at
    row.save()
    _trace(row, AuditEntry.Action.CHANGE, by=by, at=at)
    return row


def _trace(row: Baseline, action: AuditEntry.Action, *, by: User | None, at: dt.datetime) -> None:
    audit.record(clinic=row.clinic, by=by, at=at, action=action, kind="baseline", subject=row.uid)
