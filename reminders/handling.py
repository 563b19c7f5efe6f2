"""What staff do about reminders that did not arrive, or should not."""

import datetime as dt
from collections.abc import Iterable

from django.db import transaction
from django.db.models import F, QuerySet

from clinic import audit, message_hours
from clinic.models import AuditEntry, User
from patients.actions import set_contact
from patients.actions.contacts import TOLD_STAFF
from patients.models import Channel, ContactPoint
from reminders.dispatch import outcome
from reminders.inbound import desk
from reminders.models import Delivery, Reminder, State, VisitCall
from treatments.models import Status, TreatmentSession

BY_HAND = "Stopped for this visit"
# What a person may still change: nothing of it is under way.
OPEN = (State.WAITING, State.FAILED, State.MISSED)


class NothingToDo(Exception):
    """Somebody else dealt with it, or it is too late for it."""


class Arrived(Exception):
    """It went out, or reached its person, in the meantime."""

    def __init__(self, reminder: Reminder) -> None:
        super().__init__()
        self.delivered_at, self.sent_at = reminder.delivered_at, reminder.closed_at


class Changed(Exception):
    """The visit is at another time than the one that was told, or is off."""


class SameAddress(Exception):
    """The address that did not work was given again."""


class Unwanted(SameAddress):
    """The address that was given again is one to which they want no messages."""


@transaction.atomic
def send_again(*, reminder: Reminder, by: User, at: dt.datetime, anyway: bool = False) -> dt.datetime:
    """Let it go out now, or when the quiet hours end; return when. Retries count anew; the attempt number goes on.

    ``anyway`` repeats one that has arrived; without it such a one raises Arrived. One that may have arrived was left to
    whoever presses: what went before holds it back no more.
    """
    stored = Reminder.objects.select_for_update().get(pk=reminder.pk)
    if stored.state == State.SENT and not anyway:
        raise Arrived(stored)
    due_at = message_hours.next_allowed(at, reminder.patient.zone)
    if reminder.useful_until <= due_at:
        raise NothingToDo
    changes: dict[str, object] = {"state": State.WAITING, "due_at": due_at, "restarted_at": at}
    if stored.state == State.SENT:
        changes |= {"repeat_from": at, "delivered_at": None}
    elif _is_held(stored):
        changes["repeat_from"] = at
    _settle(reminder, by, at, [State.FAILED, State.MISSED, State.SENT], reason="", closed_at=None, **changes)
    return due_at


def _is_held(reminder: Reminder) -> bool:
    """Return whether it stands still because an earlier attempt may have arrived, and nobody can be asked."""
    return reminder.reason.startswith(outcome.MAYBE_ARRIVED)


@transaction.atomic
def fix_and_send_again(*, reminder: Reminder, address: str, by: User, at: dt.datetime) -> dt.datetime:
    """Put the right address in the place of the wrong one, with the person's word for it, and send again; return when.

    Raises ValidationError in words for an address that is none. Whoever replied STOP gets no more by a press on what
    stands in the field: that they want messages again is noted on their page.
    """
    before = ContactPoint.objects.filter(patient=reminder.patient, channel=reminder.channel).first()
    point = set_contact(
        patient=reminder.patient, channel=reminder.channel, address=address, by=by, at=at, consent_source=TOLD_STAFF
    )
    same = before and (point is None or before.address == point.address)
    if before and same and before.withdrawn_at:
        raise Unwanted
    if point is None or (before and same and before.failed_at):
        raise SameAddress
    return send_again(reminder=reminder, by=by, at=at)


@transaction.atomic
def send_other_way(*, reminder: Reminder, by: User, at: dt.datetime) -> Channel:
    """Send it on the other channel instead; return which one that is."""
    other = Channel(reminder.channel).other
    leaves_at = message_hours.next_allowed(at, reminder.patient.zone)
    if reminder.useful_until <= leaves_at or not outcome.may_go(reminder, other):
        raise NothingToDo
    _settle(reminder, by, at, OPEN, state=State.REPLACED, closed_at=at)
    outcome.twin(reminder, other, at).save()
    return other


@transaction.atomic
def mark_called(*, reminder: Reminder, by: User, at: dt.datetime) -> None:
    """Note that somebody spoke to the patient: off the worklist."""
    _settle(reminder, by, at, [State.FAILED, State.MISSED], state=State.HANDLED, handled_by=by, handled_at=at)


@transaction.atomic
def stop_for_visit(*, reminder: Reminder, by: User, at: dt.datetime) -> int:
    """Send nothing more about this visit at its present time, about this due date, or whatever else it is about.

    Returns how many were stopped.
    """
    about = Reminder.objects.filter(patient=reminder.patient, course=reminder.course, due_date=reminder.due_date)
    about = about.filter(session=reminder.session, session_version=reminder.session_version)
    if reminder.session is None:
        about = about.filter(occasion=reminder.occasion, invitation=reminder.invitation)
    stop = {"state": State.STOPPED, "reason": BY_HAND, "closed_at": at, "lease_until": None}
    stopped = _settle_all(_not_under_way(about), reminder, by, at, **stop, handled_by=by, handled_at=at)
    desk.take_back(reply=reminder, by=by, at=at)
    return stopped


@transaction.atomic
def call_about_visit(*, session: TreatmentSession, told: dt.datetime | None, by: User, at: dt.datetime) -> None:
    """Note that somebody told the patient when their visit is: what waited to tell them is settled too.

    ``told`` is the time that they were told. Raises Changed when it is not the time of the visit any more.
    """
    if session.status != Status.BOOKED or session.starts_at != told:
        raise Changed
    _, news = VisitCall.objects.that_stand().get_or_create(
        session=session,
        defaults={
            "clinic": session.clinic,
            "session_version": session.version,
            "visit_at": session.starts_at,
            "by": by,
            "at": at,
        },
    )
    if not news:
        raise NothingToDo
    about = Reminder.objects.filter(session=session, session_version=session.version)
    _not_under_way(about).update(state=State.HANDLED, handled_by=by, handled_at=at, lease_until=None)
    audit.record(clinic=session.clinic, by=by, at=at, action=AuditEntry.Action.CHANGE, kind="call", subject=session.uid)


@transaction.atomic
def take_back_call(*, session: TreatmentSession, by: User, at: dt.datetime) -> None:
    """Undo it: the person is on the call list again, and what waited waits again or is missed by the next planning."""
    standing = VisitCall.objects.that_stand().filter(session=session)
    call = standing.select_for_update(of=("self",)).first()
    if call is None:
        raise NothingToDo
    settled = Reminder.objects.filter(session=session, state=State.HANDLED, handled_by=call.by, handled_at=call.at)
    settled.update(state=State.WAITING, closed_at=None, handled_by=None, handled_at=None)
    call.delete()
    audit.record(clinic=session.clinic, by=by, at=at, action=AuditEntry.Action.CHANGE, kind="call", subject=session.uid)


def _not_under_way(about: QuerySet[Reminder]) -> QuerySet[Reminder]:
    """Return which of them a person may still change: those that are open, or claimed by a worker that has yet to begin.

    All are locked first: no worker claims one from then on, and what is claimed does not begin, for its claim falls with
    the change.
    """
    ours = about.filter(state__in=(State.SENDING, *OPEN)).order_by("pk").select_for_update()
    open_to_us = set(ours.values_list("pk", flat=True))
    begun = Delivery.objects.filter(
        reminder__in=open_to_us, reminder__state=State.SENDING, attempt=F("reminder__attempts")
    )
    return about.filter(pk__in=open_to_us.difference(begun.values_list("reminder_id", flat=True)))


def _settle(reminder: Reminder, by: User, at: dt.datetime, among: Iterable[str], **changes: object) -> None:
    """Change one reminder if it is still in one of these states, and leave a trace."""
    _settle_all(Reminder.objects.filter(pk=reminder.pk, state__in=among), reminder, by, at, **changes)


def _settle_all(rows: QuerySet[Reminder], reminder: Reminder, by: User, at: dt.datetime, **changes: object) -> int:
    changed = rows.update(**changes)
    if not changed:
        raise NothingToDo
    audit.record(
        clinic=reminder.clinic, by=by, at=at, action=AuditEntry.Action.CHANGE, kind="reminder", subject=reminder.uid
    )
    return changed
