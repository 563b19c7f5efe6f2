"""Taking work so that nobody else takes it."""

import datetime as dt
from collections.abc import Iterable

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F

from reminders.models import Reminder, State
from reminders.models.reminder import ReminderQuerySet


def lease() -> dt.timedelta:
    """Return how long a claim holds."""
    return dt.timedelta(seconds=settings.REMINDER_LEASE_SECONDS)


def claim(*, now: dt.datetime, limit: int) -> list[Reminder]:
    """Take up to ``limit`` due reminders, the longest due first; they are committed as ours before this returns.

    PostgreSQL locks the rows and skips those that others have locked. SQLite ignores FOR UPDATE in silence; there the
    transaction is the lock: it begins as a writer's (`transaction_mode` in the settings), and there is only one.
    """
    with transaction.atomic():
        mine = _candidates(now, limit)
        if mine:
            until = now + lease()
            Reminder.objects.filter(pk__in=[reminder.pk for reminder in mine]).update(
                state=State.SENDING, lease_until=until, attempts=F("attempts") + 1
            )
            for reminder in mine:
                reminder.state, reminder.lease_until, reminder.attempts = State.SENDING, until, reminder.attempts + 1
    return mine


def release(reminders: Iterable[Reminder]) -> None:
    """Give back what was claimed and not begun. The attempt number stays: it is the fence, and never goes back."""
    for reminder in reminders:
        Reminder.objects.held_by(reminder).update(state=State.WAITING, lease_until=None)


def _candidates(now: dt.datetime, limit: int) -> list[Reminder]:
    """Return what a dead worker left, then what waits. Two questions, for each has an index that ends where nothing is due."""
    left = list(_locked(Reminder.objects.left_behind(now).order_by("lease_until", "pk"))[:limit])
    waiting = _locked(Reminder.objects.due(now).order_by("due_at", "pk"))
    return left + list(waiting[: limit - len(left)]) if len(left) < limit else left


def _locked(rows: ReminderQuerySet) -> ReminderQuerySet:
    if connection.features.has_select_for_update_skip_locked:
        return rows.select_for_update(skip_locked=True)
    return rows
