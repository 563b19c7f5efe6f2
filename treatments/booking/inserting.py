"""Booking a visit: one INSERT, which the database lets happen or not."""

import datetime as dt
import uuid as uuids

from django.db import IntegrityError, transaction

from clinic.inserting import Insert
from clinic.models import User
from treatments.booking.placing import mind_the_due_date, place_of
from treatments.conflicts import Taken, TooEarly, refusal
from treatments.history import note
from treatments.models import Course, SessionEvent, Status, TreatmentSession
from treatments.models.session import OPEN
from treatments.queueing import again_after_deadlock, share
from treatments.setup.written import why_outside, written
from treatments.slots import Slot

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
    mind_the_due_date(draft, early_reason, by)
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
    note(draft, SessionEvent.Kind.BOOKED, by, draft.placed_at, after=place_of(draft))
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
        local_date=course.clinic.date_at(slot.starts_at),
        due_on=course.due_as_read or course.next_due(),
        note=note,
        placed_at=at,
    )
