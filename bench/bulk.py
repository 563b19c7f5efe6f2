"""Many rows at once: COPY on PostgreSQL, executemany on SQLite. The database's own rules stay on."""

import datetime as dt
import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from django.db import connection, models, transaction

Convert = Callable[[Any], Any]


def load(model: type[models.Model], names: Sequence[str], rows: Iterable[Sequence[Any]], **same: Any) -> None:
    """Insert rows with the columns ``names`` (attribute names); ``same`` and the model's defaults fill the others."""
    columns = {field.attname: field for field in model._meta.concrete_fields}
    pattern = model(**same)
    others = [name for name in columns if name not in names and name != "id"]
    constant = tuple(columns[name].get_db_prep_save(getattr(pattern, name), connection) for name in others)
    quoted = ", ".join(f'"{columns[name].column}"' for name in (*names, *others))
    table, full = f'"{model._meta.db_table}"', ((*row, *constant) for row in rows)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy(f"COPY {table} ({quoted}) FROM STDIN") as copy:
                for row in full:
                    copy.write_row(row)
            cursor.execute(
                f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT coalesce(max(id), 1) FROM {table}))"
            )
            return
        marks = ", ".join("?" for _ in (*names, *others))
        with transaction.atomic():  # else each row is a transaction of its own
            cursor.connection.executemany(f"INSERT INTO {table} ({quoted}) VALUES ({marks})", _as_sqlite(full))


def _as_sqlite(rows: Iterable[tuple[Any, ...]]) -> Iterator[list[Any]]:
    """Spell values as Django stores them in SQLite."""
    spell: dict[type, Convert] = {
        dt.datetime: lambda value: value.strftime("%Y-%m-%d %H:%M:%S"),
        dt.date: lambda value: value.isoformat(),
        dt.time: lambda value: value.isoformat(),
        uuid.UUID: lambda value: value.hex,
    }
    for row in rows:
        yield [spell[type(value)](value) if type(value) in spell else value for value in row]
