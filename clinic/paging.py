"""Pages of a list that grows for ever, the newest first, found by the key of the last row and not by counting.

So page 10,000 costs what page 1 costs, and what is added meanwhile neither repeats a row nor hides one.
"""

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q, QuerySet

# Above this a count costs more than it tells: the page says "more than".
COUNTED = 10_000


@dataclass(frozen=True)
class Page:
    """Rows of a list, and the cursor of the next page ("" at the end)."""

    rows: list[Any] = field(default_factory=list)
    cursor: str = ""


def page_after(rows: QuerySet[Any], cursor: str, size: int, by: str) -> Page:
    """Return ``size`` rows behind the cursor, the newest ``by`` a moment first. What is no cursor leads nowhere."""
    rows = rows.order_by(f"-{by}", "-pk")
    if cursor:
        last = _read(cursor)
        if last is None:
            return Page()
        rows = behind(rows, by, *last)
    found = list(rows[: size + 1])
    shown = found[:size]
    return Page(shown, _cursor(getattr(shown[-1], by), shown[-1].pk) if len(found) > size else "")


def behind(rows: QuerySet[Any], by: str, moment: dt.datetime, key: int) -> QuerySet[Any]:
    """Return the rows after the one of that moment and key.

    The second condition says nothing new: it is the one by which an index is entered in the middle.
    """
    return rows.filter(Q(**{f"{by}__lt": moment}) | Q(pk__lt=key), **{f"{by}__lte": moment})


def total(rows: QuerySet[Any], thing: str) -> str:
    """Return how many there are, in words; beyond ten thousand nobody counts (1 query)."""
    number = rows.order_by().values("pk")[: COUNTED + 1].count()
    if number > COUNTED:
        return f"More than {COUNTED:,} {thing}s"
    return f"1 {thing}" if number == 1 else f"{number:,} {thing}s"


def _cursor(moment: dt.datetime, key: int) -> str:
    return f"{moment.astimezone(dt.UTC).isoformat()}_{key}"


def _read(cursor: str) -> tuple[dt.datetime, int] | None:
    """Return the moment and the key that a cursor names; None when somebody made it up."""
    text, _, key = cursor.rpartition("_")
    if not (key.isascii() and key.isdigit() and len(key) < 19):
        return None
    try:
        return dt.datetime.fromisoformat(text).astimezone(dt.UTC), int(key)
    except (ValueError, OverflowError):
        return None
