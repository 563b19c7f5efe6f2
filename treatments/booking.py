"""Booking, moving and every other step of a session: one action each, one row of history each.

The database decides who gets a time; the code here only asks well and words the answer.
"""

import datetime as dt
import uuid as uuids
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from copy import copy
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.db.models import F

from clinic.access import Capability, allows
from clinic.inserting import Insert
from clinic.models import User
from clinic.wording import day_words, moment_words
from treatments import moves
from treatments.conflicts import AlreadyBooked, Conflict, NotPossible, Stale, Taken, TooEarly, refusal
from treatments.history import note, note_change
from treatments.models import Course, SessionEvent, Status, TreatmentSession
from treatments.models.session import OPEN
from treatments.queueing import again_after_deadlock, queue_for, share
from treatments.setup.opening import shut, why_outside, written
from treatments.slots import Slot

__all__ = [
    "AlreadyBooked",
    "Conflict",
    "NotPossible",
    "Stale",
    "Taken",
    "TooEarly",
    "answer",
    "book",
    "change_status",
    "move",
]

_SESSION = Insert(TreatmentSession, or_skip=True)


class _DueOtherwise(Exception):
    """The course's due date is no longer what it was when the visit was put together."""


@again_after_deadlock
def book(
    *,
    course: Course,
    slot: Slot,
    uid: uuids.UUID,
    by: User | None,
    at: dt.datetime,
    early_reason: str = "",
    note: str = "",
) -> TreatmentSession:
    """Book a slot (``by`` None: the patient took it). The same ``uid`` sent twice books once, with the same session.

    Raises TooEarly, Taken or AlreadyBooked, with nothing written. What stood in the way is asked for only then, after
    the transaction: those who lose hold nothing while they find out, and those who win never ask.
    """
    try:
        with transaction.atomic():
            return _write(_draft(course, slot, uid, at, note), slot, early_reason, by)
    except _DueOtherwise:
        course.due_as_read = None
        return book(course=course, slot=slot, uid=uid, by=by, at=at, early_reason=early_reason, note=note)
    except (IntegrityError, Taken, TooEarly) as error:
        # A time that was simply taken: `_write` has looked for the uid by then, and those who lose a race are many.
        beaten = isinstance(error, Taken) and not error.why
        earlier = None if beaten else TreatmentSession.objects.filter(course=course, uid=uid).first()
        if earlier and _sent_twice(earlier, slot):
            return earlier
        if earlier and earlier.status not in OPEN:  # it was undone or is over, and somebody chose on its page anew
            uid = uuids.uuid5(uid, "again")
            return book(course=course, slot=slot, uid=uid, by=by, at=at, early_reason=early_reason, note=note)
        if isinstance(error, IntegrityError) or beaten:
            raise refusal(course, slot) from error
        raise


def _sent_twice(earlier: TreatmentSession, slot: Slot) -> bool:
    """Return whether a visit is what the form asks for, and not what was booked from the same page before."""
    place = slot.injector.pk, slot.starts_at
    return earlier.status != Status.CANCELLED and (earlier.injector_id, earlier.starts_at) == place


def _write(draft: TreatmentSession, slot: Slot, early_reason: str, by: User | None) -> TreatmentSession:
    """Store a new session with its line of history, unless somebody or something has the time.

    INSERT ... ON CONFLICT DO NOTHING loses at once where a plain INSERT against the exclusion constraint was seen to
    wait 15 seconds. (SQLite's triggers raise where PostgreSQL skips the row.)
    """
    _mind_the_due_date(draft, early_reason, by)
    share(slot, draft.course_id)
    _SESSION.add(draft)
    stored = written(draft)
    if stored is None:
        raise Taken
    draft.pk, draft.person_id, outside, last_given = stored
    draft._state.adding = False
    # A signature at the same moment holds the INSERT up until it is committed: the due date is another one by then.
    if draft.course.due_after_stored(last_given) != draft.due_on:
        raise _DueOtherwise
    # Leave, a closure or shorter hours may have taken the time while the page that offered it was open.
    if outside:
        raise Taken(why=why_outside(draft))
    # A second copy of the form may be here at the same moment: one session has one such line, so that one gives way.
    note(draft, SessionEvent.Kind.BOOKED, by, draft.placed_at, after=_place(draft))
    return draft


def _draft(course: Course, slot: Slot, uid: uuids.UUID, at: dt.datetime, note: str) -> TreatmentSession:
    return TreatmentSession(
        clinic=course.clinic,
        course=course,
        uid=uid,
        injector=slot.injector,
        room=slot.room,
        starts_at=slot.starts_at,
        ends_at=slot.ends_at,
        local_date=slot.starts_at.astimezone(course.clinic.zone).date(),
        due_on=course.due_as_read or course.next_due(),
        note=note,
        placed_at=at,
    )


def _mind_the_due_date(
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


def _mind_the_closing(session: TreatmentSession) -> None:
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


@again_after_deadlock
def move(
    *,
    session: TreatmentSession,
    version: int,
    slot: Slot,
    by: User | None,
    at: dt.datetime,
    reason: str = "",
    early_reason: str = "",
) -> TreatmentSession:
    """Give a booked session another time; the old one is free in the same instant.

    Raises Stale when it is no longer at ``version`` or the patient answered since it was read, Taken, or TooEarly. The
    version rises: messages about the old time are then about nothing.
    """
    before, agreed_on = _place(session) | _what_a_move_clears(session), session.local_date
    # A copy: what a try has put on it, that the database broke off, is not where the next one finds the visit.
    moved = copy(session)
    with written_or_refused(session, slot):
        lock(session, slot)
        _put_at(slot, moved)
        _mind_the_due_date(moved, early_reason, by, agreed_on)
        place = {name: getattr(moved, name) for name in ("injector", "room", "starts_at", "ends_at", "local_date")}
        # An answer that came after the page was read is not moved away unseen: undo could not bring it back.
        as_seen = TreatmentSession.objects.filter(pk=session.pk, version=version, status=Status.BOOKED)
        changed = as_seen.filter(answer=session.answer, answered_at=session.answered_at).update(
            **place,
            due_on=moved.due_on,
            early_reason=moved.early_reason,
            early_by=moved.early_by,
            version=F("version") + 1,
            placed_at=at,
            answer=TreatmentSession.Answer.NONE,
            answered_at=None,
        )
        _mind_the_closing(moved)
        return note_change(changed, session, SessionEvent.Kind.MOVED, by, at, reason, before, _place(moved))


def _put_at(slot: Slot, moved: TreatmentSession) -> None:
    moved.injector, moved.room = slot.injector, slot.room
    moved.starts_at, moved.ends_at = slot.starts_at, slot.ends_at
    moved.local_date = slot.starts_at.astimezone(moved.clinic.zone).date()
    # Anew: the day on which the last session was given may have been corrected since this was booked.
    moved.due_on = moved.course.next_due()


def lock(session: TreatmentSession, slot: Slot) -> None:
    """Queue for the injectors and rooms of both times, in one order for everyone, so that two moves cannot deadlock.

    And for the course, whose due date a correction may be about to change. PostgreSQL only: SQLite has one writer at a
    time.
    """
    injectors = {(1, session.injector_id), (1, slot.injector.pk)}
    rooms = {(2, room) for room in (session.room_id, slot.room.pk) if room is not None}
    queue_for(injectors | rooms | {(3, session.course_id)})


@again_after_deadlock
def change_status(
    *, session: TreatmentSession, to: Status, by: User, at: dt.datetime, reason: str = ""
) -> TreatmentSession:
    """Take a session from where the page saw it to ``to``. Asking for where it is already changes nothing.

    Raises NotPossible, also when a cancelled visit's time is no longer open, PermissionDenied, Stale when somebody else
    moved it meanwhile, or Taken when its old time has gone.
    """
    seen = session.status
    if seen == to:
        return session
    _check_the_table(session, to, by, reason, at)
    changes: dict[str, Any] = {"status": to}
    if to == Status.ARRIVED and seen in {Status.BOOKED, Status.NO_SHOW}:
        changes["arrived_at"] = at
    if to == Status.BOOKED:
        changes |= {"arrived_at": None, "placed_at": at}
    before = {name: getattr(session, name) for name in changes.keys() - {"placed_at"}}
    after = {name: changes[name] for name in before}
    with written_or_refused(session):
        if to in OPEN and seen not in OPEN:
            share(slot_of(session), session.course_id)
        as_seen = TreatmentSession.objects.filter(pk=session.pk, status=seen, version=session.version)
        changed = as_seen.update(**changes)
        if seen in {Status.CANCELLED, Status.NO_SHOW}:
            mind_the_course(session)
        if seen == Status.CANCELLED and (why := shut(session)):
            raise NotPossible(f"This time is no longer open: {why}. Book another one.")
        return note_change(changed, session, SessionEvent.Kind.STATUS, by, at, reason, before, after)


def _check_the_table(session: TreatmentSession, to: Status, by: User, reason: str, at: dt.datetime) -> None:
    """Refuse a step that is not in `treatments.moves`, that this person may not take, or for which it is too soon."""
    step = moves.find(session.status, to)
    if step is None or to == Status.DONE:
        raise NotPossible(f"A visit that is {session.get_status_display().lower()} cannot become {to.label.lower()}.")
    if not allows(by, session.clinic, step.capability):
        raise PermissionDenied
    if step.needs_reason and not reason.strip():
        raise NotPossible("Say why the visit is cancelled.")
    if step.is_too_soon(session, at):
        raise NotPossible(_too_soon_words(session, to))


def _too_soon_words(session: TreatmentSession, to: Status) -> str:
    when = moment_words(session.starts_at.astimezone(session.clinic.zone))
    if to == Status.NO_SHOW:
        return f"The visit is on {when}: nobody has missed it yet. Cancel it if they cannot come."
    return f"The visit is on {when}. Whoever is seen today needs a time of today: move the visit."


@transaction.atomic
def answer(
    *,
    session: TreatmentSession,
    version: int,
    answer: TreatmentSession.Answer,
    at: dt.datetime,
    suits: Sequence[str] = (),
    words: str = "",
) -> TreatmentSession:
    """Note what the patient said about coming. "Asked to move" keeps the time booked until staff answer.

    ``suits`` and ``words`` say when they could come instead (`treatments.wishes`).
    Raises Stale when the visit is no longer booked at ``version`` or has begun.
    """
    changed = TreatmentSession.objects.filter(
        pk=session.pk, version=version, status=Status.BOOKED, starts_at__gt=at
    ).update(answer=answer, answered_at=at)
    after = {"answer": answer, "suits": list(suits)} if suits else {"answer": answer}
    return note_change(changed, session, SessionEvent.Kind.ANSWERED, None, at, words, {"answer": session.answer}, after)


def _place(session: TreatmentSession) -> dict[str, Any]:
    return {
        "starts_at": session.starts_at,
        "ends_at": session.ends_at,
        "injector": session.injector_id,
        "room": session.room_id,
    }


def _what_a_move_clears(session: TreatmentSession) -> dict[str, Any]:
    """What is about the old time only, so that undo can bring it back. The reason is encrypted here as in its column."""
    return {
        "answer": session.answer,
        "answered_at": session.answered_at,
        "due_on": session.due_on,
        "early_reason": TreatmentSession._meta.get_field("early_reason").get_prep_value(session.early_reason),
        "early_by": session.early_by_id,
    }


def slot_of(session: TreatmentSession) -> Slot:
    if session.room is None:
        raise NotPossible("This session was given before; it has no place in the calendar.")
    return Slot(session.injector, session.room, session.starts_at, session.ends_at)
