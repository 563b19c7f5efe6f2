"""What every planner does at the end: make a row of the ledger, and store many without a second of any."""

import datetime as dt
from collections.abc import Callable, Iterable
from functools import partial
from itertools import islice
from typing import Any

from django.db.models import QuerySet

from reminders.models import Kind, Reminder, ReminderRule, State
from reminders.planning.apart import apart, in_turn, is_inside_a_transaction
from reminders.planning.channel import best_channel, unreachable_words
from reminders.planning.rules import ActiveRules, Rules
from reminders.planning.settle import MUST_ARRIVE, TOO_LATE
from reminders.timing import Window

CHUNK = 1000


def reminder_for(source: object, rule: ReminderRule, window: Window, now: dt.datetime, **about: object) -> Reminder:
    """Return the row for somebody: waiting, or before a person when it is too late or nothing reaches them.

    ``source`` is a row with the annotations of `channel.reachable`.
    """
    channel, usable = best_channel(source, rule.channels)
    state, reason = State.WAITING, ""
    if not usable:
        state, reason = State.FAILED, unreachable_words(rule.channels)
    elif window.useful_until <= max(now, window.due_at):  # as of what is held until a morning that is too late
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


def store(sources: QuerySet[Any], plan: Callable[[Any], Reminder | None]) -> int:
    """Plan what a query finds, and insert in chunks; a row that another run made first is skipped by the database.

    One that cannot be planned leaves the others alone. Raises Incomplete in the end.
    """
    return apart(sources, lambda some: _store(_read(some, whole=some is sources), plan))


def store_at_each_distance(
    active: ActiveRules,
    kind: Kind,
    sources: Callable[[int, Rules], QuerySet[Any]],
    plan: Callable[[Any, Rules], Reminder | None],
) -> int:
    """Store what the rules of a kind ask for, in turn for each number of days from the day that they are about.

    ``sources`` are the rows for the rules at so many days, one of each clinic. Raises Incomplete in the end.
    """

    def store_at(days: int, rules: Rules) -> int:
        return store(sources(days, rules), lambda row: plan(row, rules))

    steps = (
        (f"{kind} at {days} days", partial(store_at, days, rules)) for days, rules in active.by_distance(kind).items()
    )
    return sum(in_turn(steps))


def _read(rows: QuerySet[Any], *, whole: bool) -> Iterable[Any]:
    """All of them are read in a stream; the few of a second try are not, nor is a rehearsal: a rollback takes a stream along."""
    read: Iterable[Any] = rows.iterator(CHUNK) if whole and not is_inside_a_transaction() else rows
    return read


def _store(sources: Iterable[Any], plan: Callable[[Any], Reminder | None]) -> int:
    planned, made = map(plan, sources), 0
    waiting = (one for one in planned if one and is_worth_a_row(one))
    while chunk := list(islice(waiting, CHUNK)):
        Reminder.objects.bulk_create(chunk, ignore_conflicts=True)
        made += len(chunk)
    return made


def is_worth_a_row(reminder: Reminder) -> bool:
    """Return whether it is kept: sent, or put before a person."""
    return reminder.state != State.FAILED or reminder.rule.kind in MUST_ARRIVE
