"""What staff do about texts that came in: say whose it is, reply, mark as done."""

import datetime as dt

from django.db import transaction

from clinic import audit, message_hours
from clinic.models import AuditEntry, User
from clinic.undo_time import undo_time
from patients.models import Channel, ContactPoint, Patient
from reminders import defaults
from reminders.inbound import acting
from reminders.inbound.grammar import Meaning
from reminders.models import InboundMessage, Kind, OneOff, Reminder, State

USEFUL_FOR = dt.timedelta(days=2)


class Unreachable(Exception):
    """Nothing may be sent to this person; the text says so, for staff."""


class AnsweredMeanwhile(Exception):
    """Somebody replied to this person while a reply was typed."""


@transaction.atomic
def assign(*, message: InboundMessage, patient: Patient, by: User, at: dt.datetime) -> bool:
    """Say who wrote it. A C or an R that waited only for a name then counts for that person's next visit.

    False, and nothing changes, where somebody else was named before: that C may have counted for their visit.
    """
    nobodys = InboundMessage.objects.filter(pk=message.pk, patient=None)
    news = nobodys.update(patient=patient, assigned_by=by, assigned_at=at)
    message.refresh_from_db()
    if not news:
        return message.patient == patient
    if message.meaning in (Meaning.CONFIRM, Meaning.MOVE) and message.state == InboundMessage.State.OPEN:
        acting.answer_for_visit(message, [patient], at)
        message.answer = ""  # the call that could have carried one is over
    message.save()
    _trace(message, by, at)
    return True


@transaction.atomic
def finish(*, message: InboundMessage, by: User, at: dt.datetime) -> bool:
    """Take it off the list; False when somebody did before."""
    waiting = InboundMessage.objects.filter(pk=message.pk, state=InboundMessage.State.OPEN)
    done = waiting.update(state=InboundMessage.State.DONE, done_by=by, done_at=at)
    if done:
        _trace(message, by, at)
    return bool(done)


@transaction.atomic
def reopen(*, message: InboundMessage, by: User, at: dt.datetime) -> None:
    """Put it back on the list."""
    done = InboundMessage.objects.filter(pk=message.pk).exclude(state=InboundMessage.State.OPEN)
    if done.update(state=InboundMessage.State.OPEN, done_by=None, done_at=None):
        _trace(message, by, at)


def take_back(*, reply: Reminder, by: User, at: dt.datetime) -> None:
    """Put back on the list what a reply took off it: the reply does not go, so nobody has answered."""
    message, one_off = reply.reply_to, reply.one_off
    if message and one_off and message.done_at == one_off.made_at:
        reopen(message=message, by=by, at=at)


@transaction.atomic
def reply(*, message: InboundMessage, words: str, after: int, by: User, at: dt.datetime) -> Reminder:
    """Answer the writer through the ledger, by text where they may be texted, else by email, and mark it as done.

    It waits as long as it can be taken back, and for the end of quiet hours. ``after`` is how many replies the writer had
    when this one was begun. Raises Unreachable, and AnsweredMeanwhile where there is another one by now.
    """
    patient, clinic = message.patient, message.clinic
    channel = best_way(patient) if patient else None
    if patient is None or channel is None:
        raise Unreachable("Nothing may be sent to them: call them.")
    Patient.objects.select_for_update(no_key=True).values_list("pk").get(pk=patient.pk)
    if replies_to(patient) != after:
        raise AnsweredMeanwhile
    subject = f"Message from {clinic.message_name}"
    one_off = OneOff.objects.create(
        clinic=clinic, subject=subject, body=f"{clinic.message_name}: {words}", made_at=at, made_by=by
    )
    due_at = message_hours.next_allowed(at + undo_time(), patient.zone)
    reminder = Reminder.objects.create(
        clinic=clinic,
        rule=defaults.rule_of(clinic, Kind.ONE_OFF),
        patient=patient,
        one_off=one_off,
        reply_to=message,
        occasion=f"reply {one_off.uid}",
        batch=one_off.uid,
        channel=channel,
        state=State.WAITING,
        due_at=due_at,
        useful_until=due_at + USEFUL_FOR,
        created_at=at,
    )
    finish(message=message, by=by, at=at)
    _trace(message, by, at)
    return reminder


def replies_to(patient: Patient) -> int:
    """Return how many replies were written to a person, those included that were taken back."""
    replies = Reminder.objects.filter(patient=patient, reply_to__isnull=False)
    return replies.order_by().values("one_off").distinct().count()  # one that went another way is one


def best_way(patient: Patient) -> Channel | None:
    """Return by what a person who sent a text is answered: by text where that is allowed, else by email."""
    usable = set(ContactPoint.objects.usable().filter(patient=patient).values_list("channel", flat=True))
    return next((channel for channel in (Channel.SMS, Channel.EMAIL) if channel in usable), None)


def _trace(message: InboundMessage, by: User, at: dt.datetime) -> None:
    subject = message.patient.uid if message.patient else message.uid
    audit.record(
        clinic=message.clinic, by=by, at=at, action=AuditEntry.Action.CHANGE, kind="text received", subject=subject
    )
