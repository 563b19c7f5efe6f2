"""One claimed reminder: check, write down that we start, hand over, write down what came back."""

import datetime as dt

from django.db import transaction

from patients.models import Channel, ContactPoint
from reminders import rendering
from reminders.channels import Message, SendError, carrier_for
from reminders.dispatch import allowance, outcome, recheck
from reminders.models import Delivery, Reminder


def send_claimed(claimed: Reminder, *, now: dt.datetime) -> None:
    """Work on a reminder that ``claim`` returned, at most one hand-over. Never inside a transaction."""
    held = Reminder.objects.held_by(claimed)
    reminder = held.select_related(
        "clinic", "rule", "patient__clinic", "course", "session", "invitation__offer"
    ).first()
    if reminder is None:  # the lease ran out, and it is somebody else's now
        return
    obstacle = recheck.obstacle(reminder, now)
    if obstacle:
        obstacle.act(reminder, now)
        return
    contact = recheck.usable_contact(reminder.patient, reminder.channel)
    template = rendering.template_for(reminder, reminder.channel)
    if contact is None:
        outcome.go_another_way(reminder, recheck.no_contact_words(reminder), now)
    elif template is None:
        outcome.give_up(reminder, "No text has been written for this message", now)
    else:
        _attempt(reminder, contact, rendering.render(reminder, template, contact, now=now), now)


def _attempt(reminder: Reminder, contact: ContactPoint, message: Message, now: dt.datetime) -> None:
    """Hand over, unless an earlier attempt is found to have succeeded after all."""
    earlier = reminder.deliveries.order_by("attempt").first()
    delivery = _start(reminder, now)
    if delivery is None:  # another worker has this reminder, or the person's day
        if allowance.had_enough(reminder, now) and reminder.channel == Channel.SMS:
            recheck.after_enough(reminder, now).act(reminder, now)
        return
    carrier = carrier_for(reminder.channel)
    try:
        known = carrier.find(message, since=earlier.started_at.date()) if earlier else None
        result = Delivery.Outcome.FOUND if known else Delivery.Outcome.ACCEPTED
        provider_id = known or carrier.send(message)
    except SendError as error:
        outcome.record_error(reminder, delivery, contact, error, now)
    else:
        outcome.record_sent(reminder, delivery, result, provider_id, now)


def _start(reminder: Reminder, now: dt.datetime) -> Delivery | None:
    """Write that this attempt begins, if the claim is still ours and the person may get one more text today."""
    with transaction.atomic():
        if not Reminder.objects.held_by(reminder).exists() or not allowance.take_day(reminder, now):
            return None
        return Delivery.objects.create(
            clinic_id=reminder.clinic_id, reminder=reminder, attempt=reminder.attempts, started_at=now
        )
