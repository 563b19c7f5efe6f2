"""Who may be offered a time that became free: legally due by then, not booked earlier, and in which order."""

import datetime as dt
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from django.db.models import Exists, OuterRef, Q, Subquery

from clinic.models import Clinic
from patients.models import ContactPoint
from treatments.authorized import shortfalls
from treatments.history import called_off
from treatments.models import Course, SessionEvent, Status, TreatmentSession, WaitingEntry
from treatments.models.session import OPEN
from treatments.recall.written_today import written_today
from treatments.slots import Slot

MOST = 20
ASKED_AT_ONCE = 5
MIDDAY = dt.time(12)


@dataclass(frozen=True)
class Candidate:
    """One person who could take the time, and why they stand where they stand.

    ``unpaid``: why no payer pays for that day, ``written``: what they were written today, ``note``: what is noted of them
    on the waiting list; each empty where it is not so.
    """

    course: Course
    why: tuple[str, ...]
    reachable: bool
    unpaid: str = ""
    written: str = ""
    note: str = ""
    ticked: bool = False


@dataclass(frozen=True)
class Ranking:
    """Who could take a time, best first, and how many more could."""

    first: list[Candidate]
    more: int


def rank(*, clinic: Clinic, slot: Slot, at: dt.datetime) -> Ranking:
    """Return up to 20 people, best first: whoever waits and fits, the longest waiting first, then the overdue.

    Only people whose due date is not after the day, and who have no visit before it. The first five who can be
    written to come ticked, but nobody whose payer was asked and does not pay for that day, nor who was written to
    today. Seven queries at most.
    """
    day = clinic.date_at(slot.starts_at)
    courses = _legally_due(clinic, slot, day)
    waiting = WaitingEntry.objects.filter(clinic=clinic).standing().select_related("injector")
    entries = {entry.course_id: entry for entry in waiting}
    today = clinic.date_at(at)
    recall = set(Course.objects.filter(clinic=clinic).to_recall(today).values_list("pk", flat=True))
    orders = ((_order(course, entries.get(course.pk), recall, slot, at), course) for course in courses)
    found = sorted(((order, course) for order, course in orders if order), key=lambda one: one[0])
    first = found[:MOST]
    unpaid = shortfalls([course.patient_id for _, course in first], day)
    written = written_today(clinic, [course.pk for _, course in first], at)
    listed = [
        Candidate(
            course=course,
            why=_why(course, recalled=order.recalled, day=day),
            reachable=course.reachable,
            unpaid=unpaid.get(course.patient_id, ""),
            written=written.get(course.pk, ""),
            note=entries[course.pk].note if course.pk in entries else "",
        )
        for order, course in first
    ]
    return Ranking(_with_ticks(listed), len(found) - len(first))


def _legally_due(clinic: Clinic, slot: Slot, day: dt.date) -> Any:
    own = TreatmentSession.objects.filter(course=OuterRef("pk"), status__in=OPEN)
    usable = ContactPoint.objects.usable().filter(patient=OuterRef("patient_id"))
    # Whoever gave this very time up does not want it back; where the desk undid its booking nobody gave it up.
    had_it = TreatmentSession.objects.filter(
        called_off() & Q(starts_at=slot.starts_at)
        | Q(events__kind=SessionEvent.Kind.MOVED, events__before__starts_at=f"{slot.starts_at:%Y-%m-%dT%H:%M:%SZ}"),
        course=OuterRef("pk"),
    )
    courses: Any = Course.objects.filter(~Exists(had_it), clinic=clinic).open().with_due()
    return (
        courses.annotate(
            reachable=Exists(usable),
            booked_for=Subquery(own.values("starts_at")[:1]),
            booked_status=Subquery(own.values("status")[:1]),
        )
        .filter(next_due_on__lte=day)
        .filter(Q(booked_for__isnull=True) | Q(booked_for__gt=slot.starts_at, booked_status=Status.BOOKED))
        .select_related("patient", "clinic")
    )


class Order(NamedTuple):
    """What people are sorted by: those who wait first, of them those for this injector alone, then by their moment."""

    recalled: bool
    whoever: bool
    since: dt.datetime
    course: int


def _order(course: Any, entry: WaitingEntry | None, recall: set[int], slot: Slot, at: dt.datetime) -> Order | None:
    """Return what a person is sorted by, or None when this time is nothing for them."""
    if entry and fits(entry, slot, at):
        return Order(recalled=False, whoever=entry.only_with is None, since=entry.since, course=course.pk)
    if course.booked_for is None and course.pk in recall:
        due = dt.datetime.combine(course.next_due_on, dt.time(), dt.UTC)
        return Order(recalled=True, whoever=False, since=due, course=course.pk)
    return None


def fits(entry: WaitingEntry, slot: Slot, at: dt.datetime) -> bool:
    """Return whether the time is one that the person waits for, with the notice they need."""
    if entry.only_with not in {None, slot.injector}:
        return False
    morning = slot.starts_at.astimezone(slot.injector.clinic.zone).time() < MIDDAY
    part_of_day = entry.mornings if morning else entry.afternoons
    return part_of_day and slot.starts_at - at >= dt.timedelta(hours=entry.notice_hours)


def _why(course: Any, *, recalled: bool, day: dt.date) -> tuple[str, ...]:
    """Say why they may take it. Who waits for other times is asked as one to recall, and nobody else's turn."""
    late = (day - course.next_due_on).days
    words = ["recall list" if recalled else "waiting list"]
    words.append(f"{late} day{'' if late == 1 else 's'} past the due date" if late else "due that day")
    if course.booked_for is None:
        words.append("nothing booked")
    return tuple(words)


def _with_ticks(candidates: list[Candidate]) -> list[Candidate]:
    fit = [one.course.pk for one in candidates if one.reachable and not (one.unpaid or one.written)]
    first = fit[:ASKED_AT_ONCE]
    return [replace(one, ticked=one.course.pk in first) for one in candidates]
