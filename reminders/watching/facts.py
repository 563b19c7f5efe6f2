"""The facts behind the health line: signs of life, figures, and how the gateways answered. Three queries, four in trouble."""

import datetime as dt
from dataclasses import dataclass

from django.db.models import Max, Min, Q

from clinic.models import Clinic
from patients.models import Channel
from reminders.models import Delivery, Heartbeat
from reminders.watching import health, metrics

# The longest wait between two tries is six hours: before that, silence of a gateway is no news.
LOOK_BACK = dt.timedelta(hours=7)
# What has to live at every minute; the rest is done now and then.
LIVING = (Heartbeat.Part.WORKER, Heartbeat.Part.BEAT)
_TAKEN = Q(outcome__in=[Delivery.Outcome.ACCEPTED, Delivery.Outcome.FOUND])
_NOT_TAKEN = Q(outcome__in=[Delivery.Outcome.UNREACHABLE, Delivery.Outcome.UNANSWERED])


@dataclass(frozen=True)
class Watch:
    """How the sending stands at a clinic, and what is wrong with it."""

    metrics: metrics.Metrics
    facts: health.Facts
    troubles: list[health.Trouble]

    @property
    def serious(self) -> list[health.Trouble]:
        """What keeps messages from going out."""
        return [trouble for trouble in self.troubles if trouble.calls]


def look(*, clinic: Clinic, now: dt.datetime) -> Watch:
    """Return how the sending stands."""
    figures, (signs, failing) = metrics.measure(now=now, clinic=clinic), background()
    facts = health.Facts(
        now=now,
        **signs,
        due=figures.due,
        oldest_due=figures.oldest_due,
        in_doubt=figures.in_doubt,
        refusing=_refusing(clinic, now),
        failing_since=failing.get(Heartbeat.Part.WORKER),
    )
    return Watch(figures, facts, health.troubles(facts, clinic.zone))


def signs_of_life() -> dict[str, dt.datetime]:
    """Return when each part was last seen, as health.Facts names them."""
    return background()[0]


def background() -> tuple[dict[str, dt.datetime], dict[str, dt.datetime]]:
    """Return the signs of life, and since when each part of the background work fails, in one query."""
    rows = list(Heartbeat.objects.values_list("part", "at", "failing_since"))
    signs = {f"{part}_at": at for part, at, _ in rows if part in LIVING}
    return signs, {part: since for part, _, since in rows if since}


def _refusing(clinic: Clinic, now: dt.datetime) -> dict[str, dt.datetime]:
    """Return since when each channel has found nobody who takes its messages, by its name in a sentence."""
    lately = Delivery.objects.filter(clinic=clinic, started_at__gte=now - LOOK_BACK).order_by()
    by_channel = lately.values_list("reminder__channel")
    newest = by_channel.annotate(
        taken_at=Max("started_at", filter=_TAKEN), failed_at=Max("started_at", filter=_NOT_TAKEN)
    )
    silent = {channel: taken for channel, taken, failed in newest if failed and (taken is None or failed > taken)}
    if not silent:
        return {}
    since = Q(pk__in=[])
    for channel, taken in silent.items():
        since |= Q(reminder__channel=channel) & (Q(started_at__gt=taken) if taken else Q())
    first = by_channel.filter(_NOT_TAKEN, since).annotate(began_at=Min("started_at"))
    return {Channel(channel).label.lower(): began for channel, began in first}
