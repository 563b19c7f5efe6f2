"""The rows of the log and the way through them, page by page."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from clinic import paging
from clinic.models import Clinic
from treatments.days import with_cycle
from treatments.lots import lot_words, lots_used
from treatments.models import Injection, SideEffect, TreatmentSession
from treatments.models.session import OPEN
from treatments.protocol import SITES

_FOLLOW_THE_PAIN = [site.code for site in SITES.values() if not site.fixed]


def sessions(clinic: Clinic) -> QuerySet[TreatmentSession]:
    """Return the clinic's sessions, the newest first: what is filtered, counted, shown and exported."""
    return TreatmentSession.objects.filter(clinic=clinic).order_by("-starts_at", "-pk")


def page_after(rows: QuerySet[Any], cursor: str, size: int) -> paging.Page:
    """Return ``size`` rows behind the cursor, with the effects reported after them (1 query more)."""
    page = paging.page_after(_shown(rows), cursor, size, by="starts_at")
    _note_effects(page.rows)
    for row in page.rows:
        row.lots = lot_words(row.lots)
    return page


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


def total(rows: QuerySet[Any]) -> str:
    """Return how many sessions there are, in words (1 query)."""
    return paging.total(rows, "session")


def _note_effects(rows: Sequence[Any]) -> None:
    effects = defaultdict(list)
    for effect in SideEffect.objects.filter(session__in=[row.pk for row in rows]).order_by("pk"):
        effects[effect.session_id].append(effect)
    for row in rows:
        row.effects = effects[row.pk]
