"""What does not leave by its channel now, or ever: whether it has left before is asked first. Asking is not sending."""

import datetime as dt

from reminders.channels import Carriers, SendError
from reminders.dispatch import doubt, outcome
from reminders.dispatch.ledger import Ledger
from reminders.dispatch.lookup import Ready, message_as_it_left
from reminders.dispatch.recheck import Obstacle
from reminders.dispatch.strokes import Taken
from reminders.models import Delivery


def turn_away(ready: Ready, obstacle: Obstacle, carriers: Carriers, ledger: Ledger, now: dt.datetime) -> None:
    """Act on what is in the way, unless an earlier attempt arrived; what may have does not go another way.

    Never inside a transaction, and with nothing left open in the ledger.
    """
    try:
        known = _known(ready, carriers)
    except (doubt.NobodyKnows, SendError) as unknown:
        if obstacle.elsewhere:
            _stay(ready, obstacle.elsewhere, unknown, ledger, now)
        else:
            obstacle.act(ready.reminder, now)
    else:
        if known is None:
            obstacle.act(ready.reminder, now)
        else:
            _record_found(ready, known, ledger, now)


def _known(ready: Ready, carriers: Carriers) -> str | None:
    """Return the gateway's name for what an attempt in doubt handed over. Raises SendError and NobodyKnows."""
    reminder = ready.reminder
    earlier = doubt.earlier_attempts(reminder) if reminder.attempts > 1 else []
    if not doubt.may_have_arrived(earlier):
        return None
    carrier = carriers.on(reminder.channel, demo=reminder.clinic.demo)
    return doubt.find_before_leaving(reminder, message_as_it_left(ready, earlier[-1].started_at), carrier, earlier)


def _record_found(ready: Ready, known: str, ledger: Ledger, now: dt.datetime) -> None:
    delivery = ledger.begin(ready.reminder, ready.template, now, afresh=False)
    if delivery is not None:
        ledger.taken(Taken(delivery, Delivery.Outcome.FOUND, known, now))
        ledger.settle()


def _stay(ready: Ready, why: str, unknown: Exception, ledger: Ledger, now: dt.datetime) -> None:
    """Let it wait for the gateway's answer, or for a person where there is none to come."""
    delivery = ledger.begin(ready.reminder, ready.template, now, afresh=False)
    if delivery is None:
        return
    if isinstance(unknown, SendError):
        outcome.ask_later(ready.reminder, delivery, unknown, now)
    else:
        outcome.leave_to_person(ready.reminder, delivery, now, why)
