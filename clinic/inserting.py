"""Rows that nearly every request writes, each by an INSERT that is put together once.

To put it together anew took the ORM longer than the database to carry it out. Each field makes of its value what it
would for the ORM. No signal is sent: nothing here listens to one.
"""

from functools import cache, cached_property
from typing import Any

from django.db import connection
from django.db.models import Model
from django.db.models.constants import OnConflict


class Insert:
    """The INSERT of whole rows of one model.

    >>> Insert(AuditEntry).add(entry)
    """

    def __init__(self, model: type[Model], *, or_skip: bool = False) -> None:
        """``or_skip``: write nothing where a row stands in the way (SQLite's triggers raise all the same)."""
        self._meta: Any = model._meta
        self._on_conflict = OnConflict.IGNORE if or_skip else None

    def add(self, row: Model) -> None:
        """Write a row and give it its key; one that was skipped has none."""
        with connection.cursor() as cursor:
            cursor.execute(self.sql, self.values(row))
            found = cursor.fetchone()
        if found:
            _stands(row, found[0])

    def values(self, row: Model) -> list[Any]:
        """Return what the marks in `sql` stand for."""
        return [field.get_db_prep_save(field.pre_save(row, True), connection) for field in self._fields]

    @cached_property
    def _fields(self) -> list[Any]:
        """All but the key, which the database gives."""
        return [field for field in self._meta.concrete_fields if not field.primary_key]

    @cached_property
    def sql(self) -> str:
        """The statement, which returns the key."""
        ops, meta = connection.ops, self._meta
        columns = ", ".join(ops.quote_name(field.column) for field in self._fields)
        marks = ", ".join(["%s"] * len(self._fields))
        return " ".join(
            [
                ops.insert_statement(on_conflict=self._on_conflict),
                f"{ops.quote_name(meta.db_table)} ({columns}) VALUES ({marks})",
                ops.on_conflict_suffix_sql(self._fields, self._on_conflict, [], []),
                f"RETURNING {ops.quote_name(meta.pk.column)}",
            ]
        )


Row = tuple[Insert, Model]


def add_together(*rows: Row) -> None:
    """Write rows of different models, if any, none of them one that may be skipped, and give them their keys.

    PostgreSQL takes them in one statement: one wait for its answer instead of two, and as much less to do for Python.
    """
    if connection.vendor != "postgresql" or len(rows) < 2:
        for insert, row in rows:
            insert.add(row)
        return
    values = [value for insert, row in rows for value in insert.values(row)]
    with connection.cursor() as cursor:
        cursor.execute(_together(tuple(insert for insert, _ in rows)), values)
        keys = cursor.fetchone()
    for (_, row), key in zip(rows, keys, strict=True):
        _stands(row, key)


@cache
def _together(inserts: tuple[Insert, ...]) -> str:
    names = [f"row_{number}" for number, _ in enumerate(inserts)]
    written = ", ".join(f"{name} (key) AS ({insert.sql})" for name, insert in zip(names, inserts, strict=True))
    keys = ", ".join(f"{name}.key" for name in names)
    return " ".join(["WITH", written, "SELECT", keys, "FROM", ", ".join(names)])


def _stands(row: Model, key: Any) -> None:
    row.pk = key
    row._state.adding, row._state.db = False, connection.alias
