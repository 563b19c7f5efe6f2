"""The rows of the log and the way through them, page by page."""

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from clinic.models import Clinic
from treatments.days import with_cycle
from treatments.lots import lot_words, lots_used
from treatments.models import Injection, SideEffect, TreatmentSession
from treatments.models.session import OPEN
from treatments.protocol import SITES

# Above this a count costs more than it tells: the page says "more than".
COUNTED = 10_000
_FOLLOW_THE_PAIN = [site.code for site in SITES.values() if not site.fixed]


@dataclass(frozen=True)
class Page:
    """Rows of the log, what was reported after each, and the cursor of the next page ("" at the end)."""

    rows: list[Any]
    cursor: str


def sessions(clinic: Clinic) -> QuerySet[TreatmentSession]:
    """Return the clinic's sessions, the newest first: what is filtered, counted, shown and exported."""
    return TreatmentSession.objects.filter(clinic=clinic).order_by("-starts_at", "-pk")


def page_after(rows: QuerySet[Any], cursor: str, size: int) -> Page:
    """Return ``size`` rows behind the cursor, with the effects reported after them (1 query more).

    Pages go by the key of the last row, not by counting: page 10,000 costs what page 1 costs.
    """
    starts, _, key = cursor.rpartition("_")
    if starts and key.isdigit():
        try:
            at = dt.datetime.fromisoformat(starts)
        except ValueError:
            return Page([], "")
        rows = behind(rows, at, int(key))
    found = list(_shown(rows)[: size + 1])
    last = found[size - 1] if len(found) > size else None
    shown = found[:size]
    _note_effects(shown)
    for row in shown:
        row.lots = lot_words(row.lots)
    return Page(shown, f"{last.starts_at:%Y-%m-%dT%H:%M:%S+00:00}_{last.pk}" if last else "")


def _shown(rows: QuerySet[Any]) -> QuerySet[Any]:
    """Add all that a row of the page shows."""
    following = Injection.objects.filter(record=OuterRef("record"), site__in=_FOLLOW_THE_PAIN).order_by()
    booked = TreatmentSession.objects.filter(
        course=OuterRef("course"), status__in=OPEN, starts_at__gt=OuterRef("starts_at")
    )
    found: QuerySet[Any] = (
        with_cycle(rows)
        .annotate(
            following=Coalesce(Subquery(following.values("record").annotate(n=Count("pk")).values("n")), 0),
            lots=lots_used(),
            next_starts_at=Subquery(booked.order_by("starts_at").values("starts_at")[:1]),
        )
        .select_related("course__patient", "injector", "record__signed_by")
    )
    return found


def behind(rows: QuerySet[Any], starts_at: dt.datetime, key: int) -> QuerySet[Any]:
    """Return the rows after the one that starts then and has this key.

    The first condition says nothing new: it is the one by which an index is entered in the middle.
    """
    return rows.filter(Q(starts_at__lt=starts_at) | Q(pk__lt=key), starts_at__lte=starts_at)


def total(rows: QuerySet[Any]) -> str:
    """Return how many sessions there are, in words; beyond ten thousand nobody counts (1 query)."""
    number = rows.order_by().values("pk")[: COUNTED + 1].count()
    if number > COUNTED:
        return f"More than {COUNTED:,} sessions"
    return "1 session" if number == 1 else f"{number:,} sessions"


def _note_effects(rows: Sequence[Any]) -> None:
    effects = defaultdict(list)
    for effect in SideEffect.objects.filter(session__in=[row.pk for row in rows]).order_by("pk"):
        effects[effect.session_id].append(effect)
    for row in rows:
        row.effects = effects[row.pk]
