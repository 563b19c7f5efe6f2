"""How many visits a second can be booked through `treatments.booking.book`, beside the same rows written raw."""

import datetime as dt
import uuid
from collections.abc import Sequence
from typing import Any

from django.db import connection
from django.utils import timezone

from bench.clients import Act, Outcome, share, together
from bench.report import Row
from bench.world import World, counted
from clinic.models import User
from treatments import booking
from treatments.models import Course
from treatments.slots import Slot

BOOKINGS = {1: 200, 8: 640, 32: 640}
RAW_CLIENTS, RAW_BOOKINGS = 8, 1600

SESSION = (
    "clinic_id, uid, course_id, injector_id, room_id, status, starts_at, ends_at, local_date, due_on, early_reason, "
    "note, version, placed_at, answer"
)
EVENT = "clinic_id, session_id, at, by_id, kind, reason, before, after"
AUDIT = "clinic_id, actor_id, at, action, kind, subject, rows, reason"


def measure(world: World) -> list[Row]:
    """Measure the raw transaction at 8 connections, then booking at 1, 8 and 32 processes."""
    raw = raw_rate(world)
    rows = []
    for clients, number in BOOKINGS.items():
        found = _booked(world, clients, number)
        note = f"p99 {found.p99:.0f} ms, {found.odd} errors"
        if clients == 1:
            note += f", {_statements(world)} statements a booking"
        rows.append(
            Row(f"Booking, {_clients(clients)}", world.engine, world.size, found.rate, "per s", raw.rate, note=note)
        )
    return rows


def _clients(number: int) -> str:
    return "1 client" if number == 1 else f"{number} clients"


def _booked(world: World, clients: int, number: int) -> Outcome:
    pairs = list(zip(world.candidates(number), world.free_times(number), strict=True))
    desk = world.desk

    def prepare(index: int) -> Sequence[Act]:
        return [booking_of(course, slot, desk) for course, slot in share(pairs, index, clients)]

    return together(prepare, clients)


def booking_of(course: Course, slot: Slot, by: User) -> Act:
    """Return the act of booking one slot for one course."""

    def act() -> str:
        try:
            booking.book(course=course, slot=slot, uid=uuid.uuid4(), by=by, at=timezone.now())
        except booking.Conflict:
            return "lost"
        except Exception as error:
            return type(error).__name__
        return "won"

    return act


def _statements(world: World) -> int:
    """Return how many statements one booking sends, savepoints included."""
    act = booking_of(world.candidates(1)[0], world.free_times(1)[0], world.desk)
    with counted() as sent:
        act()
    return len(sent)


def raw_rate(world: World, clients: int = RAW_CLIENTS) -> Outcome:
    """Write the rows of a booking without Django: the floor that the same run is measured by."""
    pairs = list(zip(world.candidates(RAW_BOOKINGS), world.free_times(RAW_BOOKINGS), strict=True))
    desk = world.desk
    write = _raw_postgresql if world.engine == "postgresql" else _raw_sqlite

    def prepare(index: int) -> Sequence[Act]:
        connection.ensure_connection()
        return [write(connection.connection, course, slot, desk) for course, slot in share(pairs, index, clients)]

    return together(prepare, clients)


def _values(course: Course, slot: Slot, now: dt.datetime) -> tuple[Any, ...]:
    day = slot.starts_at.date()
    place = (course.clinic_id, uuid.uuid4(), course.pk, slot.injector.pk, slot.room.pk, "booked")
    return (*place, slot.starts_at, slot.ends_at, day, course.opened_on, "", "", 1, now, "")


def _raw_postgresql(raw: Any, course: Course, slot: Slot, desk: User) -> Act:
    """One transaction of three statements: the rows of a booking of ours, under the same constraints."""
    now = dt.datetime.now(dt.UTC)
    marks = ", ".join(["%s"] * 15)
    insert = f"INSERT INTO treatments_treatmentsession ({SESSION}) VALUES ({marks}) ON CONFLICT DO NOTHING RETURNING id"
    event = f"INSERT INTO treatments_sessionevent ({EVENT}) VALUES (%s, %s, %s, %s, 'booked', '', '{{}}', %s)"
    trace = f"INSERT INTO clinic_auditentry ({AUDIT}) VALUES (%s, %s, %s, 'create', 'session', %s, NULL, 'booked')"
    values = _values(course, slot, now)

    def act() -> str:
        with raw.transaction(), raw.cursor() as cursor:
            cursor.execute(insert, values)
            found = cursor.fetchone()
            if found is None:
                return "lost"
            cursor.execute(event, (course.clinic_id, found[0], now, desk.pk, '{"starts_at": ""}'))
            cursor.execute(trace, (course.clinic_id, desk.pk, now, values[1]))
        return "won"

    return act


def _raw_sqlite(raw: Any, course: Course, slot: Slot, desk: User) -> Act:
    now = dt.datetime.now(dt.UTC).strftime("%Y-%m-%d %H:%M:%S")
    values = [_text(value) for value in _values(course, slot, dt.datetime.now(dt.UTC))]
    marks = ", ".join("?" * 15)
    insert = f"INSERT INTO treatments_treatmentsession ({SESSION}) VALUES ({marks})"
    event = f"INSERT INTO treatments_sessionevent ({EVENT}) VALUES (?, ?, ?, ?, 'booked', '', '{{}}', ?)"
    trace = f"INSERT INTO clinic_auditentry ({AUDIT}) VALUES (?, ?, ?, 'create', 'session', ?, NULL, 'booked')"

    def act() -> str:
        raw.execute("BEGIN IMMEDIATE")
        number = raw.execute(insert, values).lastrowid
        raw.execute(event, (course.clinic_id, number, now, desk.pk, '{"starts_at": ""}'))
        raw.execute(trace, (course.clinic_id, desk.pk, now, values[1]))
        raw.execute("COMMIT")
        return "won"

    return act


def _text(value: Any) -> Any:
    if isinstance(value, dt.datetime):
        return value.strftime("%Y-%m-%d %H:%M:%S")
    if isinstance(value, dt.date):
        return value.isoformat()
    return value.hex if isinstance(value, uuid.UUID) else value
