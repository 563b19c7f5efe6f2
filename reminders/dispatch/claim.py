"""Taking work so that nobody else takes it."""

import datetime as dt
from collections.abc import Iterable

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F

from reminders.models import Reminder, State


def lease() -> dt.timedelta:
    """Return how long a claim holds."""
    return dt.timedelta(seconds=settings.REMINDER_LEASE_SECONDS)


def claim(*, now: dt.datetime, limit: int) -> list[Reminder]:
    """Take up to ``limit`` due reminders, the longest due first; they are committed as ours before this returns.

    PostgreSQL locks the rows and skips those that others have locked. SQLite ignores FOR UPDATE in silence; there the
    transaction is the lock: it begins as a writer's (`transaction_mode` in the settings), and there is only one.
    """
    with transaction.atomic():
        keys = _candidates(now, limit)
        if not keys:
            return []
        mine = Reminder.objects.filter(pk__in=keys)
        mine.claimable(now).update(state=State.SENDING, lease_until=now + lease(), attempts=F("attempts") + 1)
        return list(mine.order_by("due_at", "pk"))


def release(reminders: Iterable[Reminder]) -> None:
    """Give back what was claimed and not begun. The attempt number stays: it is the fence, and never goes back."""
    for reminder in reminders:
        Reminder.objects.held_by(reminder).update(state=State.WAITING, lease_until=None)


def _candidates(now: dt.datetime, limit: int) -> list[int]:
    due = Reminder.objects.claimable(now).order_by("due_at", "pk")
    if connection.features.has_select_for_update_skip_locked:
        due = due.select_for_update(skip_locked=True)
    return list(due.values_list("pk", flat=True)[:limit])
