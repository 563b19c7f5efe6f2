"""Rows of the ledger that the database makes by itself, from what it knows: none of them passes through Python."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.db import connection
from django.db.models import Case, CharField, DateTimeField, F, Func, Q, QuerySet, UUIDField, Value, When

from reminders.models import Reminder, ReminderRule, State
from reminders.planning.channel import channel_of, is_usable, unreachable_words
from reminders.planning.settle import TOO_LATE


class RandomUuid(Func):
    """A random UUID, made by the database."""

    function = "gen_random_uuid"
    arity = 0
    output_field = UUIDField()

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        """SQLite has no such function; it keeps UUIDs as hexadecimal text."""
        return self.as_sql(compiler, connection, template="lower(hex(randomblob(16)))", **context)


def standing(rule: ReminderRule, now: dt.datetime) -> dict[str, Any]:
    """Return the columns that every row by a rule has: waiting, or before a person when too late or nothing reaches them.

    The rows that they are made from carry ``due``, ``until`` and the annotations of `channel.reached`.
    The same as `rows.reminder_for`, for a rule whose message must arrive.
    """
    unreachable, too_late = ~is_usable(rule.channels), Q(until__lte=now)
    return {
        "clinic": Value(rule.clinic_id),
        "uid": RandomUuid(),
        "rule": Value(rule.pk),
        "channel": channel_of(rule.channels),
        "occasion": Value(""),
        "state": _either(unreachable, State.FAILED, too_late, State.MISSED, State.WAITING),
        "reason": _either(unreachable, unreachable_words(rule.channels), too_late, TOO_LATE, ""),
        "due_at": F("due"),
        "useful_until": F("until"),
        "attempts": Value(0),
        "created_at": Value(now, DateTimeField()),
        "closed_at": Case(
            When(unreachable | too_late, then=Value(now, DateTimeField())), default=None, output_field=DateTimeField()
        ),
    }


def insert_missing(source: QuerySet[Any], columns: Mapping[str, Any]) -> int:
    """Make a row for each row of ``source``; return how many. One that another run made first is skipped by the database."""
    select, values = source.values_list(*columns.values()).query.sql_with_params()
    quote = connection.ops.quote_name
    known = {field.name: str(field.column) for field in Reminder._meta.concrete_fields}
    names = ", ".join(quote(known[name]) for name in columns)
    table = quote(Reminder._meta.db_table)
    with connection.cursor() as cursor:
        # Names of our own columns and what the ORM wrote: no value is put into the text of the statement.
        cursor.execute(f"INSERT INTO {table} ({names}) {select} ON CONFLICT DO NOTHING", values)
        made: int = cursor.rowcount
    return made


def _either(first: Q, then: str, second: Q, then_second: str, otherwise: str) -> Case:
    return Case(
        When(first, then=Value(then)),
        When(second, then=Value(then_second)),
        default=Value(otherwise),
        output_field=CharField(),
    )
