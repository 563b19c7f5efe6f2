"""One claimed reminder: check, write down that we start, hand over, write down what came back."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable

from patients.models import Channel, ContactPoint
from reminders.channels import Carrier, Carriers, Message, SendError
from reminders.dispatch import allowance, doubt, outcome, recheck
from reminders.dispatch.ledger import Ledger
from reminders.dispatch.lookup import Ready, look_up
from reminders.dispatch.strokes import Taken
from reminders.models import Delivery, Reminder
from reminders.wording import gsm


def send_claimed(claimed: Reminder, *, now: dt.datetime) -> None:
    """Work on a single reminder that ``claim`` returned, with a line of its own. Never inside a transaction."""
    ready = look_up([claimed], now).get(claimed.pk)
    if ready is None:  # the lease ran out, and it is somebody else's now
        return
    ledger = Ledger()
    with Carriers() as carriers:
        try:
            send(ready, now=now, carriers=carriers, ledger=ledger)
        finally:
            ledger.settle()


def prepare(batch: Iterable[Ready], carriers: Carriers) -> None:
    """Let each carrier do beforehand what it can for those that may leave."""
    mine: dict[Carrier, list[Message]] = defaultdict(list)
    for ready in batch:
        if ready.message and not ready.no_longer:
            mine[carriers.on(ready.reminder.channel, demo=ready.reminder.clinic.demo)].append(ready.message)
    for carrier, messages in mine.items():
        carrier.prepare(messages)


def send(ready: Ready, *, now: dt.datetime, carriers: Carriers, ledger: Ledger) -> None:
    """Work on one that was looked up just now, at most one hand-over. Never inside a transaction."""
    reminder = ready.reminder
    obstacle = recheck.obstacle(ready, now)
    if obstacle:
        ledger.settle()
        if not _arrived_after_all(ready, carriers, ledger, now):
            obstacle.act(reminder, now)
    elif ready.contact is None:
        ledger.settle()
        outcome.go_another_way(reminder, recheck.no_contact_words(reminder), now)
    elif ready.template is None or ready.message is None:
        ledger.settle()
        outcome.give_up(reminder, "No text has been written for this message", now)
    else:
        delivery = ledger.begin(reminder, ready.template, now, texts=_texts(ready.message, reminder))
        if delivery is not None:
            _hand_over(reminder, delivery, ready.contact, ready.message, carriers, ledger, now)
        # Another worker has this reminder, or the person's day.
        elif reminder.channel == Channel.SMS and allowance.had_enough(reminder, now):
            recheck.after_enough(reminder, now).act(reminder, now)


def _texts(message: Message, reminder: Reminder) -> int:
    return gsm.parts(message.body) if reminder.channel == Channel.SMS else 0


def _hand_over(
    reminder: Reminder,
    delivery: Delivery,
    contact: ContactPoint,
    message: Message,
    carriers: Carriers,
    ledger: Ledger,
    now: dt.datetime,
) -> None:
    """Hand over, unless an earlier attempt is found to have succeeded after all."""
    carrier = carriers.on(reminder.channel, demo=reminder.clinic.demo)
    earlier = doubt.earlier_attempts(reminder) if reminder.attempts > 1 else []
    try:
        known = doubt.find(reminder, message, carrier, earlier)
        result = Delivery.Outcome.FOUND if known else Delivery.Outcome.ACCEPTED
        provider_id = known or carrier.send(message)
    except doubt.NobodyKnows:
        outcome.leave_to_person(reminder, delivery, now)
    except SendError as error:
        outcome.record_error(reminder, delivery, contact, error, now)
    else:
        if known:
            allowance.keep_day(reminder)
        ledger.taken(Taken(delivery, result, provider_id, now))


def _arrived_after_all(ready: Ready, carriers: Carriers, ledger: Ledger, now: dt.datetime) -> bool:
    """Record it as sent when it must not go out now, and need not: an attempt in doubt turns out to have arrived."""
    reminder, template, message = ready.reminder, ready.template, ready.message
    if reminder.attempts == 1 or template is None or message is None:
        return False
    known = doubt.known_after_all(reminder, message, carriers.on(reminder.channel, demo=reminder.clinic.demo))
    if known is None:
        return False
    delivery = ledger.begin(reminder, template, now, afresh=False)
    if delivery is not None:
        ledger.taken(Taken(delivery, Delivery.Outcome.FOUND, known, now))
        ledger.settle()
    return True
