"""The pages people look at all day: server time from the request to the last byte, without a network."""

import datetime as dt
import resource
import uuid
from multiprocessing import get_context
from typing import Any

from django.db import connections
from django.test import Client
from django.urls import reverse

from bench.report import Row
from bench.timing import median
from bench.world import World, counted
from reports.catalogue import REPORTS
from treatments.log.filters import ready_views
from treatments.models import Course, TreatmentSession

EXPORT_ROWS = 1_000_000


def measure(world: World) -> list[Row]:
    """Measure the pages whose tables grow with the years, the log at its head, deep down and filtered, and its export."""
    client = world.client()
    day = world.today + dt.timedelta(days=max(0, world.today.weekday() - 4) and 7 - world.today.weekday())
    rows = [
        _page(world, client, "Day page, a full day of 20 injectors", reverse("treatments:day", args=[day.isoformat()])),
        _page(world, client, "Recall page", reverse("treatments:recall")),
        _page(world, client, "Session log, first page", reverse("treatments:log")),
        _page(world, client, "Session log, nine tenths down", _deep(world)),
        _page(world, client, "Session log, waste this month", f"{reverse('treatments:log')}?{_waste(world)}"),
        _page(world, client, "Session log, a status that nobody has", f"{reverse('treatments:log')}?status=no_show"),
        _page(world, client, "Capacity page", reverse("treatments:capacity")),
        _page(world, client, "Person page", reverse("patients:detail", args=[_often_treated(world)])),
        *(
            _page(world, client, f"Report, {title}, a quarter", reverse("reports:report", args=[key]))
            for key, (title, _) in REPORTS.items()
        ),
    ]
    return [*rows, _export(world)]


def _page(world: World, client: Client, what: str, url: str) -> Row:
    def get() -> Any:
        answer = client.get(url)
        if answer.status_code != 200:
            raise ValueError(f"{url} answered {answer.status_code}")
        return answer

    with counted() as sent:
        size = len(get().content)
    took = median(get)
    note = f"{len(sent)} statements, {size / 1000:.0f} kB, {took.computed:.0f} ms computed"
    return Row(what, world.engine, world.size, took.wall, note=note)


def _deep(world: World) -> str:
    rows = TreatmentSession.objects.filter(clinic=world.clinic).order_by("-starts_at", "-pk")
    row = rows[int(rows.count() * 0.9)]
    return f"{reverse('treatments:log')}?after={row.starts_at:%Y-%m-%dT%H:%M:%S}%2B00:00_{row.pk}"


def _waste(world: World) -> str:
    """Return the query of the ready view that takes longest."""
    return dict(ready_views(world.today))["Waste this month"]


def _often_treated(world: World) -> uuid.UUID:
    """Return somebody who has come for as long as there are visits."""
    found = Course.objects.filter(clinic=world.clinic, sessions__isnull=False).order_by("pk")[0]
    return found.patient.uid


def _export(world: World) -> Row:
    """Export everything in a process of its own, so that its memory can be told."""
    connections.close_all()
    context = get_context("fork")
    results = context.Queue()
    process = context.Process(target=_export_in_here, args=(world, results))
    process.start()
    lines, seconds, first, grown = results.get(timeout=600)
    process.join()
    return Row(
        "CSV export of the log", world.engine, world.size, lines / seconds, "rows per s",
        target="1M rows in 10 s, at most 10 MiB more memory", met=lines / seconds >= EXPORT_ROWS / 10 and grown <= 10,
        note=f"{lines:,} rows in {seconds:.1f} s, first byte after {first * 1000:.0f} ms, {grown:.0f} MiB more memory",
    )  # fmt: skip


def _export_in_here(world: World, results: Any) -> None:
    import time

    client = world.client()
    client.get(reverse("treatments:log")).content  # noqa: B018 (loads what any request loads)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    began = time.perf_counter()
    lines, first = 0, 0.0
    for chunk in client.get(reverse("treatments:export")).streaming_content:  # type: ignore[attr-defined]
        first = first or time.perf_counter() - began
        lines += chunk.count(b"\n")
    seconds = time.perf_counter() - began
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    results.put((lines, seconds, first, grown))
