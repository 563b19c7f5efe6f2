"""Saving a change without losing a visit: first the visits it would strand are seen, then all is saved in one go."""

import datetime as dt
import hashlib
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db import IntegrityError, transaction

from clinic.models import Injector, Room, User
from treatments import booking, slots
from treatments.models import Status, TreatmentSession
from treatments.queueing import again_after_deadlock, queue_for
from treatments.recall import offers
from treatments.setup.changes import Change
from treatments.setup.opening import outside

PROPOSALS = 3
LEAVE = "leave"  # what is chosen for a visit that stays where it is


@dataclass(frozen=True)
class Stranded:
    """A booked visit that the change would leave outside hours, why, and where it could go, best first."""

    session: TreatmentSession
    why: str
    options: tuple[slots.Slot, ...]


class Unseen(Exception):
    """The change would strand visits other than those the person has seen; nothing was saved."""


class LeftMeanwhile(Exception):
    """A visit that was to be moved lies outside hours by now: a colleague saved first and left it. Nothing was saved."""


class NotMoved(Exception):
    """One of the visits could not go where it was sent, so nothing was saved. The text says why, for the reader."""

    def __init__(self, session: TreatmentSession, text: str) -> None:
        super().__init__(text)
        self.session = session


@again_after_deadlock
def propose(*, change: Change, by: User, at: dt.datetime) -> list[Stranded]:
    """Return the visits that the change would strand, each with up to three free times under the new rules.

    The change is made, every visit is put on its first proposal so that no two get the same, and all is rolled back.
    Nobody's calendar is held meanwhile: whoever books goes first.
    Raises Refused when the change itself cannot be made, and booking.Conflict after deadlock upon deadlock.
    """
    with transaction.atomic():
        stranded, _left = _make(change, by, at)
        found = [_proposal(session, why, at) for session, why in stranded.items()]
        transaction.set_rollback(True)
    return found


def save(
    *, change: Change, by: User, at: dt.datetime, seen: str = "", choices: Mapping[uuid.UUID, str] | None = None
) -> list[TreatmentSession]:
    """Make the change and move the visits it strands, all or nothing; return the moved ones. Offers of times it takes end.

    ``seen`` is the digest of the list the person was shown; ``choices`` what they chose for each visit on it, the code
    of a slot or LEAVE, or None when all stay where they are. Raises Refused, Unseen, LeftMeanwhile, NotMoved, and
    booking.Conflict when others held the calendars for too long.
    """
    moved = _save(change, by, at, seen, choices)
    # After the commit: a patient who says yes holds the offer and waits for the calendars.
    offers.close_unworked(clinic=change.clinic)
    return moved


@again_after_deadlock
@transaction.atomic
def _save(
    change: Change, by: User, at: dt.datetime, seen: str, choices: Mapping[uuid.UUID, str] | None
) -> list[TreatmentSession]:
    _hold(change)
    stranded, left = _make(change, by, at)
    if stranded and digest(stranded) != seen:
        raise Unseen
    if choices is None:
        return []
    if any(choices.get(session.uid, LEAVE) != LEAVE for session in left):
        raise LeftMeanwhile
    chosen = {session: _choice(session, choices) for session in stranded}
    return [_move(session, code, by, at) for session, code in chosen.items() if code != LEAVE]


def _choice(session: TreatmentSession, choices: Mapping[uuid.UUID, str]) -> str:
    if session.uid not in choices:
        raise NotMoved(session, f"Choose a new time for {session.course.patient.full_name}, or leave the visit.")
    return choices[session.uid]


def digest(sessions: Mapping[TreatmentSession, str] | list[TreatmentSession]) -> str:
    """Return a short text that changes with the list: a visit more or less, one moved, or an answer that a move would clear."""
    text = " ".join(sorted(f"{session.uid}.{session.version}.{session.answer}" for session in sessions))
    return hashlib.sha256(text.encode()).hexdigest()


def _make(change: Change, by: User, at: dt.datetime) -> tuple[dict[TreatmentSession, str], list[TreatmentSession]]:
    """Make the change; return the visits that fitted before and no longer do, and those that fit neither way."""
    before = outside(change.clinic, change.touches, at)
    change.write(by, at)
    after = outside(change.clinic, change.touches, at)
    left = [session for session in after if session in before]
    return {session: why for session, why in after.items() if session not in before}, left


def _hold(change: Change) -> None:
    """Wait until nobody is booking or moving in the clinic, and let nobody begin until the change is saved.

    Moves queue for their injectors and rooms, bookings share them; here all of the clinic's are taken, in the same
    order. Who was let wait looks again, before the commit, whether the time is still open (`written.shut`).
    """
    injectors = Injector.objects.filter(clinic=change.clinic).values_list("pk", flat=True)
    rooms = Room.objects.filter(clinic=change.clinic).values_list("pk", flat=True)
    queue_for({(1, pk) for pk in injectors} | {(2, pk) for pk in rooms})


def _proposal(session: TreatmentSession, why: str, at: dt.datetime) -> Stranded:
    """Find times for one visit, and put it on the first, so that the next visit finds it taken."""
    # So that it may keep its time with another injector or in another room.
    TreatmentSession.objects.filter(pk=session.pk).update(status=Status.CANCELLED)
    options = slots.suggest(
        course=session.course,
        now=at,
        limit=PROPOSALS,
        # Neither before the due date that it was booked with nor before the present one, which a move asks for.
        not_before=max(session.local_date, session.due_on, session.course.next_due()),
        minutes=session.minutes,
    )
    return Stranded(session, why, _put_on_first(session, options))


def _put_on_first(session: TreatmentSession, options: Sequence[slots.Slot]) -> tuple[slots.Slot, ...]:
    """Put a visit on the first of these times that nobody has booked since they were looked for; return those from it on."""
    row = TreatmentSession.objects.filter(pk=session.pk)
    for number, slot in enumerate(options):
        try:
            with transaction.atomic():
                row.update(
                    status=Status.BOOKED,
                    injector=slot.injector,
                    room=slot.room,
                    starts_at=slot.starts_at,
                    ends_at=slot.ends_at,
                    local_date=session.clinic.date_at(slot.starts_at),
                )
        except IntegrityError:
            continue
        return tuple(options[number:])
    row.update(status=Status.BOOKED)
    return ()


def _move(session: TreatmentSession, code: str, by: User, at: dt.datetime) -> TreatmentSession:
    name = session.course.patient.full_name
    try:
        slot = slots.read(session.clinic, code, at)
        return booking.move(session=session, version=session.version, slot=slot, by=by, at=at, reason="Hours changed")
    except slots.NotOffered as error:
        raise NotMoved(session, f"{name}: the new time is not one the clinic works at.") from error
    except booking.Stale as error:
        raise NotMoved(session, f"The visit of {name} has changed meanwhile.") from error
    except booking.Conflict as error:
        raise NotMoved(session, f"The new time of {name} has just been taken.") from error
    except booking.TooEarly as error:
        raise NotMoved(session, f"The new time of {name} is before the earliest day.") from error
