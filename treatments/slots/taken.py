"""When injectors and rooms have sessions, as spans of starts that are taken. The one question put to the engine.

PostgreSQL merges in one statement: a full year of one injector comes back as one span a day, in the same time as a
quarter of it. SQLite hands over the rows and they are merged here. Both give the same spans; a test compares them.
"""

from collections import defaultdict
from collections.abc import Callable, Collection
from typing import Any, Literal

from django.db import connection
from django.db.models import BigIntegerField, F, Func

from clinic.constraints.no_overlap import LONGEST
from treatments.models import TreatmentSession
from treatments.models.session import OCCUPYING
from treatments.slots.shifts import moment
from treatments.slots.spans import Span, Window, merge

Resource = Literal["injector", "room"]
Taken = dict[int, list[Span]]

LONGEST_SECONDS = int(LONGEST.total_seconds())

# A session may have begun so long before the window and still last; no longer one exists, and that bounds the search.
MERGED = """
SELECT id, extract(epoch FROM lower(span))::bigint, extract(epoch FROM upper(span))::bigint
FROM (
    SELECT {column} AS id, unnest(range_agg(tstzrange(starts_at - %(length)s * interval '1 second', ends_at, '()'))) AS span
    FROM treatments_treatmentsession
    WHERE {column} = ANY(%(ids)s) AND status = ANY(%(occupying)s)
      AND starts_at > to_timestamp(%(first)s - %(longest)s) AND starts_at < to_timestamp(%(last)s + %(length)s)
    GROUP BY {column}
) AS merged
ORDER BY 1, 2
"""


# A moment as whole seconds since 1970. SQLite keeps moments as text in UTC.
EPOCH = {"postgresql": "extract(epoch FROM {})::bigint", "sqlite": "CAST(strftime('%%s', {}) AS integer)"}


class Epoch(Func):
    """A moment as whole seconds since 1970."""

    output_field = BigIntegerField()

    def as_sql(self, compiler: Any, connection: Any, *_words: Any, **_context: Any) -> Any:
        """Write what the engine calls it."""
        column, values = compiler.compile(self.source_expressions[0])
        return EPOCH[connection.vendor].format(column), values


def taken(resource: Resource, ids: Collection[int], window: Window, length: int) -> Taken:
    """Return for each injector or room the starts that are taken for visits of ``length`` seconds (one query)."""
    if not ids:
        return {}
    engine: Callable[[Resource, Collection[int], Window, int], Taken]
    engine = merged_by_database if connection.vendor == "postgresql" else merged_here
    return engine(resource, ids, window, length)


def merged_by_database(resource: Resource, ids: Collection[int], window: Window, length: int) -> Taken:
    """Let PostgreSQL merge (multiranges, so version 14 or newer)."""
    values: dict[str, Any] = {
        "ids": list(ids),
        "occupying": [str(status) for status in OCCUPYING],
        "length": length,
        "longest": LONGEST_SECONDS,
        "first": window.first,
        "last": window.last,
    }
    found: Taken = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(MERGED.format(column=f"{resource}_id"), values)
        for key, low, high in cursor.fetchall():
            found[key].append(Span(low, high))
    return found


def merged_here(resource: Resource, ids: Collection[int], window: Window, length: int) -> Taken:
    """Read the rows and merge them in Python."""
    rows = TreatmentSession.objects.filter(
        **{f"{resource}__in": list(ids)},
        status__in=OCCUPYING,
        starts_at__gt=moment(window.first - LONGEST_SECONDS),
        starts_at__lt=moment(window.last + length),
    ).order_by()
    found: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for key, starts, ends in rows.values_list(f"{resource}_id", Epoch(F("starts_at")), Epoch(F("ends_at"))):
        found[key].append((starts - length, ends))
    return {key: merge(spans) for key, spans in found.items()}
