"""A time that became free, offered to several people: the first yes gets it, by the same constraint as any booking."""

import datetime as dt
import uuid
from collections.abc import Collection

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, Q

from clinic import audit
from clinic.message_hours import QUIET_UNTIL, next_allowed
from clinic.models import Absence, AuditEntry, Clinic, Closure, User
from clinic.undo_time import undo_time
from treatments import booking
from treatments.models import Course, OfferInvitation, SlotOffer, Status, TreatmentSession
from treatments.models.session import OCCUPYING, OPEN
from treatments.queueing import again_after_deadlock
from treatments.recall import candidates, waiting
from treatments.slots import Slot, still_worked

State = SlotOffer.State

STANDS_FOR = dt.timedelta(hours=2)
# Nobody sets out for a visit that they hear of an hour before.
NOTICE = dt.timedelta(hours=1)
# An offer made later, or at night, begins to run in the morning: its time would end in the quiet hours.
LAST_START = dt.time(18)
OFFERED_ALREADY = "This time is being offered already. The first yes gets it."
TOO_NEAR = "This time is too near to be offered by message. Call people instead."


class CannotBeOffered(Exception):
    """The time cannot be offered; the text says why, for the reader."""


class Gone(Exception):
    """Somebody was faster, or the offer is over."""


class NotFree(Gone):
    """The offer was not over, and yet the time was no longer to be had: booked otherwise, or no longer worked."""


class NoLongerFits(Exception):
    """The offer stands, but the person may not take it any more: seen or booked meanwhile."""


def expires_at(at: dt.datetime, slot: Slot) -> dt.datetime:
    """Return when an offer made at a moment ends: two hours after its messages go out, an hour before the visit at most."""
    zone = slot.injector.clinic.zone
    local = at.astimezone(zone)
    begins = at
    if not QUIET_UNTIL <= local.time() < LAST_START:
        day = local.date() + dt.timedelta(days=local.time() >= LAST_START)
        begins = dt.datetime.combine(day, QUIET_UNTIL, zone).astimezone(dt.UTC)
    return min(begins + undo_time() + STANDS_FOR, slot.starts_at - NOTICE)


def messages_leave(at: dt.datetime, clinic: Clinic) -> dt.datetime:
    """Return when the messages of an offer made at a moment leave: after the undo time, and not at night."""
    return next_allowed(at + undo_time(), clinic.zone)


def leaves_in_time(at: dt.datetime, slot: Slot) -> bool:
    """Return whether the messages of an offer made at a moment leave before it ends."""
    return messages_leave(at, slot.injector.clinic) < expires_at(at, slot)


def obstacle(slot: Slot, at: dt.datetime) -> str:
    """Return why a time that the clinic works at cannot be offered, in words, or nothing when it can (two queries at most)."""
    if is_taken(slot):
        return "This time is booked already."
    running = SlotOffer.objects.filter(injector=slot.injector, starts_at=slot.starts_at, state=State.OPEN)
    if running.filter(expires_at__gt=at).exists():
        return OFFERED_ALREADY
    return "" if leaves_in_time(at, slot) else TOO_NEAR


@transaction.atomic
def make(*, clinic: Clinic, slot: Slot, courses: Collection[uuid.UUID], by: User, at: dt.datetime) -> SlotOffer:
    """Offer a free time to people; their messages are planned from this, and wait for the undo time.

    ``courses`` are uids out of `candidates.rank`; others are left out. Raises CannotBeOffered in words.
    """
    close_ended(now=at)
    if why := obstacle(slot, at):
        raise CannotBeOffered(why)
    asked = [
        one.course
        for one in candidates.rank(clinic=clinic, slot=slot, at=at).first
        if one.course.uid in courses and one.reachable
    ]
    if not asked:
        raise CannotBeOffered("Tick one person or more who can be written to.")
    offer = _store(clinic, slot, by, at)
    OfferInvitation.objects.bulk_create(OfferInvitation(clinic=clinic, offer=offer, course=course) for course in asked)
    audit.record(
        clinic=clinic, by=by, at=at, action=AuditEntry.Action.CREATE, kind="offer", subject=offer.uid, rows=len(asked)
    )
    return offer


def _store(clinic: Clinic, slot: Slot, by: User, at: dt.datetime) -> SlotOffer:
    try:
        with transaction.atomic():
            return SlotOffer.objects.create(
                clinic=clinic,
                injector=slot.injector,
                room=slot.room,
                starts_at=slot.starts_at,
                ends_at=slot.ends_at,
                offered_at=at,
                offered_by=by,
                expires_at=expires_at(at, slot),
            )
    except IntegrityError as error:
        raise CannotBeOffered(OFFERED_ALREADY) from error


def end(*, offer: SlotOffer, by: User, at: dt.datetime) -> bool:
    """Take an offer back; messages that have not left do not leave. Returns False when it was over before."""
    running = SlotOffer.objects.filter(pk=offer.pk, state=State.OPEN, expires_at__gt=at)
    ended = running.update(state=State.ENDED)
    if ended:
        change = AuditEntry.Action.CHANGE
        audit.record(clinic=offer.clinic, by=by, at=at, action=change, kind="offer", subject=offer.uid)
    return bool(ended)


def close_ended(*, now: dt.datetime) -> int:
    """End offers whose time ran out, or whose slot was booked otherwise, or whose injector is away, or room closed."""
    open_ones = SlotOffer.objects.filter(state=State.OPEN)
    # Nearly always there is none: asked first, for a tenth of what it costs to put the rest together.
    if not open_ones.exists():
        return 0
    taken = TreatmentSession.objects.filter(
        Q(injector=OuterRef("injector")) | Q(room=OuterRef("room")) | Q(person=OuterRef("injector__user")),
        status__in=OCCUPYING,
        starts_at__lt=OuterRef("ends_at"),
        ends_at__gt=OuterRef("starts_at"),
    )
    during = {"starts_at__lt": OuterRef("ends_at"), "ends_at__gt": OuterRef("starts_at")}
    away = Absence.objects.filter(injector=OuterRef("injector"), **during)
    closed = Closure.objects.filter(
        Q(room__isnull=True) | Q(room=OuterRef("room")), clinic=OuterRef("clinic"), **during
    )
    gone = Q(injector__active=False) | Q(room__active=False) | Q(Exists(away)) | Q(Exists(closed))
    return open_ones.filter(Q(expires_at__lte=now) | Q(Exists(taken)) | gone).update(state=State.ENDED)


def close_unworked(*, clinic: Clinic) -> int:
    """End offers of times at which the clinic no longer works, whatever took them (six queries at most)."""
    open_ones = SlotOffer.objects.filter(clinic=clinic, state=State.OPEN).select_related("injector__clinic", "room")
    slot_of = {one.pk: Slot(one.injector, one.room, one.starts_at, one.ends_at) for one in open_ones}
    worked = still_worked(clinic, list(slot_of.values()))
    gone = [pk for pk, slot in slot_of.items() if slot not in worked]
    return SlotOffer.objects.filter(pk__in=gone, state=State.OPEN).update(state=State.ENDED) if gone else 0


@again_after_deadlock
def accept(*, invitation: OfferInvitation, at: dt.datetime) -> TreatmentSession:
    """Take a patient's yes: book the time, or move their later visit to it. The same yes twice is one booking.

    Raises Gone or NotFree, with the answer noted, or NoLongerFits.
    """
    won = _try(invitation, at)
    if isinstance(won, Gone):
        raise won
    return won


@transaction.atomic
def _try(invitation: OfferInvitation, at: dt.datetime) -> TreatmentSession | Gone:
    """Answer inside one transaction; return why not when it is too late. The lock on the offer queues those who say yes."""
    offer = SlotOffer.objects.select_for_update(of=("self",)).select_related("session").get(pk=invitation.offer_id)
    if offer.session and offer.session.course_id == invitation.course_id:
        return offer.session
    if offer.state != State.OPEN or offer.expires_at <= at:
        _note(invitation, OfferInvitation.Answer.TOO_LATE, at)
        return Gone()
    try:
        session = _book_or_move(invitation, offer, at)
    except booking.Taken:
        SlotOffer.objects.filter(pk=offer.pk).update(state=State.ENDED)
        _note(invitation, OfferInvitation.Answer.TOO_LATE, at)
        return NotFree()
    except (booking.AlreadyBooked, booking.Stale, booking.TooEarly) as error:
        raise NoLongerFits from error
    SlotOffer.objects.filter(pk=offer.pk, state=State.OPEN).update(state=State.TAKEN, session=session)
    _note(invitation, OfferInvitation.Answer.YES, at)
    waiting.end(course=session.course, at=at)
    return session


def _book_or_move(invitation: OfferInvitation, offer: SlotOffer, at: dt.datetime) -> TreatmentSession:
    course = Course.objects.select_related("clinic").get(pk=invitation.course_id)
    slot = Slot(offer.injector, offer.room, offer.starts_at, offer.ends_at)
    own = course.sessions.filter(status__in=OPEN).select_related("clinic", "course__clinic").first()
    if not still_fits(offer, course, own):
        raise NoLongerFits
    if own is None:
        return booking.book(course=course, slot=slot, uid=invitation.uid, by=None, at=at)
    return booking.move(session=own, version=own.version, slot=slot, by=None, at=at, reason="Took an earlier time")


def still_fits(offer: SlotOffer, course: Course, own: TreatmentSession | None) -> bool:
    """Return whether a person may take an offered time: their course goes on, they are due, their ``own`` visit is later."""
    if course.closed_on is not None or (own and (own.status != Status.BOOKED or own.starts_at <= offer.starts_at)):
        return False
    return course.clinic.date_at(offer.starts_at) >= course.next_due()


def decline(*, invitation: OfferInvitation, at: dt.datetime) -> None:
    """Note that the person does not want the time. Who has it already keeps it."""
    OfferInvitation.objects.filter(pk=invitation.pk).exclude(answer=OfferInvitation.Answer.YES).update(
        answer=OfferInvitation.Answer.NO, answered_at=at
    )


def _note(invitation: OfferInvitation, answer: OfferInvitation.Answer, at: dt.datetime) -> None:
    OfferInvitation.objects.filter(pk=invitation.pk).exclude(answer=OfferInvitation.Answer.YES).update(
        answer=answer, answered_at=at
    )


def is_taken(slot: Slot) -> bool:
    """Return whether somebody has a part of a time with its injector, here or at another clinic, or in its room."""
    return TreatmentSession.objects.filter(
        Q(injector=slot.injector) | Q(room=slot.room) | Q(person=slot.injector.user_id, person__isnull=False),
        status__in=OCCUPYING,
        starts_at__lt=slot.ends_at,
        ends_at__gt=slot.starts_at,
    ).exists()
