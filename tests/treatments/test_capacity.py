"""Weeks ahead: what falls due, what is booked, and what there are hours for."""

import datetime as dt
from typing import Any

import pytest
from django.urls import reverse

from clinic.models import Absence, Clinic, Closure, Injector, OpeningHours, Room, User
from tests.builders import NOW, TODAY, make_course, make_injector, make_patient, make_session, room_of
from tests.conftest import log_in
from tests.pages import text
from treatments.capacity import cycle_dates, weeks_ahead

WEEKS_OF_HOURS = 5 * 8 * 4  # Monday to Friday, 09:00 to 17:00, a quarter of an hour each


def test_a_person_falls_due_every_twelve_weeks() -> None:
    dates = list(cycle_dates(dt.date(2026, 12, 1), 84, TODAY, dt.date(2027, 6, 1)))
    assert dates == [dt.date(2026, 12, 1), dt.date(2027, 2, 23), dt.date(2027, 5, 18)]


def test_who_is_overdue_counts_now() -> None:
    end = TODAY + dt.timedelta(days=60)
    assert list(cycle_dates(dt.date(2026, 1, 1), 84, TODAY, end)) == [TODAY]


def test_who_is_booked_counts_where_they_are_booked(riverside: Clinic, osei: Injector) -> None:
    course = make_course(make_patient(riverside), last_given_on=TODAY - dt.timedelta(days=100), injector=osei)
    make_session(course, osei, NOW + dt.timedelta(days=14))
    weeks = weeks_ahead(clinic=riverside, now=NOW)
    assert [week.due for week in weeks[:4]] == [0, 0, 1, 0]
    assert [week.booked for week in weeks[:4]] == [0, 0, 1, 0]


@pytest.mark.parametrize("days", [1, 8], ids=["this week", "last week"])
def test_a_visit_of_an_earlier_day_that_nobody_closed_is_due_and_takes_no_time_to_come(
    riverside: Clinic, osei: Injector, days: int
) -> None:
    wednesday = NOW + dt.timedelta(days=2)
    make_session(make_course(make_patient(riverside)), osei, wednesday - dt.timedelta(days=days))
    week = weeks_ahead(clinic=riverside, now=wednesday)[0]
    assert (week.due, week.booked, week.free) == (1, 0, week.times)


@pytest.mark.parametrize("status", ["booked", "arrived", "in_room"])
def test_who_is_here_now_is_due_when_they_come_back(riverside: Clinic, osei: Injector, status: str) -> None:
    make_session(make_course(make_patient(riverside)), osei, NOW - dt.timedelta(hours=1), status=status)
    weeks = weeks_ahead(clinic=riverside, now=NOW)
    assert (weeks[0].due, weeks[0].booked, weeks[0].free) == (0, 0, weeks[0].times)
    assert [week.due for week in weeks].index(1) == 12


def test_hours_less_leave_closures_and_holidays_are_times(riverside: Clinic, osei: Injector) -> None:
    day = dt.timedelta(days=1)
    Absence.objects.create(clinic=riverside, injector=osei, starts_at=NOW + 7 * day, ends_at=NOW + 7 * day + day / 24)
    Closure.objects.create(clinic=riverside, starts_at=NOW + 14 * day, ends_at=NOW + 14 * day + day / 12)
    weeks = weeks_ahead(clinic=riverside, now=NOW)
    assert len(weeks) == 26
    assert weeks[0].times == WEEKS_OF_HOURS - 4  # it is ten o'clock on Monday
    assert [week.times for week in weeks[1:4]] == [WEEKS_OF_HOURS - 4, WEEKS_OF_HOURS - 8, WEEKS_OF_HOURS]
    christmas = next(week for week in weeks if week.monday == dt.date(2026, 12, 21))
    assert christmas.times == WEEKS_OF_HOURS * 4 // 5  # the 25th is a Friday


def test_two_who_share_a_room_take_turns_in_it(riverside: Clinic, osei: Injector) -> None:
    shared = room_of(osei)
    bello = make_injector(riverside, "RN Bello", room=shared)
    assert weeks_ahead(clinic=riverside, now=NOW)[1].times == WEEKS_OF_HOURS
    Room.objects.create(clinic=riverside, name="Room 2").injectors.set([bello])
    bello.opening_hours.update(room=None)
    assert weeks_ahead(clinic=riverside, now=NOW)[1].times == 2 * WEEKS_OF_HOURS


def test_of_two_rooms_one_that_is_closed_leaves_the_times_of_the_other(riverside: Clinic, osei: Injector) -> None:
    room = room_of(make_injector(riverside, "RN Bello"))
    OpeningHours.objects.update(room=None)
    starts = NOW + dt.timedelta(days=7)
    Closure.objects.create(clinic=riverside, room=room, starts_at=starts, ends_at=starts + dt.timedelta(hours=1))
    assert weeks_ahead(clinic=riverside, now=NOW)[1].times == 2 * WEEKS_OF_HOURS - 4


def test_a_week_with_more_due_than_times_is_short(riverside: Clinic, osei: Injector, front_desk: User) -> None:
    osei.opening_hours.exclude(weekday=1).delete()
    osei.opening_hours.update(closes=dt.time(9, 30))
    given = TODAY - dt.timedelta(days=77)  # due next Monday
    courses = [make_course(make_patient(riverside), last_given_on=given, injector=osei) for _ in range(5)]
    make_session(courses[0], osei, NOW + dt.timedelta(days=7))
    week = weeks_ahead(clinic=riverside, now=NOW)[1]
    assert (week.due, week.booked, week.times, week.free, week.short) == (5, 1, 2, 1, 3)
    shown = text(log_in(front_desk).get(reverse("treatments:capacity")))
    assert "first in the week of Monday 30 November 2026: 5 due, 2 times." in shown
    assert "3 too many" in shown


def test_the_page_says_when_people_come_back_where_their_course_asks_for_more_days(
    riverside: Clinic, front_desk: User
) -> None:
    shown = text(log_in(front_desk).get(reverse("treatments:capacity")))
    assert "comes back 12 weeks after each session, or later where their course says so." in shown


def test_an_empty_clinic_says_so(riverside: Clinic, front_desk: User) -> None:
    assert "Nobody is in treatment yet." in log_in(front_desk).get(reverse("treatments:capacity")).content.decode()


@pytest.mark.parametrize("people", [1, 20])
def test_the_page_costs_the_same_for_one_and_for_many(
    riverside: Clinic, osei: Injector, front_desk: User, people: int, django_assert_max_num_queries: Any
) -> None:
    for _ in range(people):
        make_course(make_patient(riverside), last_given_on=TODAY - dt.timedelta(days=70), injector=osei)
    client = log_in(front_desk)
    with django_assert_max_num_queries(10):
        assert b"style=" not in client.get(reverse("treatments:capacity")).content
