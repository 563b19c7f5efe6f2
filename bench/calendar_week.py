"""The calendar beside its floor: the page with everything, and the same SQL written into a string.

A dense week is added three years ahead and taken away again: quarter hours, 20 of a day's 32 taken with each of 20
injectors. A day of everyone then holds 400 visits, the week of everyone 2,000. ``python -m bench.calendar_week`` prints
the rows of a database that `bench.one` has filled.
"""

import datetime as dt
import random
from typing import Any

from django.db import connection, transaction
from django.test import Client
from django.urls import reverse

from bench.report import Row
from bench.timing import median, median_ms
from bench.world import World
from clinic.models import Clinic, Injector, OpeningHours, Room
from treatments.models import Course, Status, TreatmentSession

STEP = 15
STARTS_A_DAY = 32
TAKEN_A_DAY = 20
DAYS = 5
AHEAD = dt.timedelta(weeks=156)
DAY_MS, WEEK_MS, TODAY_MS, WEEK_KB = 22, 100, 60, 300
TIMES_THE_FLOOR = 4

Statement = tuple[str, Any]


def measure(world: World) -> list[Row]:
    """Measure a week of one injector, a day of everyone with 400 visits, and a week of everyone with 2,000."""
    with transaction.atomic():
        monday = _dense_week(world)
        injector = Injector.objects.filter(clinic=world.clinic).order_by("pk")[0]
        client = world.client()
        rows = [
            _page(world, client, "Calendar, week of one", "calendar", monday, DAY_MS, injector=str(injector.uid)),
            _page(world, client, "Calendar, day of 20 with 400 visits", "calendar_day", monday, DAY_MS),
            _page(world, client, "Calendar, week of 20 with 2,000 visits", "calendar_all", monday, WEEK_MS),
            _today(world, client, monday),
        ]
        transaction.set_rollback(True)
    return rows


def _dense_week(world: World) -> dt.date:
    """Fill a week with quarter hours; return its Monday."""
    monday = world.today - dt.timedelta(days=world.today.weekday()) + AHEAD
    Clinic.objects.update(session_minutes=STEP)
    OpeningHours.objects.update(slot_minutes=STEP)
    injectors = list(Injector.objects.order_by("pk").values_list("pk", flat=True))
    rooms = list(Room.objects.order_by("pk").values_list("pk", flat=True))
    free = Course.objects.filter(sessions__isnull=True).order_by("pk").values_list("pk", flat=True)
    courses = iter(free[: len(injectors) * TAKEN_A_DAY * DAYS])
    rng = random.Random(84)
    made = []
    for day in range(DAYS):
        date = monday + dt.timedelta(days=day)
        first = dt.datetime.combine(date, dt.time(9), world.clinic.zone).astimezone(dt.UTC)
        for injector, room in zip(injectors, rooms, strict=True):
            for index in rng.sample(range(STARTS_A_DAY), TAKEN_A_DAY):
                starts_at = first + dt.timedelta(minutes=STEP * index)
                made.append(
                    TreatmentSession(
                        clinic=world.clinic,
                        course_id=next(courses),
                        injector_id=injector,
                        room_id=room,
                        starts_at=starts_at,
                        ends_at=starts_at + dt.timedelta(minutes=STEP),
                        local_date=date,
                        due_on=date,
                        placed_at=starts_at,
                        answer=rng.choice(["", "confirmed", "asked_to_move"]),
                        status=Status.BOOKED,
                    )
                )
    TreatmentSession.objects.bulk_create(made, batch_size=500)
    return monday


def _page(world: World, client: Client, what: str, name: str, date: dt.date, most: int, **query: str) -> Row:
    url = reverse(f"treatments:{name}")

    def get() -> bytes:
        answer = client.get(url, query | {"date": date.isoformat()})
        assert answer.status_code == 200, answer.status_code
        return answer.content

    statements, content = _statements(get)
    took, floor = median(get, times=21), median_ms(lambda: _floor(statements), times=21)
    ours = took.wall
    size = len(content) / 1000
    return Row(
        what,
        world.engine,
        world.size,
        ours,
        floor=floor,
        target=f"{most} ms, {TIMES_THE_FLOOR} times the floor, {WEEK_KB} kB",
        met=ours <= most and ours <= TIMES_THE_FLOOR * floor and size <= WEEK_KB,
        note=f"{len(statements)} statements, {content.count(b'/sessions/')} visits, {size:.0f} kB, {took.computed:.0f} ms computed",
    )


def _today(world: World, client: Client, date: dt.date) -> Row:
    """Measure the same day as Today shows it: a row for each visit, with what may be done."""
    url = reverse("treatments:day", args=[date.isoformat()])

    def get() -> bytes:
        return client.get(url).content

    statements, content = _statements(get)
    took, size = median(get, times=21), len(content) / 1000
    ours = took.wall
    return Row(
        "Today with 400 visits",
        world.engine,
        world.size,
        ours,
        floor=median_ms(lambda: _floor(statements), times=21),
        target=f"{TODAY_MS} ms, {WEEK_KB} kB",
        met=ours <= TODAY_MS and size <= WEEK_KB,
        note=f"{len(statements)} statements, {content.count(b'<tr id=')} visits, {size:.0f} kB, {took.computed:.0f} ms computed",
    )


def _statements(get: Any) -> tuple[list[Statement], bytes]:
    """Return what a page sends to the database, and the page."""
    sent: list[Statement] = []

    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        sent.append((sql, params))
        return execute(sql, params, many, context)

    get()
    with connection.execute_wrapper(note):
        content = get()
    return sent, content


def _floor(statements: list[Statement]) -> str:
    """Send the same SQL and write what comes back into a string, with nothing between."""
    lines = []
    with connection.cursor() as cursor:
        for sql, params in statements:
            cursor.execute(sql, params)
            if cursor.description:
                rows = cursor.fetchall()
                if "visit.local_date" in sql:
                    lines += [f'<td><a href="/sessions/{row[0]}/">{row[8]} {row[7]} {row[6]}</a></td>' for row in rows]
    return "".join(lines)
