"""Waiting for one's turn on PostgreSQL: locks taken in one order by everybody, and a second try after a deadlock.

SQLite has one writer at a time and needs none of it.
"""

import random
import time
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from django.db import OperationalError, connection

from clinic.databases import lost_to_another
from treatments.conflicts import Taken
from treatments.models import Course
from treatments.slots import Slot

P = ParamSpec("P")
T = TypeVar("T")

LOCK_WAIT = "3s"
LOCKS = "SELECT pg_advisory_xact_lock(kind, key) FROM (VALUES {}) AS queue (kind, key)"
TRIES = 3


def again_after_deadlock(action: Callable[P, T]) -> Callable[P, T]:
    """Run an action anew when the database broke a deadlock at its cost; give up as "taken" after some tries."""

    def run(*args: P.args, **kwargs: P.kwargs) -> T:
        for attempt in range(TRIES):
            try:
                return action(*args, **kwargs)
            except OperationalError as error:
                if connection.in_atomic_block or not lost_to_another(error):
                    raise
                time.sleep(random.uniform(0.01, 0.05) * (attempt + 1))  # noqa: S311 (jitter, not a secret)  # nosec B311
        raise Taken

    return run


def queue_for(keys: set[tuple[int, int]]) -> None:
    """Wait for the calendars of injectors (1, key) and rooms (2, key) or courses (3, key), and hold them until the transaction ends."""
    if connection.vendor != "postgresql" or not keys:
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('lock_timeout', %s, true)", [LOCK_WAIT])
        one_by_one = ", ".join("(%s::int, %s::int)" for _ in keys)
        cursor.execute(LOCKS.format(one_by_one), [part for pair in sorted(keys) for part in pair])


def hold_course(course: Course) -> None:
    """Let nobody book for a course while it is ended or becomes due otherwise; who waited finds it so."""
    queue_for({(3, course.pk)})


def share(slot: Slot, course: int) -> None:
    """Let others book the same injector and room meanwhile, but nobody close them (`treatments.setup.saving`).

    Nor end the course.

    Without it leave and a booking that commit at the same moment see nothing of each other: 32 visits of 48 were left
    in four days of leave. The foreign keys are checked at the commit, too late to wait for each other.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_advisory_xact_lock_shared(1, %s), pg_advisory_xact_lock_shared(2, %s), "
                "pg_advisory_xact_lock_shared(3, %s)",
                [slot.injector.pk, slot.room.pk, course],
            )
