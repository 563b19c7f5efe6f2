"""The figures that Prometheus fetches: requests of all web processes, and how the reminders stand."""

import datetime as dt
import os
from collections.abc import Iterator

from django.db import DatabaseError
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from reminders.models import Heartbeat
from reminders.watching import facts as watch
from reminders.watching import metrics

METHODS = frozenset({"GET", "HEAD", "POST", "OPTIONS", "PUT", "PATCH", "DELETE"})
STATES = ("waiting", "due", "sending", "failed", "missed", "in_doubt")

# Outside the usual registry: with several processes the sum of all is shown, never one of them.
_own = CollectorRegistry()
REQUESTS = Counter("twelve_weeks_requests", "Requests answered.", ("method", "route", "status"), registry=_own)
SECONDS = Histogram(
    "twelve_weeks_request_seconds",
    "How long requests took.",
    ("route",),
    buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10),
    registry=_own,
)


def count_request(*, method: str, route: str, status: int, seconds: float) -> None:
    """Count an answered request. ``route`` is the name of an address, so what stands in the address is not told."""
    REQUESTS.labels(method if method in METHODS else "other", route, str(status)).inc()
    SECONDS.labels(route).observe(seconds)


def text(*, now: dt.datetime) -> bytes:
    """Return all figures as Prometheus reads them."""
    registry = CollectorRegistry()
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    else:
        registry.register(_own)
    registry.register(Sending(now))
    return generate_latest(registry)


class Sending(Collector):
    """The reminder ledger at a moment. A database that is away shows as such and hides no other figure."""

    def __init__(self, now: dt.datetime) -> None:
        self.now = now

    def describe(self) -> Iterator[Metric]:
        """Name nothing ahead: registering would otherwise ask the database for it."""
        return iter(())

    def collect(self) -> Iterator[Metric]:
        """Yield the figures, read anew."""
        try:
            figures, work = metrics.measure(now=self.now), watch.background()
        except DatabaseError:
            yield GaugeMetricFamily("twelve_weeks_database_up", "Whether the database answers.", 0)
            return
        yield GaugeMetricFamily("twelve_weeks_database_up", "Whether the database answers.", 1)
        yield from self._ledger(figures)
        ages = GaugeMetricFamily("twelve_weeks_heartbeat_age_seconds", "Since the last sign of life.", labels=["part"])
        for name, at in work.alive.items():
            ages.add_metric([name.removesuffix("_at")], (self.now - at).total_seconds())
        yield ages
        faults = GaugeMetricFamily(
            "twelve_weeks_failing_seconds", "For how long its runs end in faults.", labels=["part"]
        )
        for part in Heartbeat.Part:
            faults.add_metric([part], (self.now - work.failing.get(part, self.now)).total_seconds())
        yield faults
        if work.copied_at:
            age = (self.now - work.copied_at).total_seconds()
            yield GaugeMetricFamily("twelve_weeks_copy_age_seconds", "Since `backup` last made its copy.", age)

    def _ledger(self, figures: metrics.Metrics) -> Iterator[Metric]:
        states = GaugeMetricFamily("twelve_weeks_reminders", "Reminders by how they stand.", labels=["state"])
        for state in STATES:
            states.add_metric([state], getattr(figures, state))
        yield states
        yield GaugeMetricFamily("twelve_weeks_reminders_sent_last_day", "Sent within 24 hours.", figures.sent)
        age = (self.now - figures.oldest_due).total_seconds() if figures.oldest_due else 0
        yield GaugeMetricFamily("twelve_weeks_oldest_due_age_seconds", "How late the oldest unsent reminder is.", age)
