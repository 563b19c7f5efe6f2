"""The loop around the steps: the same for a Celery worker and for a plain command."""

import datetime as dt
import logging
from collections.abc import Callable, Mapping

from reminders.channels import Carriers
from reminders.dispatch import outcome
from reminders.dispatch.claim import claim, lease, release
from reminders.dispatch.ledger import Ledger
from reminders.dispatch.lookup import GOOD_FOR, Ready, look_up
from reminders.dispatch.send import send
from reminders.models import Reminder

logger = logging.getLogger(__name__)

BATCH = 200


def send_due(*, clock: Callable[[], dt.datetime], limit: int = BATCH, deadline: dt.datetime | None = None) -> int:
    """Send until nothing is due or the time is up; return how many reminders were worked on.

    ``clock`` is read before each message: quiet hours begin in the middle of a long batch too. Without a
    ``deadline`` the time is half a lease, so that what this worker holds is never taken for a dead one's.
    """
    stop = deadline or clock() + lease() / 2
    worked = 0
    with Carriers() as carriers:
        while clock() <= stop and (batch := claim(now=clock(), limit=limit)):
            worked += _work(batch, clock, stop, carriers)
    return worked


def _work(batch: list[Reminder], clock: Callable[[], dt.datetime], stop: dt.datetime, carriers: Carriers) -> int:
    """Send a batch; give back what there is no time for. Returns how many were worked on."""
    ledger, good_until = Ledger(), stop
    ready: Mapping[int, Ready] = {}
    try:
        for position, claimed in enumerate(batch):
            now = clock()
            if now > stop:
                release(batch[position:])
                return position
            if position == 0 or now > good_until:
                ledger.settle()
                ready, good_until = _looked_up(batch[position:], now), now + GOOD_FOR
            _send_or_put_off(claimed, ready.get(claimed.pk), now, carriers, ledger)
    finally:
        ledger.settle()
    return len(batch)


def _looked_up(batch: list[Reminder], now: dt.datetime) -> Mapping[int, Ready]:
    """Look up a batch; a fault of our own with one of them leaves each to be looked up by itself."""
    try:
        return look_up(batch, now)
    except Exception:
        logger.exception("a batch of %s could not be looked up", len(batch))
        return {}


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
        outcome.put_off(claimed, now + dt.timedelta(minutes=5), "A fault in this software", now=now)
