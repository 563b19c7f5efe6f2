"""One claimed reminder: check, write down that we start, hand over, write down what came back."""

import datetime as dt
from dataclasses import replace

from django.db import transaction

from patients.models import Channel, ContactPoint
from reminders import rendering
from reminders.channels import Carrier, Carriers, Message, SendError
from reminders.dispatch import allowance, doubt, outcome, receipts, recheck
from reminders.models import Delivery, Reminder


def send_claimed(claimed: Reminder, *, now: dt.datetime, carriers: Carriers | None = None) -> None:
    """Work on a reminder that ``claim`` returned, at most one hand-over. Never inside a transaction.

    Without ``carriers`` lines are opened for this one message and closed after it.
    """
    if carriers is None:
        with Carriers() as own:
            send_claimed(claimed, now=now, carriers=own)
        return
    held = Reminder.objects.held_by(claimed)
    reminder = held.select_related(
        "clinic", "rule", "patient__clinic", "course", "session", "invitation__offer", "template", "one_off"
    ).first()
    if reminder is None:  # the lease ran out, and it is somebody else's now
        return
    obstacle = recheck.obstacle(reminder, now)
    if obstacle:
        if not _arrived_after_all(reminder, carriers, now):
            obstacle.act(reminder, now)
        return
    contact = recheck.usable_contact(reminder.patient, reminder.channel)
    template = rendering.template_for(reminder, reminder.channel)
    if contact is None:
        outcome.go_another_way(reminder, recheck.no_contact_words(reminder), now)
    elif template is None:
        outcome.give_up(reminder, "No text has been written for this message", now)
    else:
        with transaction.atomic():  # one wait for the disk before the hand-over, and one after it
            rendering.keep_version(reminder, template)
            message = rendering.render(reminder, template, contact, now=now)
            delivery = _start(reminder, now)
        _attempt(reminder, delivery, contact, message, carriers.on(reminder.channel), now)


def _attempt(
    reminder: Reminder,
    delivery: Delivery | None,
    contact: ContactPoint,
    message: Message,
    carrier: Carrier,
    now: dt.datetime,
) -> None:
    """Hand over, unless an earlier attempt is found to have succeeded after all."""
    earlier = doubt.earlier_attempts(reminder) if reminder.attempts > 1 else []
    if delivery is None:  # another worker has this reminder, or the person's day
        if allowance.had_enough(reminder, now) and reminder.channel == Channel.SMS:
            recheck.after_enough(reminder, now).act(reminder, now)
        return
    message = replace(message, attempt=reminder.attempts)
    try:
        known = doubt.find(reminder, message, carrier, earlier)
        result = Delivery.Outcome.FOUND if known else Delivery.Outcome.ACCEPTED
        provider_id = known or carrier.send(message)
    except doubt.NobodyKnows:
        outcome.leave_to_person(reminder, delivery, now)
    except SendError as error:
        outcome.record_error(reminder, delivery, contact, error, now)
    else:
        outcome.record_sent(reminder, delivery, result, provider_id, now)
        receipts.heed(delivery, now)  # a gateway may know sooner than we that it did not arrive


def _arrived_after_all(reminder: Reminder, carriers: Carriers, now: dt.datetime) -> bool:
    """Record it as sent when it must not go out now, and need not: an attempt in doubt turns out to have arrived."""
    if reminder.attempts == 1:
        return False
    contact = recheck.usable_contact(reminder.patient, reminder.channel)
    template = rendering.template_for(reminder, reminder.channel)
    if contact is None or template is None:
        return False
    message = rendering.render(reminder, template, contact, now=now)
    known = doubt.known_after_all(reminder, message, carriers.on(reminder.channel))
    if known is None:
        return False
    delivery = _start(reminder, now, afresh=False)
    if delivery is not None:
        outcome.record_sent(reminder, delivery, Delivery.Outcome.FOUND, known, now)
    return True


def _start(reminder: Reminder, now: dt.datetime, *, afresh: bool = True) -> Delivery | None:
    """Write that this attempt begins, if the claim is still ours and the person may get one more text today.

    What is only looked up, not sent ``afresh``, costs the person nothing.
    """
    with transaction.atomic():
        if not Reminder.objects.held_by(reminder).exists():
            return None
        if afresh and not allowance.take_day(reminder, now):
            return None
        return Delivery.objects.create(
            clinic_id=reminder.clinic_id, reminder=reminder, attempt=reminder.attempts, started_at=now
        )
