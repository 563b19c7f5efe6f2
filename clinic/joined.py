"""The few questions that every request or every booking asks, in SQL of our own.

To put them together anew took the ORM ten times as long as the database to answer them. What comes back are whole
objects of their models all the same.
"""

import datetime as dt
import uuid
from collections.abc import Callable, Sequence
from functools import cached_property, partial
from typing import Any

from django.db import connection
from django.db.models import Model


class Joined:
    """One SQL over several tables, each row of which is read as an object of each.

    >>> Joined("SELECT {columns} FROM clinic_room room WHERE room.id = %s", room=Room).rows(1)
    """

    def __init__(self, sql: str, **models: type[Model]) -> None:
        """``sql`` calls the tables by the keywords; ``{columns}`` are all their columns, in this order, and come first."""
        self._models = models
        columns = ", ".join(f"{name}.{field.column}" for name, model in models.items() for field in _fields(model))
        self._sql = sql.format(columns=columns)

    def rows(self, *values: Any) -> list[tuple[Any, ...]]:
        """Return for each row an object of each model, None where an outer join found none, and what else was selected."""
        with connection.cursor() as cursor:
            cursor.execute(self._sql, [_adapted(value) for value in values])
            return [self._read(row) for row in cursor.fetchall()]

    def _read(self, row: Sequence[Any]) -> tuple[Any, ...]:
        found: list[Any] = []
        begin = 0
        for model, names, converters in self._plans:
            part = list(row[begin : begin + len(names)])
            begin += len(names)
            for index, convert in converters:
                part[index] = convert(part[index])
            found.append(None if part[0] is None else model.from_db(connection.alias, names, part))
        return (*found, *row[begin:])

    @cached_property
    def _plans(self) -> list[tuple[type[Model], list[str], list[tuple[int, Callable[[Any], Any]]]]]:
        """How each object is made of its columns: the same for every row, so worked out once."""
        return [
            (
                model,
                [field.attname for field in _fields(model)],
                [(index, one) for index, field in enumerate(_fields(model)) for one in _converters(field, model)],
            )
            for model in self._models.values()
        ]


def _fields(model: type[Model]) -> Sequence[Any]:
    """Return the columns of a model, its key first."""
    return model._meta.concrete_fields


def _converters(field: Any, model: type[Model]) -> list[Callable[[Any], Any]]:
    """Return what the engine and the field make of a value, as the ORM would."""
    column = field.get_col(model._meta.db_table)
    steps = connection.ops.get_db_converters(column) + column.get_db_converters(connection)
    return [partial(_converted, step, column) for step in steps]


def _converted(step: Callable[..., Any], column: Any, value: Any) -> Any:
    return step(value, column, connection)


def _adapted(value: Any) -> Any:
    """Return a value as the engine takes it: SQLite keeps a uid as hexadecimal digits and a moment as text."""
    if isinstance(value, uuid.UUID) and not connection.features.has_native_uuid_field:
        return value.hex
    return connection.ops.adapt_datetimefield_value(value) if isinstance(value, dt.datetime) else value
