"""The loop around the steps: the same for a Celery worker and for a plain command."""

import datetime as dt
import logging
from collections.abc import Callable, Mapping

from reminders.channels import Carriers
from reminders.dispatch import halting, outcome
from reminders.dispatch.claim import claim, lease, release
from reminders.dispatch.ledger import Ledger
from reminders.dispatch.lookup import GOOD_FOR, Ready, look_up
from reminders.dispatch.send import prepare, send
from reminders.models import Reminder

logger = logging.getLogger(__name__)

BATCH = 200


def send_due(*, clock: Callable[[], dt.datetime], limit: int = BATCH, deadline: dt.datetime | None = None) -> int:
    """Send until nothing is due, the time is up or a stop is asked for; return how many reminders were worked on.

    ``clock`` is read before each message: quiet hours begin in the middle of a long batch too. Without a
    ``deadline`` the time is half a lease, so that what this worker holds is never taken for a dead one's.
    """
    stop = deadline or clock() + lease() / 2
    worked = 0
    with Carriers() as carriers:
        while _goes_on(clock, stop) and (batch := claim(now=clock(), limit=limit)):
            worked += _work(batch, clock, stop, carriers)
    return worked


def _goes_on(clock: Callable[[], dt.datetime], stop: dt.datetime) -> bool:
    return clock() <= stop and not halting.asked()


def _work(batch: list[Reminder], clock: Callable[[], dt.datetime], stop: dt.datetime, carriers: Carriers) -> int:
    """Send a batch; give back what there is no time for. Returns how many were worked on.

    Beside a slow gateway no more are looked up at a time than there is hope to send before they must be looked up anew.
    """
    worked, at_a_time = 0, len(batch)
    while worked < len(batch) and _goes_on(clock, stop):
        done = _send_together(batch[worked : worked + at_a_time], clock, stop, carriers)
        worked, at_a_time = worked + done, 2 * done
    release(batch[worked:])
    return worked


def _send_together(
    some: list[Reminder], clock: Callable[[], dt.datetime], stop: dt.datetime, carriers: Carriers
) -> int:
    """Look some up, and send them as long as that is good: the first in any case. Returns how many were worked on."""
    now, ledger = clock(), Ledger()
    good_until, ready = min(now + GOOD_FOR, stop), _looked_up(some, now, carriers)
    try:
        for position, claimed in enumerate(some):
            if position and ((now := clock()) > good_until or halting.asked()):
                return position
            _send_or_put_off(claimed, ready.get(claimed.pk), now, carriers, ledger)
    finally:
        ledger.settle()
    return len(some)


def _looked_up(some: list[Reminder], now: dt.datetime, carriers: Carriers) -> Mapping[int, Ready]:
    """Look some up and prepare them; a fault of our own with one of them leaves each to be looked up by itself."""
    try:
        ready = look_up(some, now)
        prepare(ready.values(), carriers)
    except Exception:
        logger.exception("a batch of %s could not be looked up", len(some))
        return {}
    return ready


def _send_or_put_off(
    claimed: Reminder, ready: Ready | None, now: dt.datetime, carriers: Carriers, ledger: Ledger
) -> None:
    """Send one; a fault of our own puts it off and leaves the rest of the batch alone. In the end it is missed, visibly."""
    try:
        ready = ready or look_up([claimed], now).get(claimed.pk)
        if ready is not None:
            send(ready, now=now, carriers=carriers, ledger=ledger)
    except Exception:
        logger.exception("reminder %s could not be worked on", claimed.pk)
        ledger.settle()
        outcome.put_off(claimed, now + dt.timedelta(minutes=5), "A fault in this software")
