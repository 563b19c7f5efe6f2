"""A time that patients choose for themselves, where their clinic allows it: the same search, the same constraint.

What staff may do with a reason, patients may not: nothing before the due date, nothing that the payer does not cover
or whose agreement is used up, no other length, nothing within the day ahead.
"""

import datetime as dt
import uuid

from django.db import transaction

from patients.authorizing import Window
from treatments import booking, slots
from treatments.authorized import paying_windows_of
from treatments.models import Course, TreatmentSession
from treatments.queueing import again_after_deadlock

# How long before a visit patients may still take or change its time by themselves. Later, a time that is given back can
# hardly be used by somebody else: they call.
NOTICE = dt.timedelta(hours=24)
SUGGESTED = 5


class NotForThem(Exception):
    """The time is not one that patients may take by themselves."""


def free_times(*, course: Course, session: TreatmentSession | None, now: dt.datetime) -> list[slots.Slot]:
    """Return up to five free times that the person may take, or move ``session`` to, the best first."""
    windows = paying_windows_of(course.patient_id)
    soonest = course.clinic.date_at(now + NOTICE)
    first = max(soonest, course.next_due(), *([session.due_on] if session else []))
    for not_before in _covered_from(first, windows):
        found = slots.suggest(course=course, now=now + NOTICE, limit=SUGGESTED, not_before=not_before)
        if covered := [slot for slot in found if _pays(windows, _day(course, slot))]:
            return covered
    return []


@again_after_deadlock
@transaction.atomic
def take(
    *, course: Course, session: TreatmentSession | None, version: int, code: str, uid: uuid.UUID, now: dt.datetime
) -> TreatmentSession:
    """Book a time, or move ``session`` to it; who chooses a time has said that they come.

    Raises NotForThem, or what booking raises, with nothing written.
    """
    slot = _checked(course, code, now)
    try:
        if session is None:
            taken = booking.book(course=course, slot=slot, uid=uid, by=None, at=now)
        else:
            taken = booking.move(session=session, version=version, slot=slot, by=None, at=now)
    except booking.TooEarly as error:
        raise NotForThem from error
    if taken.answer == TreatmentSession.Answer.CONFIRMED:  # the same form, sent twice
        return taken
    return booking.answer(session=taken, version=taken.version, answer=TreatmentSession.Answer.CONFIRMED, at=now)


def _checked(course: Course, code: str, now: dt.datetime) -> slots.Slot:
    """Read a time back from a form, which anybody can write."""
    if course.closed_on is not None:
        raise NotForThem
    try:
        slot = slots.read(course.clinic, code, now)
    except slots.NotOffered as error:
        raise NotForThem from error
    usual = dt.timedelta(minutes=course.clinic.session_minutes)
    covered = _pays(paying_windows_of(course.patient_id), _day(course, slot))
    if slot.ends_at - slot.starts_at != usual or slot.starts_at - now < NOTICE or not covered:
        raise NotForThem
    return slot


def _pays(windows: tuple[Window, ...] | None, day: dt.date) -> bool:
    return windows is None or any(window.covers(day) for window in windows)


def _covered_from(first: dt.date, windows: tuple[Window, ...] | None) -> list[dt.date]:
    """Return the days from ``first`` on at which a payer begins to cover; ``first`` itself where nobody ever asked one.

    More than one, since what is left of an agreement may have no free time, and the next one may begin after a gap.
    """
    if windows is None:
        return [first]
    return sorted({max(first, window.first) for window in windows if window.last >= first})


def _day(course: Course, slot: slots.Slot) -> dt.date:
    return course.clinic.date_at(slot.starts_at)
