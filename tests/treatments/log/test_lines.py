"""The statement behind the export: numbered as the pages number, whatever is asked for, and read as it is found."""

import datetime as dt
from typing import Any

import pytest

from clinic.models import Clinic, Injector
from tests.builders import NOW, TODAY, make_course, make_injector, make_patient, make_session
from treatments.days import with_cycle
from treatments.log import export
from treatments.log.lines import pieces
from treatments.log.rows import sessions
from treatments.models import Course, Status, TreatmentSession


@pytest.fixture
def odd_years(course: Course, osei: Injector) -> Clinic:
    """Visits of one course that were given on other days than booked, on one day, or not at all, beside another's."""
    Course.objects.filter(pk=course.pk).update(cycles_before=3)
    other = make_course(make_patient(course.clinic))
    visits: list[tuple[Course, int, Status, int]] = [
        (course, 100, Status.DONE, 100),
        (course, 110, Status.NO_SHOW, 0),
        (course, 200, Status.DONE, 190),  # came earlier than booked
        (course, 195, Status.CANCELLED, 0),  # between the day it was given and the day it was booked for
        (course, 300, Status.DONE, 311),
        (course, 310, Status.GIVEN_BEFORE, 311),  # two on one day
        (course, 400, Status.BOOKED, 0),
        (other, 100, Status.NO_SHOW, 0),
        (other, 110, Status.DONE, 110),
    ]
    for whose, day, status, given in visits:
        given_on = TODAY + dt.timedelta(days=given) if given else None
        make_session(whose, osei, NOW + dt.timedelta(days=day), status=status, given_on=given_on, due_on=TODAY)
    return course.clinic


def numbered(rows: Any, clinic: Clinic) -> list[tuple[str, int, str | None]]:
    """Return day, number and day of the visit before, of each line of the export."""
    return [(line[0], int(line[6]), line[7]) for piece in pieces(rows, clinic, 4) for line in piece]


@pytest.mark.parametrize("narrowed", [{}, {"status": Status.CANCELLED}, {"local_date__gt": TODAY}])
def test_the_export_numbers_visits_as_the_pages_do(odd_years: Clinic, narrowed: dict[str, Any]) -> None:
    rows = sessions(odd_years).filter(**narrowed)
    shown = [
        (str(row.local_date), row.cycle, str(row.last_given_on) if row.last_given_on else None)
        for row in with_cycle(rows)
    ]
    assert numbered(rows, odd_years) == shown
    assert shown


def test_the_days_between_are_those_on_which_it_was_given(odd_years: Clinic) -> None:
    table = "".join(export.csv_chunks(sessions(odd_years).filter(status=Status.DONE), odd_years, ""))
    days = export.COLUMNS.index("days_since_last")
    assert [row.split(",")[days] for row in table.split("\r\n")[2:-1]] == ["121", "90", "", "184"]


def test_visits_that_are_not_asked_for_are_counted_all_the_same(odd_years: Clinic) -> None:
    booked = sessions(odd_years).filter(status=Status.BOOKED)
    assert [(cycle, last) for _day, cycle, last in numbered(booked, odd_years)] == [
        (9, str(TODAY + dt.timedelta(days=311)))
    ]


def test_a_filter_that_finds_all_changes_nothing(odd_years: Clinic, lakeside: Clinic) -> None:
    make_session(make_course(make_patient(lakeside)), make_injector(lakeside), NOW)
    everything = sessions(odd_years)
    found = list(pieces(everything.filter(pk__gt=0), odd_years, 20))
    assert list(pieces(everything, odd_years, 20)) == found
    assert len(found[0]) == 10


def test_all_pieces_come_from_one_statement(odd_years: Clinic, django_assert_max_num_queries: Any) -> None:
    with django_assert_max_num_queries(1):
        assert len(list(pieces(sessions(odd_years), odd_years, 2))) == 5


def test_the_head_is_there_before_anything_is_read(odd_years: Clinic, django_assert_num_queries: Any) -> None:
    chunks = export.csv_chunks(sessions(odd_years), odd_years, "")
    with django_assert_num_queries(0):
        assert "record_number" in next(chunks) + next(chunks)


def test_who_stops_in_the_middle_leaves_the_database_free_for_others(odd_years: Clinic) -> None:
    found = pieces(sessions(odd_years), odd_years, 2)
    assert len(next(found)) == 2
    found.close()  # type: ignore[attr-defined]  # as a server does when the browser has gone
    assert TreatmentSession.objects.count() == 10
