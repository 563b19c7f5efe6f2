"""The recall page's lists. All of them are computed: a list kept by hand is how people fall out."""

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import BooleanField, Case, Count, OuterRef, Q, QuerySet, Subquery, When

from clinic.models import Clinic
from clinic.wording import MONTHS
from treatments.cycle import RECALL_DAYS
from treatments.days import in_a_row
from treatments.models import ContactAttempt, Course, OfferInvitation, Status, TreatmentSession, WaitingEntry
from treatments.models.course import awake
from treatments.models.session import OPEN

Outcome = ContactAttempt.Outcome
Rows = QuerySet[Any]


@dataclass(frozen=True)
class Tab:
    """One list: its key in the address, its name, what to say and where to go on when nobody is on it, how to read it."""

    key: str
    label: str
    empty: str
    action: str
    leads_to: str
    rows: Callable[[Clinic, dt.date], Rows]


def overdue(clinic: Clinic, on: dt.date) -> Rows:
    """Courses past their due date with nothing booked, the longest overdue first."""
    return Course.objects.filter(clinic=clinic).overdue(on).select_related("patient")


def soon(clinic: Clinic, on: dt.date) -> Rows:
    """Courses due today or in the recall days ahead with nothing booked, and later ones whose person asked for a visit."""
    courses: Any = Course.objects.filter(clinic=clinic)
    listed: Rows = courses.to_recall(on).filter(to_book_on__gte=on)
    if wishing := asking(clinic, on):
        either = Q(pk__in=listed.order_by().values("pk")) | Q(pk__in=wishing)
        listed = courses.with_nothing_booked().filter(either).order_by("next_due_on", "pk")
    return listed.select_related("patient")


def asking(clinic: Clinic, on: dt.date) -> list[int]:
    """Return who is due later and asked for a visit that nobody has acted on yet: they read that the clinic will call.

    As when a visit far ahead was cancelled. (2 queries, 1 where nobody ever asked.)
    """
    asked = ContactAttempt.objects.filter(clinic=clinic, outcome=Outcome.ASKED).values("course")
    placed = TreatmentSession.objects.filter(course=OuterRef("pk")).order_by("-placed_at").values("placed_at")
    later = Course.objects.filter(pk__in=asked, clinic=clinic).due_later(on).filter(awake(on))
    courses: dict[int, Any] = {one.pk: one for one in later.annotate(placed=Subquery(placed[:1]))}
    if not courses:
        return []
    attempts = _attempts(courses)
    last = {pk: _since(attempts[pk], course, clinic.zone)[-1:] for pk, course in courses.items()}
    return [
        pk
        for pk, tries in last.items()
        for one in tries
        if one.outcome == Outcome.ASKED and (courses[pk].placed is None or one.at >= courses[pk].placed)
    ]


def _attempts(courses: Collection[Any]) -> dict[int, list[ContactAttempt]]:
    found: dict[int, list[ContactAttempt]] = defaultdict(list)
    for attempt in ContactAttempt.objects.filter(course__in=courses).order_by("at", "pk"):
        found[attempt.course_id].append(attempt)
    return found


def asked(clinic: Clinic, on: dt.date) -> Rows:
    """Booked sessions whose patient asked for another time.

    They vanish when the visit moves, which clears the answer, and when the person comes all the same.
    """
    sessions = TreatmentSession.objects.filter(
        clinic=clinic, status=Status.BOOKED, answer=TreatmentSession.Answer.ASKED_TO_MOVE, local_date__gte=on
    )
    return sessions.select_related("course__patient", "injector").order_by("starts_at", "pk")


def waiting(clinic: Clinic, on: dt.date) -> Rows:
    """Waiting entries, the longest waiting first, with ``booked_for`` (their present visit, or None)."""
    session = TreatmentSession.objects.filter(course=OuterRef("course"), status__in=OPEN)
    entries = WaitingEntry.objects.filter(clinic=clinic).standing()
    return (
        entries.annotate(booked_for=Subquery(session.values("starts_at")[:1]))
        .select_related("course__patient", "injector")
        .order_by("since", "pk")
    )


def snoozed(clinic: Clinic, on: dt.date) -> Rows:
    """Courses that come back by themselves, the next one first."""
    return Course.objects.filter(clinic=clinic).snoozed(on).select_related("patient")


_CALENDAR = ("Open the calendar", "treatments:calendar")
_PATIENTS = ("Find a patient", "patients:search")
TABS = (
    Tab("overdue", "Overdue", "Nobody is overdue.", *_PATIENTS, overdue),
    Tab("soon", "Due soon", f"Nobody is due in the next {RECALL_DAYS} days without a booking.", *_CALENDAR, soon),
    Tab("asked", "Asked to move", "Nobody has asked to move.", *_CALENDAR, asked),
    Tab("waiting", "Waiting list", "Nobody is waiting for an earlier time.", *_PATIENTS, waiting),
    Tab("snoozed", "Snoozed", "Nobody is snoozed.", "See who is overdue", "treatments:recall", snoozed),
)


def counts(clinic: Clinic, on: dt.date) -> dict[str, int]:
    """Return how many are on each list, by its key (5 queries at most): one walk through who is due counts three of them."""
    due: Any = Course.objects.filter(clinic=clinic).due_soon(on)
    due = due.annotate(awake=Case(When(awake(on), then=True), default=False, output_field=BooleanField()))
    numbers: dict[str, int] = due.aggregate(
        overdue=Count("pk", filter=Q(awake=True, next_due_on__lt=on)),
        soon=Count("pk", filter=Q(awake=True, next_due_on__gte=on)),
        snoozed=Count("pk", filter=Q(awake=False)),
    )
    numbers["soon"] += len(asking(clinic, on))
    return numbers | {"asked": asked(clinic, on).count(), "waiting": waiting(clinic, on).count()}


def describe(courses: Sequence[Any], clinic: Clinic, on: dt.date) -> Sequence[Any]:
    """Put on each course what a row says, in words (2 queries).

    ``days_late``, ``days_ahead``, ``seen_by`` (injector of the last session), ``tries`` (a *No* to an offered time with
    them), ``asks`` (the newest try when the person asked for a visit, else None), ``waits`` (on the waiting list) and
    ``waiting_note`` (what is noted there, cut short).
    """
    attempts = _attempts(courses)
    given = TreatmentSession.objects.filter(course=OuterRef("pk"), given_on__isnull=False).order_by("-given_on", "-pk")
    last_by = Subquery(given.values("injector__name")[:1])
    noes = OfferInvitation.objects.filter(course=OuterRef("pk"), answer=OfferInvitation.Answer.NO)
    last_no = Subquery(noes.order_by("-answered_at").values("answered_at")[:1])
    waiting_note = Subquery(WaitingEntry.objects.filter(course=OuterRef("pk")).standing().values("note")[:1])
    listed = Course.objects.filter(pk__in=[one.pk for one in courses])
    known = {pk: facts for pk, *facts in listed.values_list("pk", last_by, last_no, waiting_note)}
    for course in courses:
        course.days_late = (on - course.next_due_on).days
        course.days_ahead = -course.days_late
        seen_by, said_no_at, noted = known[course.pk]
        course.seen_by = seen_by or ""
        course.waits, course.waiting_note = noted is not None, in_a_row(noted or "")
        since = _since(attempts[course.pk], course, clinic.zone)
        tries = (tries_words(since, clinic.zone), _no_words(said_no_at, course, clinic.zone))
        course.tries = "; ".join(filter(None, tries))
        course.asks = since[-1] if since and since[-1].outcome == Outcome.ASKED else None
    return courses


def _since(attempts: list[ContactAttempt], course: Any, zone: dt.tzinfo) -> list[ContactAttempt]:
    """Return the tries of this cycle that stand: what was said before the last session is history."""
    last = course.last_given_on
    stand = _not_undone(attempts)
    return [one for one in stand if last is None or one.at.astimezone(zone).date() >= last]


def _no_words(at: dt.datetime | None, course: Any, zone: dt.tzinfo) -> str:
    """Return that they did not want a time that they were offered in this cycle, and when they said so."""
    day = at.astimezone(zone) if at else None
    if day is None or (course.last_given_on and day.date() < course.last_given_on):
        return ""
    return f"said no to an offered time on {day.day} {MONTHS[day.month - 1]}"


def _not_undone(attempts: list[ContactAttempt]) -> list[ContactAttempt]:
    """Return the tries without those that were taken back: of whoever undid one, the newest before it.

    There is none where the clocks of two machines differ by more than lies between the two presses.
    """
    stand: list[ContactAttempt] = []
    for attempt in attempts:
        if attempt.outcome == Outcome.UNDONE:
            newest = next((one for one in reversed(stand) if one.by_id == attempt.by_id), None)
            stand = [one for one in stand if one is not newest]
        else:
            stand.append(attempt)
    return stand


def tries_words(attempts: Sequence[ContactAttempt], zone: dt.tzinfo) -> str:
    """Return tries, oldest first, as the list shows them: "texted 2 times, called once; last 3 March (no answer)"."""
    attempts = [one for one in attempts if one.outcome != Outcome.ASKED]
    texted = sum(one.outcome == Outcome.TEXTED for one in attempts)
    texted -= sum(one.outcome == Outcome.TAKEN_BACK for one in attempts)
    calls = [one for one in attempts if one.outcome not in {Outcome.TEXTED, Outcome.TAKEN_BACK}]
    parts = [f"{what} {_times(number)}" for what, number in (("texted", texted), ("called", len(calls))) if number]
    if not parts:
        return ""
    last = attempts[-1]
    day = last.at.astimezone(zone)
    came_of_it = f" ({Outcome(last.outcome).label.lower()})" if last in calls else ""
    return f"{', '.join(parts)}; last {day.day} {MONTHS[day.month - 1]}{came_of_it}"


def _times(number: int) -> str:
    return "once" if number == 1 else f"{number} times"
