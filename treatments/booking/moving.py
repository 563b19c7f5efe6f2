"""Giving a booked visit another time."""

import datetime as dt
from copy import copy
from typing import Any

from django.db.models import F

from clinic.models import User
from treatments.booking.placing import lock, mind_the_closing, mind_the_due_date, place_of, written_or_refused
from treatments.conflicts import DayOver
from treatments.history import note_change
from treatments.models import SessionEvent, Status, TreatmentSession
from treatments.moves import day_is_over
from treatments.queueing import again_after_deadlock
from treatments.slots import Slot


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

    Raises Stale when it is no longer at ``version`` or the patient answered since it was read, DayOver when its day has
    gone by, Taken, or TooEarly. The version rises: messages about the old time are then about nothing.
    """
    if session.status == Status.BOOKED and day_is_over(session, at):
        raise DayOver(session)
    before, agreed_on = place_of(session) | _what_a_move_clears(session), session.local_date
    # A copy: what a try has put on it, that the database broke off, is not where the next one finds the visit.
    moved = copy(session)
    with written_or_refused(session, slot):
        lock(session, slot)
        _put_at(slot, moved)
        mind_the_due_date(moved, early_reason, by, agreed_on)
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
        mind_the_closing(moved)
        return note_change(changed, session, SessionEvent.Kind.MOVED, by, at, reason, before, place_of(moved))


def _put_at(slot: Slot, moved: TreatmentSession) -> None:
    moved.injector, moved.room = slot.injector, slot.room
    moved.starts_at, moved.ends_at = slot.starts_at, slot.ends_at
    moved.local_date = moved.clinic.date_at(slot.starts_at)
    # Anew: the day on which the last session was given may have been corrected since this was booked.
    moved.due_on = moved.course.next_due()


def _what_a_move_clears(session: TreatmentSession) -> dict[str, Any]:
    """What is about the old time only, so that undo can bring it back. The reason is encrypted here as in its column."""
    return {
        "answer": session.answer,
        "answered_at": session.answered_at,
        "due_on": session.due_on,
        "early_reason": TreatmentSession._meta.get_field("early_reason").get_prep_value(session.early_reason),
        "early_by": session.early_by_id,
    }
