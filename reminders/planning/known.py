"""By which time a person knows their visit: the one they were told last, or took themselves since; told of none, the first."""

import datetime as dt
from functools import cache
from typing import Any, Protocol

from django.db.models import Case, Exists, OuterRef, Q, Subquery, TextField, When
from django.db.models.fields.json import KT

from reminders.models import Delivery, Kind, Reminder, State
from reminders.models.delivery import MAYBE_ARRIVED, Receipt
from reminders.models.reminder import LISTED_AT
from treatments.models import SessionEvent

_TELLING = (Kind.VISIT, Kind.BOOKED, Kind.MOVED, Kind.CANCELLED)
# Whom a person called knows it too.
TOLD = (State.SENT, State.SENDING, State.HANDLED)
_PLACING = (SessionEvent.Kind.BOOKED, SessionEvent.Kind.MOVED)


class KnownVisit(Protocol):
    """A visit with `what_they_know`: what its person was told last, and what they took themselves. Starts are in ISO 8601."""

    starts_at: dt.datetime
    version: int
    told_pk: int | None
    told_kind: str | None
    told_visit_at: dt.datetime | None
    told_version: int | None
    told_at: dt.datetime | None
    took_at: dt.datetime | None
    took_start: str
    booked_at: dt.datetime | None  # none for a visit that came with a list: they know it from elsewhere
    first_start: str | None  # the time that it had first, none for one that never moved


@cache
def what_they_know() -> dict[str, Any]:
    """Return annotations of a visit, put together once, as the conditions of `reminders.standing` are."""
    about = Reminder.objects.filter(session=OuterRef("pk"), rule__kind__in=_TELLING)
    told = about.filter(Q(state__in=TOLD) | _maybe_told_otherwise())
    last = told.annotate(listed_at=LISTED_AT).order_by("-listed_at", "-pk")
    steps = SessionEvent.objects.filter(session=OuterRef("pk")).order_by("pk")
    places = steps.filter(before__has_key="starts_at").values(start=KT("before__starts_at"))
    # What they took on their page they know from there, whatever became of the message about it.
    took = steps.filter(kind__in=_PLACING, by__isnull=True).order_by("-pk")
    return {
        "told_pk": Subquery(last.values("pk")[:1]),
        "told_kind": Subquery(last.values("rule__kind")[:1]),
        "told_visit_at": Subquery(last.values("visit_at")[:1]),
        "told_version": Subquery(last.values("session_version")[:1]),
        "told_at": Subquery(last.values("listed_at")[:1]),
        "took_at": Subquery(took.values("at")[:1]),
        "took_start": Subquery(took.values(start=KT("after__starts_at"))[:1]),
        "booked_at": Subquery(steps.filter(kind=SessionEvent.Kind.BOOKED).values("at")[:1]),
        "first_start": Case(When(version__gt=1, then=Subquery(places[:1])), default=None, output_field=TextField()),
    }


def _maybe_told_otherwise() -> Q:
    """For a message: it left, and may have arrived, before it was stopped, and tells another time, or that there is none.

    Told anew, who never got it reads what is so; told nothing, who got it comes at the wrong time.
    """
    attempts = Delivery.objects.filter(reminder=OuterRef("pk"), outcome__in=MAYBE_ARRIVED)
    otherwise = Q(rule__kind=Kind.CANCELLED) | ~Q(visit_at=OuterRef("starts_at"))
    return otherwise & Q(Exists(attempts.exclude(receipt=Receipt.FAILED)), state__in=(State.CANCELLED, State.REPLACED))


def took_since(visit: KnownVisit) -> bool:
    """Return whether they took a time themselves after what they were told last, so that they think of that one."""
    return visit.took_at is not None and (visit.told_at is None or visit.told_at < visit.took_at)


def known_time(visit: KnownVisit) -> dt.datetime | None:
    """Return the time by which a visit, a row with `what_they_know`, is known; None where it is not, or thought to be off."""
    return dt.datetime.fromisoformat(visit.took_start) if took_since(visit) else _told_time(visit)


def knows_its_time(visit: KnownVisit) -> bool:
    """Return whether the person of a visit was told the time it has, and thinks of no other: nobody tells them anew."""
    return _told_time(visit) == known_time(visit) == visit.starts_at


def known_since(visit: KnownVisit) -> dt.datetime | None:
    """Return when they learnt that time; None for one that they know from elsewhere."""
    return visit.took_at if took_since(visit) else visit.told_at or visit.booked_at


def _told_time(visit: KnownVisit) -> dt.datetime | None:
    if visit.told_kind == Kind.CANCELLED:
        return None
    if visit.told_pk is None and visit.first_start:
        return dt.datetime.fromisoformat(visit.first_start)
    # Of some it was told before the ledger kept the time.
    as_it_is = visit.told_pk is None or (visit.told_visit_at is None and visit.told_version == visit.version)
    return visit.starts_at if as_it_is else visit.told_visit_at
