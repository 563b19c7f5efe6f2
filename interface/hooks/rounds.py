"""A round of the webhooks: the same for a Celery worker and for a plain command."""

import datetime as dt
from collections.abc import Callable

from interface.hooks.calling import call_due
from interface.hooks.gathering import gather
from reminders.models import Heartbeat
from reminders.watching.faults import watched


def gather_and_call(*, clock: Callable[[], dt.datetime]) -> tuple[int, int]:
    """Find what happened, then tell what is due, whatever could not be found; return how many were found and calls made."""
    with watched(Heartbeat.Part.HOOKS):
        try:
            found = gather(now=clock())
        finally:
            made = call_due(clock=clock)
    return found, made
