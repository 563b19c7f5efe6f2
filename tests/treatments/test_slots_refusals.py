"""Why not? Each refused day with every reason in words."""

import datetime as dt
from typing import Any

from django.urls import reverse

from clinic.models import Absence, Closure, Injector, Room, User
from patients.models import Authorization
from tests.builders import NOW, TODAY, make_course, make_injector, make_patient, make_session, room_of
from tests.conftest import log_in
from treatments import slots
from treatments.models import Course

SATURDAY, BOXING_DAY = dt.date(2026, 11, 28), dt.date(2026, 12, 28)


def reasons(course: Course, on: dt.date, **wanted: Any) -> tuple[str, ...]:
    """Return what stands in the way of one day."""
    found = slots.why_not(course=course, now=NOW, first=on, days=1, **wanted)
    return found[0].reasons if found else ()


def tuesday(hour: int, minute: int = 0) -> dt.datetime:
    """Return a moment of Tuesday 24 November 2026 in UTC."""
    return dt.datetime(2026, 11, 24, hour, minute, tzinfo=dt.UTC)


TUESDAY = tuesday(0).date()


def test_a_day_with_a_free_time_is_not_refused(course: Course) -> None:
    assert reasons(course, TUESDAY) == ()


def test_a_weekend_says_that_nobody_works(course: Course) -> None:
    assert reasons(course, SATURDAY) == ("Saturday: nobody works",)


def test_who_was_asked_for_is_named(course: Course, osei: Injector) -> None:
    assert reasons(course, SATURDAY, injector=osei) == ("Saturday: Dr Osei does not work",)


def test_a_holiday_is_named(course: Course) -> None:
    assert "Boxing Day" in reasons(course, BOXING_DAY)[0]


def test_leave_names_who_is_away(course: Course, osei: Injector) -> None:
    Absence.objects.create(clinic=course.clinic, injector=osei, starts_at=tuesday(0), ends_at=tuesday(23))
    assert reasons(course, TUESDAY) == ("Dr Osei: leave (Leave)",)


def test_a_closure_is_named(course: Course) -> None:
    Closure.objects.create(clinic=course.clinic, starts_at=tuesday(0), ends_at=tuesday(23), label="building work")
    assert reasons(course, TUESDAY) == ("Clinic closed: building work",)


def test_a_closed_room_is_named(course: Course, osei: Injector) -> None:
    Closure.objects.create(
        clinic=course.clinic, room=room_of(osei), starts_at=tuesday(0), ends_at=tuesday(23), label="paint"
    )
    assert reasons(course, TUESDAY) == ("Room of Dr Osei closed: paint",)


def test_of_two_rooms_one_closed_and_one_in_use_are_both_named(course: Course, osei: Injector) -> None:
    bello = make_injector(course.clinic, "RN Bello")
    osei.opening_hours.update(room=None)
    full(course, bello)
    Closure.objects.create(
        clinic=course.clinic,
        room=Room.objects.get(name="Room of Dr Osei"),
        starts_at=tuesday(0),
        ends_at=tuesday(23),
        label="paint",
    )
    assert reasons(course, TUESDAY, injector=osei) == (
        "Room of Dr Osei closed: paint",
        "All 32 times without a free room",
    )


def test_hours_in_a_room_out_of_use_say_so(course: Course) -> None:
    Room.objects.update(active=False)
    assert reasons(course, TUESDAY) == ("Dr Osei: no room to use",)


def test_who_works_in_another_room_than_the_one_asked_for_is_not_said_to_have_none(course: Course) -> None:
    other = Room.objects.create(clinic=course.clinic, name="Room 2")
    assert reasons(course, TUESDAY, room=other) == ("Dr Osei: not in Room 2",)


def full(course: Course, injector: Injector, room: Room | None = None) -> None:
    """Book every quarter of an hour of Tuesday."""
    for number in range(32):
        starts = tuesday(9) + dt.timedelta(minutes=15 * number)
        fields = {"room": room} if room else {}
        make_session(make_course(make_patient(course.clinic)), injector, starts, **fields)


def test_a_full_day_says_how_many_times_are_taken(course: Course, osei: Injector) -> None:
    full(course, osei)
    assert reasons(course, TUESDAY) == ("All 32 times taken",)


def test_a_day_without_a_free_room_says_so(course: Course, osei: Injector) -> None:
    bello = make_injector(course.clinic, "RN Bello", room=room_of(osei))
    full(course, bello)
    assert reasons(course, TUESDAY, injector=osei) == ("All 32 times without a free room",)


def test_every_reason_of_a_day_is_given(course: Course, osei: Injector) -> None:
    full(course, osei)
    bello = make_injector(course.clinic, "RN Bello")
    Absence.objects.create(
        clinic=course.clinic, injector=bello, starts_at=tuesday(0), ends_at=tuesday(23), label="Teaching"
    )
    Authorization.objects.create(
        clinic=course.clinic, patient=course.patient, payer="NHS", number="PA-1", valid_from=TODAY, valid_to=TODAY
    )
    assert reasons(course, TUESDAY) == (
        "after the authorization ends on 23 November 2026",
        "32 times taken",
        "RN Bello: leave (Teaching)",
    )


def test_a_day_before_the_due_date_says_which_day_of_the_cycle_it_is(course: Course) -> None:
    week_before = TODAY - dt.timedelta(days=7)
    assert reasons(course, week_before)[:2] == ("in the past", "before the due date (day 77 of 84)")


def test_times_of_today_that_have_passed_are_counted(course: Course, osei: Injector) -> None:
    osei.opening_hours.filter(weekday=1).update(closes=dt.time(10))
    assert reasons(course, TODAY) == ("All 4 times already passed",)


def test_hours_too_short_for_the_visit_say_so(course: Course, osei: Injector) -> None:
    osei.opening_hours.update(closes=dt.time(9, 30))
    assert reasons(course, TUESDAY, minutes=45) == ("No visit of 45 minutes fits into the hours",)


def test_a_part_of_the_day_without_hours_says_so(course: Course, osei: Injector) -> None:
    osei.opening_hours.update(closes=dt.time(11))
    assert reasons(course, TUESDAY, part_of_day="afternoon") == ("No hours in the afternoon",)


def test_suggest_and_why_not_agree_on_every_day(course: Course, osei: Injector) -> None:
    full(course, osei)
    days = {TODAY + dt.timedelta(days=number) for number in range(40)}
    refused = {one.date for one in slots.why_not(course=course, now=NOW, first=TODAY, days=40)}
    offered = {slot.starts_at.date() for slot in slots.suggest(course=course, now=NOW, limit=200)}
    assert days - refused == days & offered


def test_unless_asked_about_the_past_days_are_explained_from_today_on(course: Course) -> None:
    course.sessions.update(given_on=dt.date(2026, 1, 5), local_date=dt.date(2026, 1, 5), due_on=dt.date(2026, 1, 5))
    assert slots.why_not(course=course, now=NOW)[0].date == SATURDAY


def test_the_page_says_why_not_only_when_asked(course: Course, front_desk: User) -> None:
    page = reverse("treatments:book", args=[course.uid])
    client = log_in(front_desk)
    assert "nobody works" not in client.get(page).content.decode()
    assert "Saturday: nobody works" in client.get(page, {"why": "1"}).content.decode()
