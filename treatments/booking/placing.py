"""The time that a visit has or shall have, and what may stand in its way: for whoever books, moves or takes back."""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import IntegrityError, transaction

from clinic.access import Capability, allows
from clinic.models import User
from clinic.wording import day_words
from treatments.conflicts import NotPossible, Taken, TooEarly, refusal
from treatments.models import Course, TreatmentSession
from treatments.queueing import queue_for
from treatments.setup.written import shut
from treatments.slots import Slot


def mind_the_due_date(
    session: TreatmentSession, early_reason: str, by: User | None, agreed_on: dt.date | None = None
) -> None:
    """Put the reason on an early session, or refuse it. Only a prescriber may give one.

    A reason given for a day (``agreed_on``) also covers a later one that is still early, but no earlier one.
    """
    if session.local_date >= session.due_on:
        session.early_reason, session.early_by = "", None
    elif early_reason.strip() and by and allows(by, session.clinic, Capability.PRESCRIBE):
        session.early_reason, session.early_by = early_reason.strip(), by
    elif not session.early_reason or agreed_on is None or session.local_date < agreed_on:
        raise TooEarly(session.local_date, session.due_on)


def mind_the_closing(session: TreatmentSession) -> None:
    """Refuse a time that leave, a closure or shorter hours took while the page was open, and a course that has ended."""
    if why := shut(session):
        raise Taken(why=why)


def mind_the_course(session: TreatmentSession) -> None:
    """Refuse to bring a visit back into a course that has ended, or too early after what was given in it meanwhile."""
    course = Course.objects.get(pk=session.course_id)
    if course.closed_on is not None:
        raise NotPossible("The course has ended, so nothing is booked in it any more.")
    due = course.next_due()
    if session.due_on < due and session.local_date < due:  # a reason for being early was one for the old due date
        raise NotPossible(f"A session was given since. The earliest day is {day_words(due)}: book another time.")


@contextmanager
def written_or_refused(session: TreatmentSession, slot: Slot | None = None) -> Iterator[None]:
    """Make one transaction of what follows; say what stood in the way where the database refuses it.

    That is asked for after the transaction, which has to end anyway: no savepoint, and nothing held meanwhile.
    """
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        raise refusal(session.course, slot or slot_of(session), but=session) from error


def lock(session: TreatmentSession, slot: Slot) -> None:
    """Queue for the injectors and rooms of both times, in one order for everyone, so that two moves cannot deadlock.

    And for the course, whose due date a correction may be about to change. PostgreSQL only: SQLite has one writer at a
    time.
    """
    injectors = {(1, session.injector_id), (1, slot.injector.pk)}
    rooms = {(2, room) for room in (session.room_id, slot.room.pk) if room is not None}
    queue_for(injectors | rooms | {(3, session.course_id)})


def place_of(session: TreatmentSession) -> dict[str, Any]:
    """Return where and when a visit is, as a line of history keeps it."""
    return {
        "starts_at": session.starts_at,
        "ends_at": session.ends_at,
        "injector": session.injector_id,
        "room": session.room_id,
    }


def slot_of(session: TreatmentSession) -> Slot:
    """Return the time that a visit has. Raises NotPossible for a session from before records were kept here."""
    if session.room is None:
        raise NotPossible("This session was given before; it has no place in the calendar.")
    return Slot(session.injector, session.room, session.starts_at, session.ends_at)
