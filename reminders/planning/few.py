"""Nearly always nothing, or little, is to be done: that is found by reading alone, before the statement that writes."""

from typing import TypeVar

from django.db.models import Model, QuerySet

M = TypeVar("M", bound=Model)
FEW = 500


def narrowed(rows: "QuerySet[M]") -> "QuerySet[M] | None":
    """Return what a statement is to work on: None where there is nothing, those few by their keys, or all as they were asked for.

    The condition stays, so that what changed since it was read is left alone.
    """
    keys = list(rows.values_list("pk", flat=True)[: FEW + 1])
    if not keys:
        return None
    return rows.filter(pk__in=keys) if len(keys) <= FEW else rows
