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
    """Counts at a moment. ``waiting`` is what nobody has taken up yet, ``due`` what should have gone by now.

    ``left_behind`` is the part of that which a worker took up and did not finish.
    ``sent`` counts the last 24 hours; what failed or was missed counts until a person has dealt with it.
    """

    waiting: int
    due: int
    left_behind: int
    sending: int
    sent: int
    failed: int
    missed: int
    in_doubt: int
    oldest_due: dt.datetime | None
    last_sent: dt.datetime | None
    last_delivered: dt.datetime | None

    @property
    def queued(self) -> int:
        """How many are still to go out, in a worker's hands or not."""
        return self.waiting + self.left_behind + self.sending

    @property
    def needs_person(self) -> int:
        """How many messages are on somebody's list."""
        return self.failed + self.missed


def measure(*, now: dt.datetime, clinic: Clinic | None = None) -> Metrics:
    """Return the figures of a clinic, or of all. One statement whose parts each read an index of their own.

    So what is due and what was left behind are asked apart, and what went out of late has an end as well as a beginning:
    SQLite, which only guesses, would else rather read all that ever went out.
    """
    every = Reminder.objects.of(clinic)
    # Of all clinics one after the other: the index of what waits, and of what went out, begins with the clinic.
    by_clinic = every if clinic else every.filter(clinic__in=Clinic.objects.all())
    lately = (now - LATELY, now + LATELY)
    parts = {
        "waiting": by_clinic.filter(state=State.WAITING),
        "due": every.due(now),
        "left_behind": every.left_behind(now),
        "sending": every.filter(state=State.SENDING, lease_until__gt=now),
        "sent": by_clinic.filter(state=State.SENT, closed_at__range=lately),
        "failed": every.needs_person().filter(state=State.FAILED),
        "missed": every.needs_person().filter(state=State.MISSED),
        "in_doubt": in_doubt(every, now),
    }
    first, *others = [_part(name, rows) for name, rows in parts.items()]
    found = {name: figures for name, *figures in first.union(*others, all=True)}
    counts = {name: found[name][0] for name in parts}
    counts["due"] += counts["left_behind"]
    oldest = min(filter(None, (found["due"][1], found["left_behind"][1])), default=None)
    return Metrics(**counts, oldest_due=oldest, last_sent=found["sent"][2], last_delivered=found["sent"][3])


def _part(name: str, rows: QuerySet[Reminder]) -> QuerySet[Any, Any]:
    """Return the figures of one part. When its rows were closed is asked where somebody wants to know: no index holds it."""
    label = Value(name, output_field=CharField())
    oldest = Min("due_at", output_field=DateTimeField())
    closed, arrived = ("closed_at", "delivered_at") if name == "sent" else ("due_at", "due_at")
    newest = Max(closed, output_field=DateTimeField())
    delivered = Max(arrived, output_field=DateTimeField())
    return (
        rows.order_by()
        .annotate(part=label)
        .values("part")
        .annotate(number=Count("pk"), oldest=oldest, newest=newest, delivered=delivered)
        .values_list("part", "number", "oldest", "newest", "delivered")
    )
