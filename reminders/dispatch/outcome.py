"""What becomes of a claimed reminder. Every change is fenced by the claim: a late worker's answer changes nothing."""

import datetime as dt
from collections.abc import Collection

from django.db import transaction
from django.db.models import Q

from clinic import message_hours
from patients.actions import flag_dead, stop_number
from patients.models import Channel, ContactPoint
from reminders import timing
from reminders.channels.base import Blame, SendError
from reminders.dispatch import allowance
from reminders.models import Delivery, Reminder, State
from reminders.models.reminder import ReminderQuerySet
from reminders.planning.channel import first_of

STOPPED_AT_GATEWAY = "by text message, the gateway says"
MAYBE_ARRIVED = "It may have arrived, and we cannot find out"
CHANGED = "Something changed while the gateway was asked"


@transaction.atomic
def record_error(
    reminder: Reminder,
    delivery: Delivery,
    contact: ContactPoint,
    error: SendError,
    now: dt.datetime,
    *,
    certain: bool = True,
) -> None:
    """A gateway did not take it: later again, or another way at once where that is no use.

    Where it is not ``certain`` that nothing arrived, a person decides instead of the other way. All of it or nothing: an
    attempt that is seen to have ended has its wait, whoever looks and whenever we are killed.
    """
    _finish(delivery, _result_of(error), now, error=error.text)
    if not error.in_doubt:  # else the gateway may have it all the same
        allowance.give_back(Reminder.objects.held_by(reminder))
    blame_address(contact, error, now)
    again = next_try(reminder, error, now)
    if again is not None:
        put_off(reminder, again, error.text)
    elif certain:
        go_another_way(reminder, error.text, now)
    else:
        give_up(reminder, _maybe_arrived(error.text), now)


@transaction.atomic
def ask_later(reminder: Reminder, delivery: Delivery, error: SendError, now: dt.datetime) -> None:
    """A gateway does not say now whether it has an earlier attempt: nothing is sent until it does, or a person decides."""
    again = next_try(reminder, error, now)
    if again is None:
        leave_to_person(reminder, delivery, now, error.text)
    else:
        allowance.keep_day(reminder)
        _finish(delivery, Delivery.Outcome.UNREACHABLE, now, error=error.text)
        put_off(reminder, again, error.text)


@transaction.atomic
def begin_anew(reminder: Reminder, delivery: Delivery, now: dt.datetime) -> None:
    """Something changed while an earlier attempt was asked about: nothing left, and all is looked at again."""
    allowance.keep_day(reminder)
    _finish(delivery, Delivery.Outcome.UNREACHABLE, now, error=CHANGED)
    put_off(reminder, now, CHANGED)


@transaction.atomic
def leave_to_person(reminder: Reminder, delivery: Delivery, now: dt.datetime, why: str = "") -> None:
    """An earlier attempt may have arrived, and nothing that we could ask knows."""
    allowance.keep_day(reminder)
    _finish(delivery, Delivery.Outcome.HELD, now)
    give_up(reminder, _maybe_arrived(why), now)


def _maybe_arrived(why: str) -> str:
    return f"{MAYBE_ARRIVED}. {why}" if why else MAYBE_ARRIVED


def put_off(reminder: Reminder, until: dt.datetime, reason: str) -> None:
    """Let it wait until a moment. What is then too late is marked as missed by the planning."""
    Reminder.objects.held_by(reminder).update(state=State.WAITING, due_at=until, reason=reason, lease_until=None)


def close(
    reminder: Reminder, state: State, reason: str, now: dt.datetime, held: ReminderQuerySet | None = None
) -> bool:
    """End it; return whether the claim was still ours. ``held`` is another fence, for news of one that was sent."""
    changed = Reminder.objects.held_by(reminder) if held is None else held
    return changed.update(state=state, reason=reason, closed_at=now, lease_until=None) == 1


def give_up(reminder: Reminder, reason: str, now: dt.datetime, held: ReminderQuerySet | None = None) -> None:
    """Put it on the worklist: a person has to call."""
    close(reminder, State.FAILED, reason, now, held)


@transaction.atomic
def go_another_way(reminder: Reminder, reason: str, now: dt.datetime, held: ReminderQuerySet | None = None) -> None:
    """Hand over to the other channel when the person can be reached there and it was not tried yet, else to staff."""
    other = Channel(reminder.channel).other
    allowed = not reminder.rule.channels or other in reminder.rule.channels
    leaves_at = message_hours.next_allowed(now, reminder.patient.zone)
    if reminder.useful_until <= leaves_at or not allowed or not may_go(reminder, other):
        give_up(reminder, reason, now, held)
    elif close(reminder, State.REPLACED, f"{reason}. {other.label} instead", now, held):
        twin(reminder, other, now).save()


def may_go(reminder: Reminder, channel: Channel) -> bool:
    """Return whether the person can be reached on another channel, and this message has not been tried there."""
    usable = ContactPoint.objects.usable().filter(patient=reminder.patient, channel=channel).exists()
    return usable and not _same_subject(reminder).filter(channel=channel).exists()


def better_way(reminder: Reminder, usable: Collection[Channel]) -> Channel | None:
    """Return the channel that comes first for the person by now, where another one was planned; None where it stays.

    What somebody sent by hand goes as they were told, and what was tried before goes on as it began. ``usable`` are the
    channels by which they may be written to.
    """
    if _goes_as_it_was_begun(reminder):
        return None
    first, there = first_of(Channel(reminder.patient.preferred_channel), reminder.rule.channels, usable)
    return first if there and first != reminder.channel and may_go(reminder, first) else None


def is_ruled_out(reminder: Reminder) -> bool:
    """Return whether the clinic writes of this by the other way alone by now; what staff sent by this one goes."""
    allowed = reminder.rule.channels
    if not allowed or reminder.channel in allowed or _goes_as_it_was_begun(reminder):
        return False
    return not _same_subject(reminder).filter(channel__in=allowed).exists()


def _goes_as_it_was_begun(reminder: Reminder) -> bool:
    return bool(reminder.batch or reminder.reply_to_id or reminder.template_id or reminder.restarted_at)


def _same_subject(reminder: Reminder) -> ReminderQuerySet:
    return Reminder.objects.filter(
        rule=reminder.rule,
        course=reminder.course,
        session=reminder.session,
        session_version=reminder.session_version,
        due_date=reminder.due_date,
        asked_on=reminder.asked_on,
        invitation=reminder.invitation,
        patient=reminder.patient,
        occasion=reminder.occasion,
    )


def twin(reminder: Reminder, channel: Channel, now: dt.datetime) -> Reminder:
    """Return the same message on another channel, due at once (but not in quiet hours)."""
    return Reminder(
        clinic=reminder.clinic,
        rule=reminder.rule,
        patient=reminder.patient,
        course=reminder.course,
        session=reminder.session,
        session_version=reminder.session_version,
        visit_at=reminder.visit_at,
        occasion=reminder.occasion,
        one_off=reminder.one_off,
        reply_to=reminder.reply_to,
        due_date=reminder.due_date,
        asked_on=reminder.asked_on,
        batch=reminder.batch,
        invitation=reminder.invitation,
        channel=channel,
        due_at=message_hours.next_allowed(now, reminder.patient.zone),
        useful_until=reminder.useful_until,
        created_at=now,
    )


def next_try(reminder: Reminder, error: SendError, now: dt.datetime) -> dt.datetime | None:
    """Return when to try again.

    None when that cannot help, comes too late, or there were enough tries since a person last asked for one.
    """
    if error.permanent:
        return None
    since = Q(started_at__gte=reminder.restarted_at) if reminder.restarted_at else Q()
    tries = reminder.deliveries.filter(since).count()
    if tries > len(timing.BACK_OFF):
        return None
    again = message_hours.next_allowed(now + timing.BACK_OFF[tries - 1], reminder.patient.zone)
    return again if again < reminder.useful_until else None


def blame_address(contact: ContactPoint, error: SendError, now: dt.datetime) -> None:
    """Keep what a refusal says about the address, so that nothing else is sent there."""
    if error.blame is Blame.ADDRESS:
        flag_dead(point=contact, reason=error.text, at=now)
    elif error.blame is Blame.CONSENT:
        stop_number(number=contact.address, source=STOPPED_AT_GATEWAY, by=None, at=now)


def _result_of(error: SendError) -> Delivery.Outcome:
    if error.permanent:
        return Delivery.Outcome.REFUSED
    return Delivery.Outcome.UNANSWERED if error.in_doubt else Delivery.Outcome.UNREACHABLE


def _finish(delivery: Delivery, result: str, now: dt.datetime, *, error: str = "") -> None:
    Delivery.objects.filter(pk=delivery.pk, finished_at__isnull=True).update(
        outcome=result, finished_at=now, error=error
    )
