"""One claimed reminder: check, write down that we start, hand over, write down what came back."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable

from patients.models import Channel, ContactPoint
from reminders.channels import Carrier, Carriers, Message, SendError
from reminders.dispatch import allowance, doubt, outcome, recheck
from reminders.dispatch.leaving import turn_away
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
        turn_away(ready, obstacle, carriers, ledger, now)
    elif ready.contact is None or ready.template is None or ready.message is None:
        ledger.settle()
        outcome.give_up(reminder, "No text has been written for this message", now)
    else:
        delivery = ledger.begin(reminder, ready.template, now, texts=_texts(ready.message, reminder))
        if delivery is not None:
            _hand_over(reminder, delivery, ready.contact, ready.message, carriers, ledger, now)
        # Another worker has this reminder, or the person's day.
        elif reminder.channel == Channel.SMS and allowance.had_enough(reminder, now):
            turn_away(ready, recheck.after_enough(reminder, now), carriers, ledger, now)


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
    except doubt.NobodyKnows:
        outcome.leave_to_person(reminder, delivery, now)
    except SendError as error:
        if doubt.may_have_arrived(earlier):
            outcome.ask_later(reminder, delivery, error, now)
        else:
            outcome.record_error(reminder, delivery, contact, error, now)
    else:
        if known:
            allowance.keep_day(reminder)
            ledger.taken(Taken(delivery, Delivery.Outcome.FOUND, known, now))
        elif earlier and _has_changed(reminder, message, now):
            outcome.begin_anew(reminder, delivery, now)
        else:
            _send(reminder, delivery, contact, message, carrier, ledger, now)


def _has_changed(reminder: Reminder, message: Message, now: dt.datetime) -> bool:
    """Return whether it may not leave any more as it was looked up: asking takes seconds, and a STOP may come meanwhile."""
    ready = look_up([reminder], now).get(reminder.pk)
    return ready is None or bool(ready.no_longer) or ready.message != message


def _send(
    reminder: Reminder,
    delivery: Delivery,
    contact: ContactPoint,
    message: Message,
    carrier: Carrier,
    ledger: Ledger,
    now: dt.datetime,
) -> None:
    try:
        name = carrier.send(message)
    except SendError as error:
        try:
            found = _taken_after_all(reminder, message, carrier, error, now)
        except (doubt.NobodyKnows, SendError):
            outcome.record_error(reminder, delivery, contact, error, now, certain=False)
            return
        if found is None:
            outcome.record_error(reminder, delivery, contact, error, now)
            return
        name = found
    ledger.taken(Taken(delivery, Delivery.Outcome.ACCEPTED, name, now))


def _taken_after_all(
    reminder: Reminder, message: Message, carrier: Carrier, error: SendError, now: dt.datetime
) -> str | None:
    """Return the gateway's name for what it did not say that it took, asked for where it is not to be tried again."""
    if outcome.next_try(reminder, error, now):
        return None
    attempts = doubt.earlier_attempts(reminder, and_this=error.in_doubt)
    return doubt.find_before_leaving(reminder, message, carrier, attempts)
