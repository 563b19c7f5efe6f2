"""The loop around the steps: the same for a Celery worker and for a plain command."""

import datetime as dt
import logging
from collections.abc import Callable

from reminders.channels import Carriers
from reminders.dispatch import outcome
from reminders.dispatch.claim import claim, lease, release
from reminders.dispatch.send import send_claimed
from reminders.models import Reminder

logger = logging.getLogger(__name__)

BATCH = 50


def send_due(*, clock: Callable[[], dt.datetime], limit: int = BATCH, deadline: dt.datetime | None = None) -> int:
    """Send until nothing is due or the time is up; return how many reminders were worked on.

    ``clock`` is read before each message: quiet hours begin in the middle of a long batch too. Without a
    ``deadline`` the time is half a lease, so that what this worker holds is never taken for a dead one's.
    """
    stop = deadline or clock() + lease() / 2
    worked = 0
    while clock() <= stop and (batch := claim(now=clock(), limit=limit)):
        worked += _work(batch, clock, stop)
    return worked


def _work(batch: list[Reminder], clock: Callable[[], dt.datetime], stop: dt.datetime) -> int:
    """Send a batch; give back what there is no time for. Returns how many were worked on."""
    with Carriers() as carriers:
        for position, reminder in enumerate(batch):
            if clock() > stop:
                release(batch[position:])
                return position
            _send_or_put_off(reminder, clock(), carriers)
    return len(batch)


def _send_or_put_off(reminder: Reminder, now: dt.datetime, carriers: Carriers) -> None:
    """Send one; a fault of our own puts it off and leaves the rest of the batch alone. In the end it is missed, visibly."""
    try:
        send_claimed(reminder, now=now, carriers=carriers)
    except Exception:
        logger.exception("reminder %s could not be worked on", reminder.pk)
        outcome.put_off(reminder, now + dt.timedelta(minutes=5), "A fault in this software", now=now)
