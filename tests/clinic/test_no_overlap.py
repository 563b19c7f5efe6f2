"""The boxes with which PostgreSQL keeps double booking out: exact to the microsecond, and a database with ranges gets them."""

import datetime as dt
import importlib
import re

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clinic.constraints import NoOverlap
from clinic.models import Injector
from patients.models import Patient
from tests.builders import make_course, make_patient, make_session
from treatments.models import TreatmentSession

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(connection.vendor != "postgresql", reason="only PostgreSQL has exclusion constraints"),
]

GUARDS = [guard for guard in TreatmentSession._meta.constraints if isinstance(guard, NoOverlap)]
MICROSECOND = dt.timedelta(microseconds=1)
TEN = dt.datetime(2026, 11, 24, 10, 0, tzinfo=dt.UTC)
RESOURCES = st.sampled_from([1, 2, 3, 2**31, 2**31 + 1])
MOMENTS = st.integers(-(10**9), 2**32 * 10**6 - 2 * 10**11).map(
    lambda number: dt.datetime(1970, 1, 1, tzinfo=dt.UTC) + number * MICROSECOND
)
APART = st.integers(-3, 3) | st.integers(-(10**11), 10**11)
LENGTHS = st.integers(1, 3) | st.integers(1, 8 * 3600 * 10**6)


def kept_as(name: str) -> str:
    """Return how the database writes down a constraint that stands."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = %s", [name])
        return str(cursor.fetchone()[0])


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=200)
@given(RESOURCES, RESOURCES, MOMENTS, APART, LENGTHS, LENGTHS)
def test_two_boxes_overlap_when_two_visits_of_one_resource_do(
    one: int, other: int, starts_at: dt.datetime, later: int, length: int, other_length: int
) -> None:
    found = re.search(r"\((box\(.+\)) WITH &&\)", kept_as("one_session_per_injector"))
    assert found
    box = "(SELECT {} FROM (VALUES (%s::bigint, %s::timestamptz, %s::timestamptz)) AS row(injector_id, starts_at, ends_at))"
    clash = f"SELECT {box} && {box}".replace("{}", found[1])
    other_starts_at = starts_at + later * MICROSECOND
    ends_at = starts_at + length * MICROSECOND
    other_ends_at = other_starts_at + other_length * MICROSECOND
    with connection.cursor() as cursor:
        cursor.execute(clash, [one, starts_at, ends_at, other, other_starts_at, other_ends_at])
        overlap = cursor.fetchone()[0]
    assert overlap == (one == other and starts_at < other_ends_at and other_starts_at < ends_at)


def test_the_ranges_of_an_older_version_become_boxes_with_all_visits_in_place(maria: Patient, osei: Injector) -> None:
    visit = make_session(make_course(maria), osei, TEN)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for guard in GUARDS:
            cursor.execute(
                f'ALTER TABLE treatments_treatmentsession DROP CONSTRAINT "{guard.name}", '
                f'ADD CONSTRAINT "{guard.name}" EXCLUDE USING gist '
                f"(int8range({guard.resource}_id, {guard.resource}_id, '[]') WITH &&, "
                "tstzrange(starts_at, ends_at, '[)') WITH &&) WHERE (status IN ('booked', 'arrived', 'in_room', 'done'))"
            )
    with connection.schema_editor() as editor:
        importlib.import_module("treatments.migrations.0013_boxes_against_double_booking").rebuild(apps, editor)
    assert ["box(" in kept_as(guard.name) for guard in GUARDS] == [True, True, True]
    with pytest.raises(IntegrityError, match="one_session_per_injector"), transaction.atomic():
        make_session(make_course(make_patient(osei.clinic, "Tom", "Reid")), osei, TEN + dt.timedelta(minutes=14))
    assert TreatmentSession.objects.get().pk == visit.pk
