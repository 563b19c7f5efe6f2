"""Both ways of finding what is taken give the same answer, whatever was booked and whenever the clocks change."""

import datetime as dt
from itertools import pairwise

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clinic.models import Absence, Clinic, Closure, Injector, OpeningHours, WorkedHoliday
from tests.builders import NOW, make_course, make_injector, make_patient, make_session, room_of
from treatments import slots
from treatments.models import Course, Status, TreatmentSession
from treatments.slots import search
from treatments.slots.shifts import around
from treatments.slots.spans import blocks, merge, windows
from treatments.slots.taken import merged_by_database, merged_here

# Four days around the night in which London's clocks go forward, and four around the night in which they go back.
NIGHTS = (dt.date(2027, 3, 26), dt.date(2027, 10, 29))
DAYS = 4
RESTART = settings(
    max_examples=12,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)

quarters = st.integers(0, DAYS * 96 - 1)
lengths = st.integers(1, 5)
times = st.lists(st.tuples(quarters, lengths), max_size=12)


def instants(night: dt.date, quarter: int, length: int) -> tuple[dt.datetime, dt.datetime]:
    """Return a time of so many quarters of an hour."""
    start = dt.datetime.combine(night, dt.time(), dt.UTC) + dt.timedelta(minutes=15 * quarter)
    return start, start + dt.timedelta(minutes=15 * length)


def apart(chosen: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return those times that do not overlap an earlier one of the list."""
    kept: list[tuple[int, int]] = []
    for start, length in chosen:
        if all(start + length <= other or other + more <= start for other, more in kept):
            kept.append((start, length))
    return kept


def fill(clinic: Clinic, night: dt.date, injectors: list[Injector], sessions: list[list[tuple[int, int]]]) -> None:
    """Book these times, each for a person of its own; every fifth is cancelled."""
    for injector, chosen in zip(injectors, sessions, strict=True):
        for number, (quarter, length) in enumerate(apart(chosen)):
            starts, ends = instants(night, quarter, length)
            status = Status.CANCELLED if number % 5 == 4 else Status.BOOKED
            course = make_course(make_patient(clinic))
            make_session(course, injector, starts, ends_at=ends, status=status)


@pytest.fixture
def pair(course: Course, osei: Injector) -> list[Injector]:
    """Two injectors with rooms of their own who work around the clock, every day."""
    for easter in (dt.date(2027, 3, 26), dt.date(2027, 3, 29)):
        WorkedHoliday.objects.create(clinic=course.clinic, date=easter)
    found = [osei, make_injector(course.clinic, "RN Bello")]
    for injector in found:
        room = room_of(injector)
        injector.opening_hours.all().delete()
        for weekday in range(1, 8):
            OpeningHours.objects.create(
                clinic=course.clinic,
                injector=injector,
                room=room,
                weekday=weekday,
                opens=dt.time(0),
                closes=dt.time(23, 45),
            )
    return found


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no statement of its own to compare with")
@RESTART
@given(night=st.sampled_from(NIGHTS), first=times, second=times, minutes=st.integers(10, 60))
def test_the_database_merges_what_is_taken_exactly_as_python_does(
    course: Course,
    pair: list[Injector],
    night: dt.date,
    first: list[tuple[int, int]],
    second: list[tuple[int, int]],
    minutes: int,
) -> None:
    clear()
    fill(course.clinic, night, pair, [first, second])
    window = around([night, night + dt.timedelta(DAYS)])
    for resource, ids in (("injector", [one.pk for one in pair]), ("room", [room_of(one).pk for one in pair])):
        asked = (resource, ids, window, minutes * 60)
        assert merged_by_database(*asked) == merged_here(*asked)  # type: ignore[arg-type]


@RESTART
@given(
    night=st.sampled_from(NIGHTS),
    sessions=st.tuples(times, times),
    away=st.lists(st.tuples(quarters, st.integers(1, 60)), max_size=3),
    closed=st.lists(st.tuples(quarters, st.integers(1, 60)), max_size=2),
    minutes=st.sampled_from([10, 15, 30, 45, 60]),
)
def test_every_free_time_is_offered_and_no_other(
    course: Course,
    pair: list[Injector],
    night: dt.date,
    sessions: tuple[list[tuple[int, int]], list[tuple[int, int]]],
    away: list[tuple[int, int]],
    closed: list[tuple[int, int]],
    minutes: int,
) -> None:
    clear()
    clinic = course.clinic
    fill(clinic, night, pair, list(sessions))
    for one in away:
        starts, ends = instants(night, *one)
        Absence.objects.create(clinic=clinic, injector=pair[0], starts_at=starts, ends_at=ends)
    for one in closed:
        starts, ends = instants(night, *one)
        Closure.objects.create(clinic=clinic, starts_at=starts, ends_at=ends)
    now = dt.datetime.combine(night, dt.time(), dt.UTC) - dt.timedelta(days=2)
    found = slots.free_times(clinic=clinic, first=night, days=DAYS, now=now, minutes=minutes)
    offered = {(slot.injector.pk, slot.starts_at) for slot in found}
    assert offered == set(free_by_asking_of_each(clinic, night, pair, minutes))


def clear() -> None:
    """Take away what an earlier example left."""
    TreatmentSession.objects.filter(status__in=[Status.BOOKED, Status.CANCELLED]).delete()
    Absence.objects.all().delete()
    Closure.objects.all().delete()


def free_by_asking_of_each(
    clinic: Clinic, night: dt.date, pair: list[Injector], minutes: int
) -> list[tuple[int, dt.datetime]]:
    """Return the free times found the slow way: every quarter of an hour, held against all that is in the way."""
    closed = list(Closure.objects.values_list("starts_at", "ends_at"))
    busy = {
        injector.pk: [
            *closed,
            *TreatmentSession.objects.filter(injector=injector, status=Status.BOOKED).values_list(
                "starts_at", "ends_at"
            ),
            *Absence.objects.filter(injector=injector).values_list("starts_at", "ends_at"),
        ]
        for injector in pair
    }
    free = []
    for quarter in range(-8, (DAYS + 1) * 96):
        starts = dt.datetime.combine(night, dt.time(), dt.UTC) + dt.timedelta(minutes=15 * quarter)
        ends, local = starts + dt.timedelta(minutes=minutes), starts.astimezone(clinic.zone)
        odd = local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset()
        outside = not night <= local.date() < night + dt.timedelta(DAYS)
        if odd or outside or ends > dt.datetime.combine(local.date(), dt.time(23, 45), clinic.zone):
            continue
        for injector, spans in busy.items():
            if not any(begin < ends and end > starts for begin, end in spans):
                free.append((injector, starts))
    return free


@given(st.lists(st.tuples(st.integers(0, 60), st.integers(1, 20)), max_size=12), st.integers(0, 70), st.integers(0, 70))
def test_windows_are_what_the_spans_leave(chosen: list[tuple[int, int]], first: int, last: int) -> None:
    spans = merge([(low, low + length) for low, length in chosen])
    left = {start for window in windows(spans, first, last) for start in range(window.first, window.last + 1)}
    assert left == {
        start for start in range(first, last + 1) if not any(low < start < low + length for low, length in chosen)
    }
    assert left == {start for start in range(first, last + 1) if not blocks(spans, start)}
    assert all(one.high <= other.low for one, other in pairwise(spans))


def test_the_number_of_queries_grows_neither_with_injectors_nor_with_rooms_nor_with_weeks(course: Course) -> None:
    def cost(limit: int) -> int:
        with CaptureQueriesContext(connection) as queries:
            slots.suggest(course=course, now=NOW, limit=limit)
        return len(queries)

    for number in range(6):
        make_injector(course.clinic, f"RN Number{number}")
    near = cost(1)
    assert cost(40) == near
    Closure.objects.create(clinic=course.clinic, starts_at=NOW, ends_at=NOW + dt.timedelta(days=300))
    # Each further stretch asks about injectors once; rooms only where an injector is free.
    assert cost(1) == near + len(search.STRETCHES) - 1
