"""How the dispatch stands, in one query: for the reminder centre, the line on Today, and whoever watches the machine."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db.models import CharField, Count, DateTimeField, Max, Min, QuerySet, Value

from clinic.models import Clinic
from reminders.dispatch.doubt import in_doubt
from reminders.models import Reminder, State

LATELY = dt.timedelta(days=1)


@dataclass(frozen=True)
class Metrics:
    """Counts at a moment. ``waiting`` is all that is still to go out, ``due`` what should have gone by now.

    ``sent`` counts the last 24 hours; what failed or was missed counts until a person has dealt with it.
    """

    waiting: int
    due: int
    sending: int
    sent: int
    failed: int
    missed: int
    in_doubt: int
    oldest_due: dt.datetime | None
    last_sent: dt.datetime | None
    last_delivered: dt.datetime | None

    @property
    def needs_person(self) -> int:
        """How many messages are on somebody's list."""
        return self.failed + self.missed


def measure(*, now: dt.datetime, clinic: Clinic | None = None) -> Metrics:
    """Return the figures of a clinic, or of all. One statement whose parts each read an index of their own."""
    every = Reminder.objects.of(clinic)
    parts = {
        "waiting": every.filter(state=State.WAITING),
        "due": every.claimable(now),
        "sending": every.filter(state=State.SENDING, lease_until__gt=now),
        "sent": every.filter(state=State.SENT, closed_at__gte=now - LATELY),
        "failed": every.filter(state=State.FAILED),
        "missed": every.filter(state=State.MISSED),
        "in_doubt": in_doubt(every, now),
    }
    first, *others = [_part(name, rows) for name, rows in parts.items()]
    found = {name: figures for name, *figures in first.union(*others, all=True)}
    counts = {name: found[name][0] for name in parts}
    return Metrics(**counts, oldest_due=found["due"][1], last_sent=found["sent"][2], last_delivered=found["sent"][3])


def _part(name: str, rows: QuerySet[Reminder]) -> QuerySet[Any, Any]:
    label = Value(name, output_field=CharField())
    oldest = Min("due_at", output_field=DateTimeField())
    newest = Max("closed_at", output_field=DateTimeField())
    delivered = Max("delivered_at", output_field=DateTimeField())
    return (
        rows.order_by()
        .annotate(part=label)
        .values("part")
        .annotate(number=Count("pk"), oldest=oldest, newest=newest, delivered=delivered)
        .values_list("part", "number", "oldest", "newest", "delivered")
    )
