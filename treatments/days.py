"""A clinic's day as a list: each session with what the desk needs to know beside it."""

import datetime as dt
from collections import Counter
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F, Max, OuterRef, Prefetch, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from clinic.models import Clinic
from treatments.models import SessionEvent, Status, TreatmentSession
from treatments.models.session import GIVEN, OPEN


@dataclass(frozen=True)
class DayCount:
    """How many sessions of a day have one status."""

    key: str
    label: str
    number: int


def with_cycle(sessions: QuerySet[TreatmentSession]) -> QuerySet[Any]:
    """Annotate ``cycle`` (1 for the first session) and ``last_given_on`` (of the session before, or None)."""
    earlier = (
        TreatmentSession.objects.filter(
            course=OuterRef("course"), status__in=GIVEN, starts_at__lt=OuterRef("starts_at")
        )
        .order_by()
        .values("course")
    )
    return sessions.annotate(
        last_given_on=Subquery(earlier.annotate(last=Max("given_on")).values("last")),
        cycle=Coalesce(Subquery(earlier.annotate(given=Count("pk")).values("given")), 0)
        + F("course__cycles_before")
        + 1,
    )


def sessions_of_day(clinic: Clinic, day: dt.date) -> QuerySet[Any]:
    """Return the day's sessions in order of time, with patient, injector, room, history and next visit (3 queries)."""
    nearest = TreatmentSession.objects.filter(
        course=OuterRef("course"), status__in=OPEN, starts_at__gt=OuterRef("starts_at")
    )
    sessions = TreatmentSession.objects.filter(clinic=clinic, local_date=day).exclude(status=Status.GIVEN_BEFORE)
    history = SessionEvent.objects.select_related("by").order_by("-pk")
    rows: QuerySet[Any] = (
        with_cycle(sessions)
        .annotate(next_starts_at=Subquery(nearest.order_by("starts_at").values("starts_at")[:1]))
        .select_related("course__patient", "injector", "room")
        .prefetch_related(Prefetch("events", queryset=history))
        .order_by("starts_at", "pk")
    )
    return rows


def counts(sessions: list[Any]) -> list[DayCount]:
    """Return how many sessions stand where, in the order of a visit, leaving out what is zero."""
    tally = Counter(session.chip for session in sessions)
    labels = {Status.BOOKED.value: "booked", "confirmed": "confirmed", "asked_to_move": "asked to move"}
    labels |= {
        status.value: status.label.lower() for status in Status if status not in {Status.BOOKED, Status.GIVEN_BEFORE}
    }
    return [DayCount(key, label, tally[key]) for key, label in labels.items() if tally[key]]


def next_day_with_visits(clinic: Clinic, after: dt.date) -> dt.date | None:
    """Return the next date that has a visit in the calendar."""
    return (
        TreatmentSession.objects.filter(Q(status__in=OPEN), clinic=clinic, local_date__gt=after)
        .order_by("local_date")
        .values_list("local_date", flat=True)
        .first()
    )
