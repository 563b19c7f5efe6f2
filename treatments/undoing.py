"""Taking back the last step of a visit, for as long as messages about it wait."""

import datetime as dt
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import F

from clinic.access import Capability, allows
from clinic.fields import cipher
from clinic.models import User
from clinic.undo_time import undo_time, undo_words
from treatments.booking import change_status
from treatments.booking.placing import lock, mind_the_course, slot_of, written_or_refused
from treatments.conflicts import NotPossible, Stale
from treatments.history import note_change
from treatments.models import SessionEvent, SlotOffer, Status, TreatmentSession
from treatments.queueing import again_after_deadlock, share
from treatments.recall import contact, waiting
from treatments.setup.history import changed_since
from treatments.setup.written import shut
from treatments.slots import Slot
from treatments.walkins import PUT_IN

Kind = SessionEvent.Kind
UNDOABLE = frozenset({Kind.BOOKED, Kind.MOVED, Kind.STATUS})
# The reason with which a booking that is undone becomes a cancelled visit.
UNDONE = "Undone"
_PLACE = ("starts_at", "ends_at", "injector", "room")
_MOMENTS = frozenset({"starts_at", "ends_at", "arrived_at", "answered_at"})


def can_undo(event: SessionEvent | None, now: dt.datetime) -> bool:
    """Return whether the newest line of a visit's history may be taken back now. An undo itself may not."""
    return event is not None and event.kind in UNDOABLE and now <= until(event)


def until(event: SessionEvent) -> dt.datetime:
    """Return until when a step may be taken back: messages about it wait as long."""
    return event.at + undo_time()


def undone_by(event: SessionEvent) -> SessionEvent | None:
    """Return the line of history that took a step back, while nothing has followed it; None where the step was not."""
    later = list(event.session.events.steps().select_related("by").filter(pk__gt=event.pk).order_by("pk")[:2])
    if len(later) == 1 and (later[0].kind == Kind.UNDONE or later[0].reason == UNDONE):
        return later[0]
    return None


@again_after_deadlock
@transaction.atomic
def undo(*, session: TreatmentSession, event: SessionEvent, by: User, at: dt.datetime) -> TreatmentSession:
    """Bring a visit back to where it was before ``event``; only the version, which never falls, tells them apart.

    A booking that is undone becomes a cancelled visit, and so does a walk-in, who was booked and arrived by one press.
    Who took an offered time waits again, in their old place, until that is taken back too; who was left alone for a
    while is again.
    Raises Stale when something followed the step, NotPossible when it is too late or the old time is no longer open,
    Taken when the old time has gone, AlreadyBooked when the person has another visit by now, PermissionDenied.
    """
    if not allows(by, session.clinic, Capability.BOOK):
        raise PermissionDenied
    if at > until(event):
        raise NotPossible(f"A step can be undone for {undo_words()}. Change the visit instead.")
    if session.events.steps().order_by("-pk").first() != event:
        raise Stale(session)
    if event.kind not in UNDOABLE:
        raise NotPossible("This cannot be undone.")
    if event.kind == Kind.BOOKED or _is_walk_in(event):
        undone = change_status(session=session, to=Status.CANCELLED, by=by, at=at, reason=UNDONE)
        contact.sleep_again(session=undone, by=by, at=at)
    else:
        undone = _restore(session, event, by, at)
    if event.by_id is None:
        waiting.wait_again(course=session.course, ended_at=event.at)
    elif event.reason == UNDONE and SlotOffer.objects.filter(session=session).exists():
        waiting.end_again(course=session.course, ended_at=session.events.earliest("pk").at)
    return undone


def _is_walk_in(event: SessionEvent) -> bool:
    """Return whether a step is the second of the two by which a walk-in is put in. Staff may give the same reason for others."""
    return event.after.get("status") == Status.ARRIVED and event.reason == PUT_IN


def _restore(session: TreatmentSession, event: SessionEvent, by: User, at: dt.datetime) -> TreatmentSession:
    values = {name: _value(name, stored) for name, stored in event.before.items()}
    slot = _slot(session, event.before) if "starts_at" in event.before else slot_of(session)
    moves_back, comes_back = "starts_at" in values, session.status == Status.CANCELLED
    opens_again = session.status in {Status.CANCELLED, Status.NO_SHOW}
    if moves_back:
        lock(session, slot)
        values |= {"version": F("version") + 1, "local_date": session.clinic.date_at(slot.starts_at)}
    elif opens_again:
        share(slot, session.course_id)
    if values.get("status", session.status) == Status.BOOKED:
        values["placed_at"] = at  # messages wait anew
    as_seen = TreatmentSession.objects.filter(
        pk=session.pk, status=session.status, version=session.version, answer=session.answer
    )
    with written_or_refused(session, slot):
        changed = as_seen.update(**values)
        if opens_again:
            mind_the_course(session)
        if (moves_back or comes_back) and (why := _shut_since(session, event.at)):
            raise NotPossible(f"The old time is no longer open: {why}. This cannot be undone; book another time.")
        # A reason in words stays on its step: there it is found when its key changes or its person is erased.
        after = {name: stored for name, stored in event.before.items() if name != "early_reason"}
        return note_change(changed, session, Kind.UNDONE, by, at, "", event.after, after)


def _shut_since(session: TreatmentSession, at: dt.datetime) -> str:
    """Return why a visit that came back lies outside the hours, unless it was left there on purpose before the step."""
    why = shut(TreatmentSession.objects.select_related("clinic", "injector", "room").get(pk=session.pk))
    return why if why and changed_since(session.clinic, at) else ""


def _value(name: str, stored: Any) -> Any:
    """Return what a line of history stored as the column takes it."""
    if name in _MOMENTS and stored is not None:
        return dt.datetime.fromisoformat(stored)
    if name == "due_on":
        return dt.date.fromisoformat(stored)
    if name == "early_reason" and stored:
        return cipher().decrypt(stored.encode()).decode()
    return stored


def _slot(session: TreatmentSession, place: dict[str, Any]) -> Slot:
    starts_at, ends_at, injector, room = (_value(name, place[name]) for name in _PLACE)
    return Slot(session.clinic.injectors.get(pk=injector), session.clinic.rooms.get(pk=room), starts_at, ends_at)
