"""Slot search: any of 20 injectors, all of 12 weeks, and one injector whose time ahead is all taken.

The floor is the raw SQL: the rows that stand in the way, read over the bare connection and nothing done with them.
"""

import datetime as dt
from collections.abc import Callable, Iterator
from typing import Any

from django.db import connection

from bench.report import Row
from bench.timing import median, median_ms
from bench.world import World, counted
from clinic.models import Injector
from treatments import slots
from treatments.models import Course, Status
from treatments.models.session import OCCUPYING

WEEKS = 12
EVERY_DAY = WEEKS * 7 * 3
TARGETS = {"any": 50, "full": 10}
ROWS = """
SELECT injector_id, starts_at, ends_at FROM treatments_treatmentsession
WHERE injector_id IN ({injectors}) AND starts_at >= %s AND starts_at < %s AND status IN ({occupying})
"""


def measure(world: World) -> Iterator[Row]:
    """Measure the searches through the public functions, each beside the rows it has to read."""
    now = dt.datetime.combine(world.today, dt.time(8), world.clinic.zone).astimezone(dt.UTC)
    course, due_long_ago = world.candidates(1)[0], _to_recall(world)
    everyone = list(Injector.objects.filter(clinic=world.clinic).order_by("pk"))
    first = course.next_due()
    yield _row(
        world, "Slot search, any of 20 injectors", lambda: slots.suggest(course=course, now=now),
        _floor(everyone, first, 28), TARGETS["any"],
    )  # fmt: skip
    yield _row(
        world, "Slot search, any of 20 injectors, every day of 12 weeks",
        lambda: slots.suggest(course=course, now=now, limit=EVERY_DAY), _floor(everyone, first, WEEKS * 7), None,
    )  # fmt: skip
    yield _row(
        world, "Slot search, one injector without a free time, 52 weeks",
        lambda: slots.suggest(course=due_long_ago, now=now, injector=everyone[-1]),
        _floor(everyone[-1:], world.today, 364), TARGETS["full"],
    )  # fmt: skip
    yield _row(
        world, "Why not, 14 days", lambda: slots.why_not(course=due_long_ago, now=now),
        _floor(everyone, world.today, 14), None,
    )  # fmt: skip


def _row(world: World, what: str, act: Callable[[], list[Any]], floor: Callable[[], Any], target: int | None) -> Row:
    with counted() as sent:
        found = len(act())
    took = median(act, 15)
    ours = took.wall
    aimed = target if world.engine == "postgresql" else None
    return Row(
        what, world.engine, world.size, ours, floor=median_ms(floor, 15),
        target=f"under {aimed} ms on PostgreSQL" if aimed else "",
        met=ours < aimed if aimed else None, note=f"{len(sent)} statements, {found} found, {took.computed:.0f} ms computed",
    )  # fmt: skip


def _floor(injectors: list[Injector], first: dt.date, days: int) -> Callable[[], Any]:
    """Return what reads the sessions of these injectors and does nothing with them."""
    sql = ROWS.format(
        injectors=", ".join(str(one.pk) for one in injectors),
        occupying=", ".join(f"'{status}'" for status in OCCUPYING),
    )
    span = [f"{first} 00:00:00", f"{first + dt.timedelta(days)} 00:00:00"]

    def read() -> Any:
        with connection.cursor() as cursor:
            cursor.execute(sql, span)
            return cursor.fetchall()

    return read


def _to_recall(world: World) -> Course:
    """Return a course that has been due for so long that the search begins today."""
    given = Course.objects.filter(clinic=world.clinic, sessions__status=Status.GIVEN_BEFORE).exclude(
        sessions__status=Status.BOOKED
    )
    return given.select_related("clinic", "patient").order_by("sessions__given_on", "pk")[0]
