"""The few questions that every request or every booking asks, in SQL of our own.

To put them together anew took the ORM ten times as long as the database to answer them. What comes back are whole
objects of their models all the same.
"""

import datetime as dt
import uuid
from collections.abc import Callable, Sequence
from functools import cached_property, partial
from itertools import accumulate
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import Model


class Some(NamedTuple):
    """A table of which only some columns are asked for, by the names of their attributes; they come as a tuple."""

    model: type[Model]
    attributes: Sequence[str]


class Plan(NamedTuple):
    """How a stretch of a row is read: what it is made into, and what each column goes through before."""

    make: Callable[[list[Any]], Any]
    width: int
    key: int
    converters: Sequence[tuple[int, Callable[[Any], Any]]]


class Joined:
    """One SQL over several tables, each row of which is read as an object of each.

    >>> Joined("SELECT {columns} FROM clinic_room room WHERE room.id = %s", room=Room).rows(1)
    """

    def __init__(self, sql: str, **tables: type[Model] | Some) -> None:
        """``sql`` calls the tables by the keywords; ``{columns}`` are their columns, in this order, and come first."""
        self._tables = tables
        columns = ", ".join(f"{name}.{field.column}" for name, table in tables.items() for field in _fields(table))
        self._sql = sql.format(columns=columns)

    def rows(self, *values: Any) -> list[tuple[Any, ...]]:
        """Return for each row an object of each table, None where an outer join found none, and what else was selected.

        What stands in several rows in a row, as a person does beside each of their hours, is one object in all of them.
        """
        last: list[tuple[Sequence[Any], Any]] = [((), None)] * len(self._tables)
        return [self._read(row, last) for row in self._fetched(values)]

    def flat(self, *values: Any) -> Sequence[Sequence[Any]]:
        """Return each row as it stands, the columns of all tables and what else was selected: for hundreds of rows.

        What an outer join did not find is None in each of its columns.
        """
        rows, converters = self._fetched(values), self._flat_converters
        if not converters:
            return rows
        read = [list(row) for row in rows]
        for row in read:
            for index, convert in converters:
                row[index] = convert(row[index])
        return read

    def _fetched(self, values: Sequence[Any]) -> list[tuple[Any, ...]]:
        with connection.cursor() as cursor:
            cursor.execute(self._sql, [_adapted(value) for value in values])
            return list(cursor.fetchall())

    def _read(self, row: Sequence[Any], last: list[tuple[Sequence[Any], Any]]) -> tuple[Any, ...]:
        """Read a row. ``last`` holds the stretches of the row before with what they were made into, and then this one's."""
        begin = 0
        for number, plan in enumerate(self._plans):
            stretch = row[begin : begin + plan.width]
            begin += plan.width
            if stretch != last[number][0]:
                last[number] = stretch, _made(plan, stretch)
        return (*(made for _, made in last), *row[begin:])

    @cached_property
    def _plans(self) -> list[Plan]:
        """The same for every row, so worked out once."""
        return [_plan(table) for table in self._tables.values()]

    @cached_property
    def _flat_converters(self) -> list[tuple[int, Callable[[Any], Any]]]:
        """What some columns go through, counted over the whole row."""
        before = accumulate((plan.width for plan in self._plans), initial=0)
        return [
            (begin + index, one)
            for begin, plan in zip(before, self._plans, strict=False)
            for index, one in plan.converters
        ]


def _plan(table: type[Model] | Some) -> Plan:
    fields = _fields(table)
    converters = [(index, one) for index, field in enumerate(fields) for one in _converters(field)]
    if isinstance(table, Some):
        return Plan(tuple, len(fields), 0, converters)
    key = next(index for index, field in enumerate(fields) if field.primary_key)
    make = partial(table.from_db, connection.alias, [field.attname for field in fields])
    return Plan(make, len(fields), key, converters)


def _made(plan: Plan, stretch: Sequence[Any]) -> Any:
    values = list(stretch)
    for index, convert in plan.converters:
        values[index] = convert(values[index])
    return None if values[plan.key] is None else plan.make(values)


def _fields(table: type[Model] | Some) -> Sequence[Any]:
    if isinstance(table, Some):
        return [table.model._meta.get_field(name) for name in table.attributes]
    return table._meta.concrete_fields


def _converters(field: Any) -> list[Callable[[Any], Any]]:
    """Return what the engine and the field make of a value, as the ORM would."""
    column = field.get_col(field.model._meta.db_table)
    steps = connection.ops.get_db_converters(column) + column.get_db_converters(connection)
    return [partial(_converted, step, column) for step in steps]


def _converted(step: Callable[..., Any], column: Any, value: Any) -> Any:
    return step(value, column, connection)


def _adapted(value: Any) -> Any:
    """Return a value as the engine takes it: SQLite keeps a uid as hexadecimal digits, moments and dates as text."""
    if isinstance(value, uuid.UUID) and not connection.features.has_native_uuid_field:
        return value.hex
    if isinstance(value, dt.datetime):
        return connection.ops.adapt_datetimefield_value(value)
    return connection.ops.adapt_datefield_value(value) if isinstance(value, dt.date) else value
