"""What is written between two hand-overs, in SQL: what a gateway has is closed, and the next attempt begins.

It is written for each message and always the same; put together by the ORM each time it cost as much as the letter. On
PostgreSQL it is one statement, and so one journey and one transaction; on SQLite, where nothing travels, several in one
transaction. No value is put into the text of a statement.
"""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction

from reminders.models import Delivery, State
from reminders.models.delivery import Receipt

# An attempt whose end is written already stays as it is. What was heard of it meanwhile comes back: news of it either
# was first, or waits until this is committed and then finds the reminder sent.
_FINISH = """UPDATE reminders_delivery SET outcome = %s, finished_at = %s, provider_id = %s, texts = %s, error = ''
    WHERE id = %s AND finished_at IS NULL RETURNING receipt"""
_CLOSE = """UPDATE reminders_reminder SET state = %s, reason = '', closed_at = %s, lease_until = NULL
    WHERE id = %s AND state = %s AND attempts = %s RETURNING id"""
# The fence: it finds nothing when the claim is not ours any more, and whoever wants to claim it now skips it.
_HOLD = """UPDATE reminders_reminder SET template_id = %s
    WHERE id = %s AND state = %s AND attempts = %s RETURNING id"""
_BEGIN = """INSERT INTO reminders_delivery (
        clinic_id, reminder_id, attempt, started_at, texts, outcome, receipt, provider_id, error, receipt_words)
    SELECT %s, %s, %s, %s, %s, %s, %s, '', '', '' FROM held RETURNING id"""

# Each step: what it is called, its statement, and its values.
_Steps = list[tuple[str, str, list[Any]]]


@dataclass(frozen=True)
class Taken:
    """A message that a gateway has."""

    delivery: Delivery
    result: str
    provider_id: str
    at: dt.datetime


@dataclass(frozen=True)
class Written:
    """What came of it: the key of the attempt that began, None where the claim was not ours; whether the last went well."""

    begun: int | None = None
    well: bool = True


def write(last: Taken | None, attempt: Delivery | None = None, version: int | None = None) -> Written:
    """Close what was taken last, and begin an attempt with the version of the text that it goes out with."""
    steps = (_end(last) if last else []) + (_start(attempt, version) if attempt else [])
    found = _in_one(steps) if connection.vendor == "postgresql" else _one_by_one(steps)
    heard = found.get("finished")
    # Where nothing comes back its end was written already, with news of it: that has to be looked at.
    return Written(found.get("begun"), last is None or (heard is not None and heard < Receipt.FAILED))


def _end(last: Taken) -> _Steps:
    """Close it. What was found is billed for the attempt that the gateway had it from."""
    at, sent = connection.ops.adapt_datetimefield_value(last.at), last.delivery
    texts = 0 if last.result == Delivery.Outcome.FOUND else sent.texts
    return [
        ("finished", _FINISH, [last.result, at, last.provider_id, texts, sent.pk]),
        ("closed", _CLOSE, [State.SENT, at, sent.reminder_id, State.SENDING, sent.attempt]),
    ]


def _start(new: Delivery, version: int | None) -> _Steps:
    at = connection.ops.adapt_datetimefield_value(new.started_at)
    values = [new.clinic_id, new.reminder_id, new.attempt, at, new.texts, new.outcome, new.receipt]
    return [
        ("held", _HOLD, [version, new.reminder_id, State.SENDING, new.attempt]),
        ("begun", _BEGIN, values),
    ]


def _in_one(steps: _Steps) -> dict[str, int | None]:
    """PostgreSQL: each step is a table of the one statement."""
    tables = ", ".join(f"{name} AS ({sql})" for name, sql, _ in steps)
    columns = ", ".join(f"(TABLE {name})" for name, _, _ in steps)
    with connection.cursor() as cursor:
        cursor.execute(f"WITH {tables} SELECT {columns}", [value for *_, values in steps for value in values])
        return {name: value for (name, *_), value in zip(steps, cursor.fetchone(), strict=True)}


def _one_by_one(steps: _Steps) -> dict[str, int | None]:
    """SQLite: one after the other until the fence finds nothing; its writer is alone from the start of a transaction."""
    found: dict[str, int | None] = {}
    with transaction.atomic(), connection.cursor() as cursor:
        for name, sql, values in steps:
            if found.get("held", True):
                cursor.execute(sql.replace(" FROM held", ""), values)
                row = cursor.fetchone()
                found[name] = row[0] if row else None
    return found
