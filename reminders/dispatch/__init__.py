"""Dispatch: take what is due, check it once more, hand it over, write down what came back.

Database first. A worker may die between any two lines here: a reminder is then delayed by one lease, and sent twice
only if its gateway took it and cannot be asked.
"""

from reminders.dispatch.claim import claim, release
from reminders.dispatch.loop import send_due
from reminders.dispatch.send import send_claimed

__all__ = ["claim", "release", "send_claimed", "send_due"]
