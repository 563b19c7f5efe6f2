"""What is kept of one person goes with them: to the record that stays when two are joined, and back when that was wrong."""

import datetime as dt
from collections.abc import Callable, Iterable
from typing import Any

from django.db.models import QuerySet
from simple_history.utils import bulk_update_with_history

from clinic.models import User
from patients.actions.contacts import pass_on_refusals
from patients.authorizing import number_key
from patients.models import AcuteMedication, Authorization, DiaryClaim, DiaryDay, Patient, PreventiveTrial
from patients.search import fold


def _what_it_says(line: AcuteMedication) -> object:
    """Return what makes two lines one telling, whenever it was told: counted twice, its days would look like overuse."""
    return line.drug_class, fold(line.drug.strip()), line.days_a_month, line.months, line.removed_at is None


# What a record has lines of, and by what a line is known of which a person has only one.
_KNOWN_BY: dict[Any, Callable[[Any], object] | None] = {
    DiaryDay: lambda day: day.date,
    Authorization: lambda authorization: number_key(authorization.number),
    PreventiveTrial: None,
    AcuteMedication: _what_it_says,
}


def pass_on(*, patient: Patient, into: Patient, by: User, at: dt.datetime) -> None:
    """Put diary, medicines and authorizations on the record that stays, inside the caller's transaction, both held.

    Of a day or an authorization that both have, the one that stays counts; the other stays readable where it was.
    """
    for model in _KNOWN_BY:
        _move(model, model.objects.filter(patient=patient), into, by, at)
    pass_on_refusals(patient=patient, into=into, by=by, at=at)


def give_back(*, patient: Patient, by: User, at: dt.datetime) -> None:
    """Take back what went to another record when this one was joined with it: the history of each line knows.

    Only from there: what went from here to a third record once is that one's own. And only what went since then: what
    came here and went back, when the two were joined the other way round by mistake, is the other one's. What another
    record of the one that stays says, and did not have to say while ours stood there, counts from now on.
    """
    kept, since = holders(patient), joined_at(patient)
    if since is None:
        return
    for model in _KNOWN_BY if kept else ():
        went = _gone_since(model, patient, since)
        _move(model, [line for line in model.objects.filter(patient__in=kept) if line.pk in went], patient, by, at)
    for holder in kept:
        for other in joined_with(holder).exclude(pk=patient.pk):
            for model in _KNOWN_BY:
                _move(model, model.objects.filter(patient=other), holder, by, at)


def _gone_since(model: Any, patient: Patient, since: dt.datetime) -> set[int]:
    """Return which lines left a record at a moment or later, and did not come back."""
    once_here = model.history.filter(patient_id=patient.pk).values("id")
    steps = model.history.filter(id__in=once_here).order_by("history_id")
    left: dict[int, dt.datetime] = {}
    for line, holder, at in steps.values_list("id", "patient_id", "history_date"):
        if holder == patient.pk:
            left.pop(line, None)
        else:
            left.setdefault(line, at)
    return {line for line, at in left.items() if at >= since}


def moments(patient: Patient) -> set[dt.datetime]:
    """Return when records that were ever joined with one were joined and opened again."""
    ever = Patient.history.filter(merged_into=patient).values("id")
    steps = Patient.history.filter(id__in=ever).order_by("history_id")
    with_whom: dict[int, int | None] = {}
    found = set()
    for record, merged_into, at in steps.values_list("id", "merged_into_id", "history_date"):
        if merged_into != with_whom.get(record):
            found.add(at)
        with_whom[record] = merged_into
    return found


def joined_with(patient: Patient) -> QuerySet[Patient]:
    """Return the records that were joined with one, the first first."""
    return Patient.objects.filter(merged_into=patient).order_by("closed_on", "pk")


def joined_at(patient: Patient) -> dt.datetime | None:
    """Return when the record was joined with the one that it names now."""
    since = None
    for merged_into, at in patient.history.order_by("-history_id").values_list("merged_into_id", "history_date"):
        if merged_into != patient.merged_into_id:
            break
        since = at
    return since


def holders(patient: Patient) -> list[Patient]:
    """Return the record that this one was joined with, and those that it was joined with in turn."""
    found: list[Patient] = []
    holder = patient.merged_into
    while holder is not None:
        found.append(holder)
        holder = holder.merged_into
    return found


def _move(model: Any, lines: Iterable[Any], to: Patient, by: User, at: dt.datetime) -> None:
    moved, known_by = list(lines), _KNOWN_BY[model]
    if known_by:
        there = {known_by(line) for line in model.objects.filter(patient=to)}
        moved = [line for line in moved if known_by(line) not in there]
    if model is DiaryDay:
        _move_claims(moved, to)
    for line in moved:
        line.patient = to
    if moved:
        bulk_update_with_history(moved, model, ["patient"], batch_size=500, default_user=by, default_date=at)


def _move_claims(days: list[DiaryDay], to: Patient) -> None:
    """What another source says of a day that nobody has settled goes with the day."""
    dates = {(day.patient_id, day.date) for day in days}
    open_ones = DiaryClaim.objects.filter(settled_at__isnull=True)
    asked = set(open_ones.filter(patient=to).values_list("date", flat=True))
    claims = open_ones.filter(patient__in={day.patient_id for day in days}).exclude(date__in=asked)
    found = [claim.pk for claim in claims if (claim.patient_id, claim.date) in dates]
    DiaryClaim.objects.filter(pk__in=found).update(patient=to)
