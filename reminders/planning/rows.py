"""What every planner does at the end: make a row of the ledger, and store many without a second of any."""

import datetime as dt
from collections.abc import Iterable
from itertools import islice

from reminders.models import Kind, Reminder, ReminderRule, State
from reminders.planning.channel import best_channel
from reminders.planning.settle import TOO_LATE
from reminders.timing import Window

CHUNK = 1000
UNREACHABLE = "There is no phone number or email address that may be used"
# Whom nothing reaches is put before a person only when it matters to their visit: the others can do without.
_MUST_ARRIVE = (Kind.VISIT, Kind.MOVED, Kind.CANCELLED, Kind.DUE)


def reminder_for(source: object, rule: ReminderRule, window: Window, now: dt.datetime, **about: object) -> Reminder:
    """Return the row for somebody: waiting, or before a person when it is too late or nothing reaches them.

    ``source`` is a row with the annotations of `channel.reachable` and ``preferred``.
    """
    channel, usable = best_channel(source, rule.channels)
    state, reason = State.WAITING, ""
    if not usable:
        state, reason = State.FAILED, UNREACHABLE
    elif window.useful_until <= now:
        state, reason = State.MISSED, TOO_LATE
    return Reminder(
        clinic_id=rule.clinic_id,
        rule=rule,
        channel=channel,
        state=state,
        reason=reason,
        due_at=window.due_at,
        useful_until=window.useful_until,
        created_at=now,
        closed_at=None if state == State.WAITING else now,
        **about,
    )


def store(reminders: Iterable[Reminder]) -> int:
    """Insert in chunks; a row that another run made first is skipped by the database."""
    waiting, made = (one for one in reminders if _is_worth_a_row(one)), 0
    while chunk := list(islice(waiting, CHUNK)):
        Reminder.objects.bulk_create(chunk, ignore_conflicts=True)
        made += len(chunk)
    return made


def _is_worth_a_row(reminder: Reminder) -> bool:
    return reminder.state != State.FAILED or reminder.rule.kind in _MUST_ARRIVE
