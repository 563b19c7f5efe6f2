"""The facts behind the health line: signs of life, figures, and how the gateways answered. Three queries, four in trouble."""

import datetime as dt
from dataclasses import dataclass

from django.conf import settings
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
class Background:
    """What works by itself: signs of life as health.Facts names them, and since when each part ends in a fault.

    ``copied_at`` is when `manage.py backup` last did its work; nothing where it never ran, fails, or is not watched.
    """

    alive: dict[str, dt.datetime]
    failing: dict[str, dt.datetime]
    copied_at: dt.datetime | None

    def copy_is_old(self, now: dt.datetime) -> bool:
        """Return whether the next copy is overdue."""
        return self.copied_at is not None and now - self.copied_at > dt.timedelta(hours=settings.BACKUP_WITHIN_HOURS)


@dataclass(frozen=True)
class Watch:
    """How the sending stands at a clinic, and what is wrong with it."""

    metrics: metrics.Metrics
    facts: health.Facts
    troubles: list[health.Trouble]
    # Of the whole installation, for those who can have it mended.
    upkeep: list[health.Trouble]

    @property
    def serious(self) -> list[health.Trouble]:
        """What keeps messages from going out."""
        return [trouble for trouble in self.troubles if trouble.calls]


def look(*, clinic: Clinic, now: dt.datetime) -> Watch:
    """Return how the sending stands."""
    figures, work = metrics.measure(now=now, clinic=clinic), background()
    facts = health.Facts(
        now=now,
        **work.alive,
        due=figures.due,
        oldest_due=figures.oldest_due,
        in_doubt=figures.in_doubt,
        refusing=_refusing(clinic, now),
        failing_since=work.failing.get(Heartbeat.Part.WORKER),
    )
    return Watch(figures, facts, health.troubles(facts, clinic.zone), _upkeep(work, now, clinic))


def _upkeep(work: Background, now: dt.datetime, clinic: Clinic) -> list[health.Trouble]:
    """Return what is wrong with the rest of the work; that of the sending is among its own troubles."""
    apart = (*LIVING, Heartbeat.Part.INTACT)
    failing = {Heartbeat.Part(part).label: since for part, since in work.failing.items() if part not in apart}
    copied_at = work.copied_at if work.copy_is_old(now) else None
    return health.upkeep(failing, copied_at, work.failing.get(Heartbeat.Part.INTACT), now, clinic.zone)


def signs_of_life() -> dict[str, dt.datetime]:
    """Return when each part was last seen, as health.Facts names them."""
    return background().alive


def background() -> Background:
    """Return how all that works by itself stands, in one query."""
    rows = {part: (at, since) for part, at, since in Heartbeat.objects.values_list("part", "at", "failing_since")}
    if not settings.BACKUP_WITHIN_HOURS:
        rows.pop(Heartbeat.Part.BACKUP, None)
    failing = {part: since for part, (_, since) in rows.items() if since}
    copied_at = None if Heartbeat.Part.BACKUP in failing else rows.get(Heartbeat.Part.BACKUP, (None, None))[0]
    return Background({f"{part}_at": at for part, (at, _) in rows.items() if part in LIVING}, failing, copied_at)


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
