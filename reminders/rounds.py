"""A round of the sending: the same for a Celery worker and for a plain command."""

import datetime as dt
from collections.abc import Callable

from reminders.dispatch import send_due
from reminders.models import Heartbeat
from reminders.planning import Plan, reconcile
from reminders.watching.faults import watched


def plan_and_send(*, clock: Callable[[], dt.datetime]) -> tuple[Plan, int]:
    """Bring the ledger up to date, then send what is due; return what was planned and how many were worked on.

    A fault in planning keeps nothing back that was planned before: it is checked once more before it leaves.
    """
    Heartbeat.note(Heartbeat.Part.WORKER, clock())
    with watched(Heartbeat.Part.WORKER):
        try:
            plan = reconcile(now=clock())
        finally:
            worked = send_due(clock=clock)
    return plan, worked
