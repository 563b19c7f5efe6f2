"""Finding out whether somebody qualifies, and signing it."""

import datetime as dt
from dataclasses import dataclass

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Count, Max

from clinic import audit
from clinic.access import Capability, allows
from clinic.models import AuditEntry, Membership, User
from patients import policies
from patients.actions.holding import hold_to_write
from patients.eligibility import LABEL, Findings, Policy, Stage
from patients.eligibility.storing import COLUMNS, pack
from patients.models import Assessment, DiaryDay, Patient


class AlreadySigned(Exception):
    """Somebody signed this assessment before; the argument is the signed row."""

    def __init__(self, assessment: Assessment) -> None:
        super().__init__()
        self.assessment = assessment


class DraftChanged(Exception):
    """The draft is no longer the one that was read."""


@dataclass(frozen=True)
class DiaryNews:
    """How many diary days were changed since a draft counted them, and when the last one was."""

    days: int
    at: dt.datetime


class DiaryChanged(Exception):
    """The diary that the draft rests on says something else by now."""

    def __init__(self, news: DiaryNews) -> None:
        super().__init__()
        self.news = news


class PolicyChanged(Exception):
    """The policy has a newer version than the one the draft was judged by, or is not used any more."""

    def __init__(self, newest: Policy, *, in_use: bool) -> None:
        super().__init__()
        self.newest, self.in_use = newest, in_use


@transaction.atomic
def draft_assessment(
    *,
    patient: Patient,
    by: User | None,
    at: dt.datetime,
    source: str,
    assessed_on: dt.date,
    found: Findings,
    policy: Policy = LABEL,
    stage: Stage = Stage.START,
) -> Assessment:
    """Apply a policy to what was found and keep it as the person's one unsigned assessment, in place of an older draft.

    The age is taken from the patient. The draft is returned as it is when nothing differs.
    """
    findings = {name: getattr(found, name) for name in COLUMNS - {"age"}} | {
        "source": source,
        "assessed_on": assessed_on,
        "inputs": pack(found),
        "diagnosis_code": found.diagnosis_code,
    }
    hold_to_write(patient)
    stored = Assessment.objects.filter(patient=patient, signed_at__isnull=True).first()
    if stored and _same(stored, findings, policy, stage) and diary_news(stored) is None:
        return stored
    draft = stored or Assessment(clinic=patient.clinic, patient=patient)
    for name, value in findings.items():
        setattr(draft, name, value)
    draft.drafted_by, draft.drafted_at = by, at
    draft.judge(policy, stage)
    draft.save()
    _trace(draft, AuditEntry.Action.CHANGE if stored else AuditEntry.Action.CREATE, by=by, at=at)
    return draft


def _same(stored: Assessment, findings: dict[str, object], policy: Policy, stage: Stage) -> bool:
    asked = stored.rules == policy and stored.stage == stage
    return asked and all(getattr(stored, name) == value for name, value in findings.items())


@transaction.atomic
def apply_newest(*, assessment: Assessment, by: User, at: dt.datetime) -> Assessment:
    """Judge a draft's findings again by the policy as it stands now. Raises AlreadySigned."""
    stored = _locked(assessment)
    found = policies.newest(stored.clinic, stored.policy)
    if found is None or found[0] == stored.rules:
        return stored
    stored.drafted_by, stored.drafted_at = by, at
    stored.judge(found[0], Stage(stored.stage))
    stored.save()
    _trace(stored, AuditEntry.Action.CHANGE, by=by, at=at)
    return stored


@transaction.atomic
def sign_assessment(
    *,
    assessment: Assessment,
    by: User,
    at: dt.datetime,
    override_reason: str = "",
    read_at: dt.datetime | None = None,
    knows_version: int | None = None,
) -> Assessment:
    """Sign a draft; from then on the database refuses any change to it.

    ``override_reason`` says why somebody is treated whom the rule does not find eligible; it is not kept for one it
    does. ``read_at`` is the draft's ``drafted_at`` that the signer saw, ``knows_version`` a newer version of the policy
    that they were told of and do not want. Raises AlreadySigned, DraftChanged, DiaryChanged and PolicyChanged, and
    PermissionDenied for anybody but a prescriber of the clinic.
    """
    if not allows(by, assessment.clinic, Capability.PRESCRIBE):
        raise PermissionDenied
    stored = _locked(assessment)
    if read_at is not None and stored.drafted_at != read_at:
        raise DraftChanged
    if news := diary_news(stored):
        raise DiaryChanged(news)
    _look_for_newer(stored, knows_version)
    stored.signed_by, stored.signed_at = by, at
    if stored.outcome != Assessment.Outcome.ELIGIBLE and override_reason.strip():
        stored.override_reason = override_reason.strip()
        stored.override_role = Membership.objects.get(user=by, clinic=stored.clinic).role
    stored.save()
    _trace(stored, AuditEntry.Action.SIGN, by=by, at=at)
    return stored


def _locked(assessment: Assessment) -> Assessment:
    """Return the row as it is now, held until the end of the transaction. Raises AlreadySigned.

    The person is held before it, as by whoever writes the diary: a day written at the same moment would be signed unseen.
    """
    hold_to_write(assessment.patient)
    rows = Assessment.objects.select_for_update(of=("self",)).select_related("patient", "clinic")
    stored = rows.get(pk=assessment.pk)
    if stored.signed_at is not None:
        raise AlreadySigned(stored)
    return stored


def _look_for_newer(stored: Assessment, knows_version: int | None) -> None:
    found = policies.newest(stored.clinic, stored.policy)
    if found and found[0].version not in {stored.policy_version, knows_version}:
        raise PolicyChanged(found[0], in_use=found[1])


def diary_news(draft: Assessment) -> DiaryNews | None:
    """Return what became of the diary days that a draft rests on since it was made; None when nothing (1 query)."""
    since = draft.findings().diary_since
    if since is None:
        return None
    days = DiaryDay.history.filter(
        patient_id=draft.patient_id, date__gte=since, date__lt=draft.assessed_on, history_date__gt=draft.drafted_at
    )
    changed = days.aggregate(days=Count("date", distinct=True), at=Max("history_date"))
    return DiaryNews(changed["days"], changed["at"]) if changed["days"] else None


def _trace(assessment: Assessment, action: AuditEntry.Action, *, by: User | None, at: dt.datetime) -> None:
    audit.record(clinic=assessment.clinic, by=by, at=at, action=action, kind="assessment", subject=assessment.uid)
