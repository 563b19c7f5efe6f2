"""Is this installation ready for people? Each check says yes or no, with ages and ids, and never with a value."""

import datetime as dt
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from clinic.checks import guard_names, standing_guards
from reminders.models import Heartbeat, Reminder
from reminders.watching.facts import background
from reminders.watching.health import LATE_AFTER, SILENT_AFTER, is_silent

# A probe that waits long is worse than one that says no.
BROKER_SECONDS = 2


@dataclass(frozen=True)
class Finding:
    """What a check found."""

    ok: bool
    facts: dict[str, Any] = field(default_factory=dict)


Check = Callable[[dt.datetime], Finding]


def look(*, now: dt.datetime, without: Collection[str] = ()) -> dict[str, Finding]:
    """Run all checks but some, each by itself: one that breaks says no and hides no other."""
    return {name: _tried(check, now) for name, check in CHECKS.items() if name not in without}


def _tried(check: Check, now: dt.datetime) -> Finding:
    try:
        return check(now)
    except Exception as error:  # the broker's libraries have errors of their own, of a wrong password for one
        return Finding(False, {"error": type(error).__name__})


def _database(now: dt.datetime) -> Finding:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return Finding(True)


@cache
def _known_migrations() -> frozenset[tuple[str, str]]:
    """What has to have run; of a migration that replaces others these, which are noted of either way to come to it."""
    known = MigrationLoader(None).disk_migrations.items()
    return frozenset(one for key, migration in known for one in migration.replaces or [key])


def _migrations(now: dt.datetime) -> Finding:
    missing = _known_migrations() - set(MigrationRecorder(connection).applied_migrations())
    return Finding(not missing, {"missing": sorted(".".join(one) for one in missing)})


def _rules(now: dt.datetime) -> Finding:
    """The rules that the database keeps itself, before all that nobody is booked twice."""
    missing = guard_names() - standing_guards()
    return Finding(not missing, {"missing": sorted(missing)})


def _broker(now: dt.datetime) -> Finding:
    # Loaded where it is asked: 6 MiB and 70 ms of the start of each web process, which sends no task.
    from clinic.celery import app

    patience = {"socket_connect_timeout": BROKER_SECONDS, "socket_timeout": BROKER_SECONDS}
    with app.connection(connect_timeout=BROKER_SECONDS, transport_options=patience) as broker:
        broker.ensure_connection(max_retries=1, interval_start=0, timeout=BROKER_SECONDS)
    return Finding(True)


def _sign_of_life(part: Heartbeat.Part) -> Check:
    def check(now: dt.datetime) -> Finding:
        at = Heartbeat.objects.filter(part=part).values_list("at", flat=True).first()
        return Finding(at is not None and not is_silent(at, now), {"age_seconds": _seconds(now - at if at else None)})

    return check


def _background(now: dt.datetime) -> Finding:
    """Planning, forgetting, the audit log's chain, webhooks, copies: since when runs end in faults. One may; then it is tried again.

    An old copy is told here too: a balancer leaves all of this out by one name.
    """
    work = background()
    long = {part: now - since for part, since in work.failing.items() if now - since >= SILENT_AFTER}
    facts: dict[str, Any] = {"failing_seconds": {part: _seconds(age) for part, age in long.items()}}
    if work.copied_at:
        facts["copy_age_seconds"] = _seconds(now - work.copied_at)
    return Finding(not long and not work.copy_is_old(now), facts)


def _reminders(now: dt.datetime) -> Finding:
    oldest = Reminder.objects.claimable(now).order_by("due_at", "pk").values_list("pk", "due_at").first()
    if oldest is None:
        return Finding(True, {"oldest_id": None, "age_seconds": None})
    key, due_at = oldest
    return Finding(now - due_at < LATE_AFTER, {"oldest_id": key, "age_seconds": _seconds(now - due_at)})


def _seconds(age: dt.timedelta | None) -> int | None:
    return None if age is None else int(age.total_seconds())


CHECKS: dict[str, Check] = {
    "database": _database,
    "migrations": _migrations,
    "rules": _rules,
    "broker": _broker,
    "beat": _sign_of_life(Heartbeat.Part.BEAT),
    "worker": _sign_of_life(Heartbeat.Part.WORKER),
    "background": _background,
    "reminders": _reminders,
}
