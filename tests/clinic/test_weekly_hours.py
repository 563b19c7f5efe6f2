"""The database refuses two sets of hours for one time, whoever writes them."""

import datetime as dt
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction

from clinic.models import Injector, OpeningHours


@pytest.fixture
def hours(osei: Injector) -> OpeningHours:
    """Saturdays from nine to twelve, from 1 to 31 December."""
    return OpeningHours.objects.create(
        clinic=osei.clinic,
        injector=osei,
        weekday=6,
        opens=dt.time(9),
        closes=dt.time(12),
        valid_from=dt.date(2026, 12, 1),
        valid_until=dt.date(2026, 12, 31),
    )


def another(hours: OpeningHours, **fields: Any) -> OpeningHours:
    """Return the same hours once more, with something else about them."""
    names = ("clinic", "injector", "weekday", "opens", "closes", "valid_from", "valid_until")
    return OpeningHours(**{name: getattr(hours, name) for name in names} | fields)


OVERLAPS: list[dict[str, Any]] = [
    {},
    {"opens": dt.time(11, 59), "closes": dt.time(13)},
    {"opens": dt.time(8), "closes": dt.time(9, 1)},
    {"valid_from": None},
    {"valid_until": None},
    {"valid_from": dt.date(2026, 12, 31), "valid_until": None},
    {"valid_from": None, "valid_until": dt.date(2026, 12, 1)},
]
APART: list[dict[str, Any]] = [
    {"weekday": 7},
    {"opens": dt.time(12), "closes": dt.time(13)},
    {"opens": dt.time(8), "closes": dt.time(9)},
    {"valid_from": dt.date(2027, 1, 1), "valid_until": None},
    {"valid_from": None, "valid_until": dt.date(2026, 11, 30)},
]


@pytest.mark.parametrize("fields", OVERLAPS)
def test_overlapping_hours_are_refused_however_they_are_written(hours: OpeningHours, fields: dict[str, Any]) -> None:
    row = another(hours, **fields)
    with pytest.raises(ValidationError, match="other hours at that time"):
        row.validate_constraints()
    with pytest.raises(IntegrityError), transaction.atomic():
        row.save()
    with pytest.raises(IntegrityError), transaction.atomic():
        OpeningHours.objects.bulk_create([row])


@pytest.mark.parametrize("fields", APART)
def test_hours_that_only_touch_are_kept(hours: OpeningHours, fields: dict[str, Any]) -> None:
    row = another(hours, **fields)
    row.validate_constraints()
    row.save()


def test_hours_cannot_be_moved_onto_others(hours: OpeningHours) -> None:
    row = another(hours, weekday=7)
    row.save()
    with pytest.raises(IntegrityError), transaction.atomic():
        OpeningHours.objects.filter(pk=row.pk).update(weekday=6)


def test_hours_do_not_end_before_they_begin(hours: OpeningHours) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        OpeningHours.objects.filter(pk=hours.pk).update(valid_until=dt.date(2026, 11, 30))


def test_saving_hours_again_does_not_clash_with_themselves(hours: OpeningHours) -> None:
    hours.closes = dt.time(13)
    hours.validate_constraints()
    hours.save()


@pytest.mark.skipif("connection.vendor == 'postgresql'", reason="PostgreSQL has types for times and dates")
@pytest.mark.parametrize(
    ("column", "text"),
    [("opens", "9:00"), ("closes", "24:00:00"), ("opens", "08:00:00.5"), ("valid_from", "2026-12-1")],
)
def test_hours_spelt_otherwise_cannot_slip_past_sqlite(hours: OpeningHours, column: str, text: str) -> None:
    with pytest.raises(IntegrityError, match="no_double_hours"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE clinic_openinghours SET {column} = %s WHERE id = %s", [text, hours.pk])  # noqa: S608
