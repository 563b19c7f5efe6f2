"""Writing diary days by hand, and settling what two sources say of one day."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction

from clinic import audit
from clinic.access import Capability, allows
from clinic.models import AuditEntry, User
from patients.actions.holding import hold, hold_to_write
from patients.models import DiaryClaim, DiaryDay, Patient
from patients.models.diary import SIGNS


class Refused(Exception):
    """The day cannot be kept so; the text says why, for the reader."""


@dataclass(frozen=True)
class DayFacts:
    """The facts of one date that were entered; those that were not are left as they are."""

    date: dt.date
    facts: Mapping[str, Any]


@dataclass(frozen=True)
class Written:
    """How many days were new, changed, the same as before, and said otherwise by another source."""

    new: int = 0
    changed: int = 0
    same: int = 0
    disputed: int = 0


def _check(patient: Patient, day: DayFacts, last: dt.date) -> None:
    facts = day.facts
    if day.date > last:
        raise Refused(f"{day.date.day} {day.date:%B %Y} is not over yet.")
    if day.date < patient.birth_date:
        raise Refused("This day is before the person was born.")
    hours = facts.get("headache_hours", None)
    clear = hours is not None and hours == 0
    if hours is not None and not 0 <= hours <= 24:
        raise Refused("A day has 24 hours.")
    if clear and facts.get("migraine"):
        raise Refused("A migraine day has a headache: choose one of them.")
    if clear and facts.get("worst_pain"):
        raise Refused("A clear day has no pain: choose one of them.")


def write_days(
    *, patient: Patient, days: Sequence[DayFacts], source: DiaryDay.Source, by: User | None, at: dt.datetime
) -> Written:
    """Keep what was entered; ``by`` None: the patient. What another source said of a day stays, the claim beside it.

    Patients write of today too, as it is where they live: they know when it is over for them, and can change it.
    """
    if by is None and source != DiaryDay.Source.PATIENT:
        raise Refused("Patients write in their own name alone.")
    if by is not None and not allows(by, patient.clinic, Capability.ASSESS):
        raise Refused("Your role may not write in the diary.")
    zone = patient.zone if by is None else patient.clinic.zone
    last = at.astimezone(zone).date() - dt.timedelta(days=0 if by is None else 1)
    for day in days:
        _check(patient, day, last)
    try:
        return _write_all(patient, days, source, by, at)
    except IntegrityError:  # a list that was being read in has brought one of these days meanwhile: now it is seen
        return _write_all(patient, days, source, by, at)


@transaction.atomic
def _write_all(
    patient: Patient, days: Sequence[DayFacts], source: DiaryDay.Source, by: User | None, at: dt.datetime
) -> Written:
    # One writer of a person's diary at a time: a phone may send one day twice in a moment.
    hold_to_write(patient)
    stored = {row.date: row for row in DiaryDay.objects.filter(patient=patient, date__in=[day.date for day in days])}
    results = [_write(patient, day, stored.get(day.date), source, by, at) for day in days]
    audit.record(
        clinic=patient.clinic,
        by=by,
        at=at,
        action=AuditEntry.Action.CHANGE,
        kind="diary",
        subject=patient.uid,
        rows=len(days),
    )
    return Written(*(results.count(kind) for kind in ("new", "changed", "same", "disputed")))


def _write(
    patient: Patient, day: DayFacts, row: DiaryDay | None, source: DiaryDay.Source, by: User | None, at: dt.datetime
) -> str:
    if row and all(getattr(row, name) == value for name, value in day.facts.items()):
        # Who comes to say the same disputes it no more.
        DiaryClaim.objects.filter(patient=patient, date=day.date, source=source, settled_at__isnull=True).delete()
        return "same"
    if row and row.source != source:
        facts = {name: plain_fact(value) for name, value in day.facts.items()}
        claim = DiaryClaim(clinic=patient.clinic, patient=patient, date=day.date, source=source, facts=facts)
        claim.entered_at, claim.entered_by = at, by
        put_beside(claim)
        return "disputed"
    kept = row or DiaryDay(clinic=patient.clinic, patient=patient, date=day.date)
    _set(kept, day.facts, source, by, at)
    return "changed" if row else "new"


def _set(row: DiaryDay, facts: Mapping[str, Any], source: str, by: User | None, at: dt.datetime) -> None:
    for name, value in (_unsaid(row, facts) | dict(facts)).items():
        setattr(row, name, value)
    row.source, row.entered_at = source, at
    # Its history has the moment of writing, not ``at``: what waited for a draft was not read by it, and a signature is to know.
    row._history_user = by  # type: ignore[attr-defined]
    row.save()


def _unsaid(row: DiaryDay, facts: Mapping[str, Any]) -> dict[str, Any]:
    """Return what follows from facts without being said: a clear day has no signs, and a headache ends a clear day.

    A letter of a paper diary says no more than that there was a headache, and the day can be clear by the time it counts.
    """
    if facts.get("headache_hours") == 0:
        return {"migraine": False, "worst_pain": 0} | dict.fromkeys(SIGNS, False)
    if "migraine" in facts and row.headache_hours == 0:
        return {"headache_hours": None, "worst_pain": None}
    return {}


def put_beside(claim: DiaryClaim) -> None:
    """Keep what a source says beside the day as it stands, in place of what was claimed before and nobody settled."""
    says = {name: getattr(claim, name) for name in ("clinic_id", "source", "facts", "entered_at", "entered_by")}
    DiaryClaim.objects.update_or_create(patient_id=claim.patient_id, date=claim.date, settled_at=None, defaults=says)


def plain_fact(value: Any) -> Any:
    """Return a fact as JSON holds it; no hours are "0", however many decimals somebody wrote."""
    return f"{value.normalize():f}" if isinstance(value, Decimal) else value


def mark(claim: DiaryClaim, day: DiaryDay | None) -> str:
    """Return what changes when either of two answers about a day is written again."""
    return f"{claim.entered_at.isoformat()} {day.entered_at.isoformat() if day else ''}"


@transaction.atomic
def settle_claim(
    *, claim: DiaryClaim, take: bool, reason: str, by: User, at: dt.datetime, seen: str | None = None
) -> None:
    """Decide what counts: the claim (``take``) or the day as it stands. Both stay readable in the history.

    ``seen`` is the `mark` of the two answers that the person chose between.
    """
    if not allows(by, claim.clinic, Capability.ASSESS):
        raise Refused("Your role may not settle the diary.")
    if not reason.strip():
        raise Refused("Say why.")
    # Whoever writes the day waits, so that what is taken is what was chosen.
    hold(claim.patient)
    standing = DiaryClaim.objects.filter(pk=claim.pk, settled_at__isnull=True).first()
    if standing is None:
        raise Refused("Somebody settled this day already.")
    day = DiaryDay.objects.filter(patient=claim.patient_id, date=claim.date).first()
    if seen is not None and seen != mark(standing, day):
        raise Refused("This day was written again since you saw it. Nothing was settled; look at both answers again.")
    standing.settled_at, standing.settled_by, standing.settled_reason = at, by, reason.strip()
    standing.save()
    if take:
        facts = dict(standing.facts)
        hours = facts.get("headache_hours")
        if "headache_hours" in facts:
            facts["headache_hours"] = None if hours is None else Decimal(hours)
        kept = day or DiaryDay(clinic=claim.clinic, patient=claim.patient, date=claim.date)
        _set(kept, facts, standing.source, by, at)
    audit.record(
        clinic=claim.clinic,
        by=by,
        at=at,
        action=AuditEntry.Action.CHANGE,
        kind="diary",
        subject=claim.patient.uid,
        rows=1,
    )
