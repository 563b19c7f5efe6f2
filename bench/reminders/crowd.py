"""Any number of people with one visit ahead each, loaded as fast as the database takes them."""

import datetime as dt
import uuid
from collections.abc import Iterator
from typing import Any

from django.db import connection, transaction

from bench.bulk import load
from clinic.models import Clinic, Injector, Room
from patients.models import Channel, ContactPoint, Patient
from reminders import defaults
from reminders.models import Kind, ReminderRule
from tests.servers.midday import midday_zone
from treatments.models import Course, TreatmentSession

VISIT = dt.timedelta(minutes=15)
# All within the days that are planned ahead, or over a year.
STEPS = {"dense": VISIT, "spread": dt.timedelta(hours=21)}
PER_INJECTOR = 400
MONTH = dt.timedelta(days=30)


def fill(size: int, shape: str, now: dt.datetime) -> Clinic:
    """Fill an empty, migrated database; return the clinic. One rule is active: three days before a visit."""
    clinic = Clinic.objects.create(
        name="Bench Clinic",
        slug="bench",
        message_name="Bench Clinic",
        timezone=midday_zone(now),
        phone="020 7946 0000",
        address="1 Long Road",
        country="GB",
    )
    defaults.install(clinic)
    ReminderRule.objects.exclude(kind=Kind.VISIT, days_before=3).update(active=False)
    injectors = -(-size // PER_INJECTOR)
    Injector.objects.bulk_create(
        Injector(clinic=clinic, name=f"Dr {n}", email=f"i{n}@bench.example") for n in range(injectors)
    )
    Room.objects.bulk_create(Room(clinic=clinic, name=f"Room {n}") for n in range(injectors))
    with transaction.atomic():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SET LOCAL session_replication_role = replica")
        _people(clinic, size, now)
        first = min(Injector.objects.values_list("pk", flat=True)), min(Room.objects.values_list("pk", flat=True))
        columns = ("id", "uid", "course_id", "injector_id", "room_id", "starts_at", "ends_at", "local_date", "due_on")
        rows = _visits(size, STEPS[shape], now, *first)
        load(TreatmentSession, columns, rows, clinic=clinic, placed_at=now - MONTH, status="booked")
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")
    return clinic


def _people(clinic: Clinic, size: int, now: dt.datetime) -> None:
    numbers = range(1, size + 1)
    load(
        Patient,
        ("id", "uid", "record_number", "search_text"),
        ((n, uuid.uuid4(), f"B{n:07d}", f"b{n:07d}") for n in numbers),
        clinic=clinic,
        given_name="Maria",
        family_name="Santos",
        birth_date=dt.date(1984, 4, 17),
        preferred_channel=Channel.EMAIL,
        created_at=now,
    )
    load(
        ContactPoint,
        ("patient_id", "address"),
        ((n, f"b{n}@patients.example") for n in numbers),
        clinic=clinic,
        channel=Channel.EMAIL,
        consented_at=now,
        consent_source="bench",
    )
    load(
        Course,
        ("id", "uid", "patient_id"),
        ((n, uuid.uuid4(), n) for n in numbers),
        clinic=clinic,
        transfer_reason="elsewhere",
        opened_on=now.date(),
    )


def _visits(size: int, step: dt.timedelta, now: dt.datetime, injector: int, room: int) -> Iterator[tuple[Any, ...]]:
    first = dt.datetime.combine(now.date() + dt.timedelta(days=3), dt.time(12), dt.UTC)
    for n in range(size):
        column, place = divmod(n, PER_INJECTOR)
        starts_at = first + place * step
        day = starts_at.date()
        yield (n + 1, uuid.uuid4(), n + 1, injector + column, room + column, starts_at, starts_at + VISIT, day, day)
