"""Every stage of treatment, with how many people of the demo are in it.

A stage is a function of the chronicle and of the number of the person in it. What it returns happens later, when the
messages of the last two weeks have gone out: until then a visit of yesterday is still ahead of everybody.
"""

import datetime as dt
from collections.abc import Callable
from typing import Any

from clinic.demo.course_of_events import CYCLE, Chronicle
from patients.eligibility.policy import NICE
from treatments import booking
from treatments.courses import close_course
from treatments.models import Status, TreatmentSession

Later = Callable[[], object] | None
Stage = Callable[[Chronicle, int], Later]

CONFIRMED, ASKED_TO_MOVE = TreatmentSession.Answer.CONFIRMED, TreatmentSession.Answer.ASKED_TO_MOVE
# Visits of today: three of four answer their message, and somebody always asks to move.
ANSWERS = (CONFIRMED, CONFIRMED, None, CONFIRMED)
# On the day of the demo, minutes around the start of a visit.
ARRIVES_BEFORE, LEAVES_AFTER = 25, 20
OVERDUE_SINCE = (6, 13, 20, 41, 110)
NEVER_CAME = 5


def referred(chronicle: Chronicle, number: int) -> Later:
    """Referred and not assessed yet."""
    chronicle.register(chronicle.day(-4 - 3 * number))
    return None


def to_sign(chronicle: Chronicle, number: int) -> Later:
    """Assessed, and waiting for a prescriber's name: eligible, not eligible, or something is not known."""
    findings: tuple[dict[str, Any], ...] = (
        {},
        {"headache_days": 9, "long_headache_days": 7, "migraine_days": 6},
    )
    findings += ({"months_at_this_level": None}, {})
    patient, person = chronicle.register(chronicle.day(-20 - number))
    on = chronicle.day(-5 - number)
    if number in {0, 3}:
        british = chronicle.clinic.country == "GB"
        policy = NICE if british and number == 0 else chronicle.terms
        chronicle.draft_by(policy, patient, person, on, number)
    else:
        chronicle.draft(patient, person, on, **findings[number % len(findings)])
    return None


def first_visit_to_book(chronicle: Chronicle, number: int) -> Later:
    """A course, and nothing booked."""
    chronicle.start(chronicle.day(-9 - 2 * number))
    return None


def first_visit_booked(chronicle: Chronicle, number: int) -> Later:
    """A course that is about to begin."""
    course = chronicle.start(chronicle.day(-12 - number))
    chronicle.book_next(course, chronicle.day(2 + 2 * number), chronicle.at(chronicle.day(-9 - number), 10))
    return None


def due_later(chronicle: Chronicle, number: int) -> Later:
    """Treated some weeks ago."""
    chronicle.treat(chronicle.day(-24 - 6 * number), cycles=1 + number % 3)
    return None


def due_soon(chronicle: Chronicle, number: int) -> Later:
    """Due in the next two weeks, and nothing booked: they are asked to book."""
    chronicle.treat(chronicle.day(-CYCLE.days + 2 + 3 * number), cycles=1 + number % 3)
    return None


def overdue(chronicle: Chronicle, number: int) -> Later:
    """Past the due date, and nothing booked."""
    chronicle.treat(chronicle.day(-CYCLE.days - OVERDUE_SINCE[number % len(OVERDUE_SINCE)]), cycles=1 + number % 2)
    return None


def did_not_come(chronicle: Chronicle, number: int) -> Later:
    """Missed a visit last week."""
    session = _booked(chronicle, chronicle.day(-NEVER_CAME - number), cycles=2)
    return lambda: _no_show(chronicle, session)


def was_here(chronicle: Chronicle, number: int) -> Later:
    """Came in the last two weeks; every other one booked the next visit at the desk."""
    session = _booked(chronicle, chronicle.day(-11 + 2 * number), cycles=1 + number % 3)

    def come() -> None:
        left_at = chronicle.give(session)
        if number % 2 == 0:
            chronicle.book_next(session.course, session.local_date + CYCLE, left_at)

    return come


def comes_today(chronicle: Chronicle, number: int) -> Later:
    """Has a visit today, and stands where the clock says."""
    session = _booked(chronicle, chronicle.today, cycles=1 + number % 3)
    answer = ASKED_TO_MOVE if number == NEVER_CAME + 1 else ANSWERS[number % len(ANSWERS)]
    chronicle.will_answer(session, answer)
    return lambda: _as_the_clock_says(chronicle, session, comes=number != NEVER_CAME)


def comes_soon(chronicle: Chronicle, number: int) -> Later:
    """Has a visit in the next days; the first ones have had their message, one of them cannot come."""
    session = _booked(chronicle, chronicle.day(1 + number // 2), cycles=1 + number % 3)
    chronicle.will_answer(session, ASKED_TO_MOVE if number == 1 else ANSWERS[number % len(ANSWERS)])
    return None


def cancelled(chronicle: Chronicle, number: int) -> Later:
    """Cancelled a visit yesterday, and is on the recall list again."""
    session = _booked(chronicle, chronicle.day(6 + number), cycles=1)
    at = chronicle.at(chronicle.today, 9) - CYCLE / CYCLE.days
    return lambda: booking.change_status(
        session=session, to=Status.CANCELLED, by=chronicle.desk, at=at, reason="Has flu, will call again"
    )


def cannot_be_reached(chronicle: Chronicle, number: int) -> Later:
    """Has a visit soon and never agreed to messages: somebody has to call."""
    _booked(chronicle, chronicle.day(1 + number), cycles=1, consent_source="", email="")
    return None


def stopped(chronicle: Chronicle, number: int) -> Later:
    """Ended a course."""
    last = chronicle.day(-120 - 25 * number)
    course = chronicle.treat(last, cycles=2)
    close_course(
        course=course,
        reason=("No benefit after two sessions", "Moved away", "Wants to stop")[number % 3],
        by=chronicle.prescriber,
        at=chronicle.at(last, 16) + CYCLE,
    )
    return None


# How many people are in each stage at the large clinic and at the small one. The day itself comes first: its hours are
# then free to choose.
STAGES: tuple[tuple[Stage, int, int], ...] = (
    (comes_today, 14, 5),
    (comes_soon, 6, 2),
    (was_here, 5, 2),
    (did_not_come, 1, 1),
    (cannot_be_reached, 1, 1),
    (cancelled, 1, 0),
    (due_soon, 4, 1),
    (overdue, 4, 1),
    (due_later, 3, 1),
    (stopped, 2, 1),
    (first_visit_to_book, 2, 1),
    (first_visit_booked, 2, 1),
    (to_sign, 4, 1),
    (referred, 3, 1),
)


def _booked(chronicle: Chronicle, date: dt.date, cycles: int, **changes: object) -> TreatmentSession:
    """Return the visit on a date of somebody who booked it when they were here the last time."""
    course = chronicle.treat(date - CYCLE, cycles, **changes)
    last_time = course.sessions.latest("starts_at")
    return chronicle.book_at(course, chronicle.place_of(course), date, last_time.ends_at)


def _no_show(chronicle: Chronicle, session: TreatmentSession) -> None:
    at = min(session.ends_at + dt.timedelta(minutes=15), chronicle.now)
    booking.change_status(session=session, to=Status.NO_SHOW, by=chronicle.desk, at=at)


def _as_the_clock_says(chronicle: Chronicle, session: TreatmentSession, *, comes: bool) -> None:
    session.refresh_from_db()
    minutes = (chronicle.now - session.starts_at).total_seconds() / 60
    if minutes > LEAVES_AFTER:
        chronicle.give(session) if comes else _no_show(chronicle, session)
    elif minutes > 0:
        chronicle.enter(session)
    elif minutes > -ARRIVES_BEFORE:
        chronicle.arrive(session)
