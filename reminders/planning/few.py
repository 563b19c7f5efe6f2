"""Nearly always nothing, or little, is to be done: that is found by reading alone, before the statement that writes."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from django.db import connection
from django.db.models import QuerySet

Rows = TypeVar("Rows", bound=QuerySet[Any])
FEW = 500


def narrowed(rows: Rows) -> Rows | None:
    """Return what a statement is to work on: None where there is nothing, those few by their keys, or all as they were asked for.

    Counted first: asked for the first few of a list, PostgreSQL believes that it finds them at once, and looks up one
    row after the other. The condition stays, so that what changed since it was read is left alone.
    """
    with _planned_for_its_values():
        found = rows.order_by().count()
    if found > FEW:
        return rows
    # Read by itself: another worker may have done all of it since it was counted.
    keys = list(rows.values_list("pk", flat=True)) if found else []
    return rows.filter(pk__in=keys) if keys else None


@contextmanager
def _planned_for_its_values() -> Iterator[None]:
    """Let PostgreSQL plan a question for the days that it asks about: a plan that is kept is one for any days."""
    if connection.vendor != "postgresql":
        yield
        return
    connection.ensure_connection()
    line = connection.connection
    usual, line.prepare_threshold = line.prepare_threshold, None
    try:
        yield
    finally:
        line.prepare_threshold = usual
