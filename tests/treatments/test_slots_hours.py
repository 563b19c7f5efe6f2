"""Free times and what takes them away: hours, leave, closures, holidays, rooms, and nights on which the clocks change."""

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from clinic.models import Absence, Clinic, Closure, Injector, OpeningHours, Room, WorkedHoliday
from clinic.public_holidays import public_holidays
from tests.builders import NOW, TODAY, make_course, make_injector, make_patient, make_session, room_of
from treatments import slots
from treatments.models import Course

LONDON = ZoneInfo("Europe/London")
SPRING, AUTUMN = dt.date(2027, 3, 28), dt.date(2027, 10, 31)


def at(day: int, hour: int, minute: int = 0) -> dt.datetime:
    """Return a moment of November 2026 in UTC."""
    return dt.datetime(2026, 11, day, hour, minute, tzinfo=dt.UTC)


def times(course: Course, on: dt.date, **wanted: Any) -> list[dt.time]:
    """Return the local times at which a date has something free."""
    minutes = wanted.pop("minutes", None)
    zone = course.clinic.zone
    found = slots.free_times(clinic=course.clinic, first=on, days=1, now=NOW, minutes=minutes, **wanted)
    return [slot.starts_at.astimezone(zone).time() for slot in found]


def only_hours(injector: Injector, *intervals: tuple[dt.date, str, str], **fields: Any) -> None:
    """Give an injector these hours (date decides the weekday) and no others."""
    room = fields.pop("room", room_of(injector))
    injector.opening_hours.all().delete()
    for date, opens, closes in intervals:
        OpeningHours.objects.create(
            clinic=injector.clinic,
            injector=injector,
            room=room,
            weekday=date.isoweekday(),
            opens=dt.time.fromisoformat(opens),
            closes=dt.time.fromisoformat(closes),
            **fields,
        )


def clock(*words: str) -> list[dt.time]:
    """Return times of day."""
    return [dt.time.fromisoformat(word) for word in words]


def test_a_day_may_have_several_intervals(course: Course, osei: Injector) -> None:
    only_hours(osei, (TODAY, "11:00", "11:30"), (TODAY, "14:00", "14:15"))
    assert times(course, TODAY) == clock("11:00", "11:15", "14:00")


def test_visits_begin_as_far_apart_as_the_hours_say(course: Course, osei: Injector) -> None:
    only_hours(osei, (TODAY, "11:00", "12:00"), slot_minutes=20)
    assert times(course, TODAY) == clock("11:00", "11:20", "11:40")


@pytest.mark.parametrize(("minutes", "expected"), [(30, ["11:00", "11:15", "11:30"]), (60, ["11:00"])])
def test_a_longer_visit_fits_only_where_there_is_room_for_all_of_it(
    course: Course, osei: Injector, minutes: int, expected: list[str]
) -> None:
    only_hours(osei, (TODAY, "11:00", "12:00"))
    assert times(course, TODAY, minutes=minutes) == clock(*expected)


def test_hours_hold_from_their_first_to_their_last_day(course: Course, osei: Injector) -> None:
    next_week = TODAY + dt.timedelta(days=7)
    only_hours(osei, (TODAY, "11:00", "11:15"), valid_from=next_week, valid_until=next_week)
    days = (TODAY, next_week, next_week + dt.timedelta(days=7))
    assert [len(times(course, day)) for day in days] == [0, 1, 0]


def test_part_of_a_day_away_leaves_the_rest(course: Course, osei: Injector) -> None:
    only_hours(osei, (TODAY, "11:00", "12:00"))
    Absence.objects.create(clinic=course.clinic, injector=osei, starts_at=at(23, 11, 10), ends_at=at(23, 11, 45))
    assert times(course, TODAY) == clock("11:45")


def test_a_closed_clinic_offers_nothing_while_it_is_closed(course: Course, osei: Injector) -> None:
    only_hours(osei, (TODAY, "11:00", "12:00"))
    Closure.objects.create(clinic=course.clinic, starts_at=at(23, 11), ends_at=at(23, 11, 30), label="Fire drill")
    assert times(course, TODAY) == clock("11:30", "11:45")


def test_a_closed_room_is_not_offered(course: Course, osei: Injector) -> None:
    Closure.objects.create(clinic=course.clinic, room=room_of(osei), starts_at=at(23, 0), ends_at=at(24, 0))
    assert times(course, TODAY) == []


def test_a_room_that_is_not_in_use_is_not_offered(course: Course, osei: Injector) -> None:
    Room.objects.update(active=False)
    assert slots.suggest(course=course, now=NOW) == []


def test_an_injector_who_left_is_not_offered(course: Course) -> None:
    Injector.objects.update(active=False)
    assert slots.suggest(course=course, now=NOW) == []


def test_the_closure_of_another_clinic_changes_nothing(course: Course, lakeside: Clinic) -> None:
    Closure.objects.create(clinic=lakeside, starts_at=at(1, 0), ends_at=at(30, 0))
    assert times(course, TODAY)


def test_a_holiday_that_is_worked_is_offered(course: Course) -> None:
    christmas = dt.date(2026, 12, 25)
    assert times(course, christmas) == []
    WorkedHoliday.objects.create(clinic=course.clinic, date=christmas)
    assert times(course, christmas)


def test_a_country_that_nobody_listed_has_no_holidays() -> None:
    assert public_holidays("XX", "", 2026) == {}


@pytest.fixture
def shared(course: Course, osei: Injector) -> Room:
    """A room for everybody, for Dr Osei's two times of today; her own room is gone."""
    room = Room.objects.create(clinic=course.clinic, name="Alpha")
    only_hours(osei, (TODAY, "11:00", "11:30"), room=None)
    Room.objects.exclude(pk=room.pk).update(active=False)
    return room


def test_hours_without_a_room_take_any_that_is_free(course: Course, shared: Room) -> None:
    found = slots.free_times(clinic=course.clinic, first=TODAY, days=1, now=NOW)
    assert [slot.room for slot in found] == [shared, shared]


def test_the_second_room_serves_when_the_first_is_taken(course: Course, shared: Room) -> None:
    beta = Room.objects.create(clinic=course.clinic, name="Beta")
    bello = make_injector(course.clinic, "RN Bello", room=shared)
    make_session(make_course(make_patient(course.clinic, "Tom", "Reid")), bello, at(23, 11))
    found = slots.free_times(clinic=course.clinic, first=TODAY, days=1, now=NOW)
    osei = [slot for slot in found if slot.injector != bello]
    assert [slot.room for slot in osei] == [beta, shared]


def test_a_room_kept_for_others_is_not_used(course: Course, shared: Room) -> None:
    shared.injectors.add(make_injector(course.clinic, "RN Bello", room=shared))
    assert {slot.injector.name for slot in slots.suggest(course=course, now=NOW)} == {"RN Bello"}


def test_one_room_can_be_asked_for(course: Course) -> None:
    bello = make_injector(course.clinic, "RN Bello")
    assert {slot.injector for slot in slots.suggest(course=course, now=NOW, room=room_of(bello))} == {bello}


@pytest.mark.parametrize(("part", "earliest", "latest"), [("morning", 9, 11), ("afternoon", 12, 16)])
def test_a_part_of_the_day_can_be_asked_for(course: Course, part: slots.PartOfDay, earliest: int, latest: int) -> None:
    found = slots.suggest(course=course, now=NOW, part_of_day=part, limit=20)
    hours = [slot.starts_at.astimezone(LONDON).hour for slot in found]
    assert earliest <= min(hours) <= max(hours) <= latest


def test_times_that_the_clocks_skip_are_not_offered(course: Course, osei: Injector) -> None:
    only_hours(osei, (SPRING, "00:30", "02:30"))
    assert times(course, SPRING) == clock("00:30", "00:45", "02:00", "02:15")


def test_times_that_come_twice_are_not_offered(course: Course, osei: Injector) -> None:
    only_hours(osei, (AUTUMN, "00:30", "02:30"))
    assert times(course, AUTUMN) == clock("00:30", "00:45", "02:00", "02:15")


def test_a_visit_that_the_clock_change_would_push_past_closing_is_not_offered(course: Course, osei: Injector) -> None:
    only_hours(osei, (SPRING, "00:00", "02:00"))
    assert times(course, SPRING, minutes=30) == clock("00:00", "00:15", "00:30")  # 00:45 would end at 02:15


def test_a_visit_can_begin_at_midnight(course: Course, osei: Injector) -> None:
    only_hours(osei, (TODAY + dt.timedelta(days=1), "00:00", "00:30"))
    assert times(course, TODAY + dt.timedelta(days=1)) == clock("00:00", "00:15")


def test_the_29th_of_february_is_a_day_like_others(course: Course, osei: Injector) -> None:
    leap = dt.date(2028, 2, 29)
    only_hours(osei, (leap, "09:00", "09:30"))
    slot = slots.suggest(course=course, now=NOW, not_before=leap)[0]
    assert (slot.starts_at.date(), slot.reasons[0]) == (leap, "day 547")


def test_a_length_asked_for_is_read_back_from_the_form(course: Course) -> None:
    slot = slots.suggest(course=course, now=NOW, minutes=45)[0]
    read = slots.read(course.clinic, slot.code, NOW)
    assert (read.code, read.ends_at - read.starts_at) == (slot.code, dt.timedelta(minutes=45))


@pytest.mark.parametrize("minutes", ["0", "5", "61", "1000000", "-15", "x", "15.15"])
def test_a_length_the_clinic_does_not_give_is_refused(course: Course, minutes: str) -> None:
    code = slots.suggest(course=course, now=NOW)[0].code.rpartition(".")[0]
    with pytest.raises(slots.NotOffered):
        slots.read(course.clinic, f"{code}.{minutes}", NOW)


def test_a_time_that_nobody_books_yet_says_that_it_is_too_far_ahead(course: Course) -> None:
    far = slots.suggest(course=course, now=NOW, not_before=dt.date(2046, 12, 3))[0]
    with pytest.raises(slots.NotOffered, match="more than ten years ahead"):
        slots.read(course.clinic, far.code, NOW)


def test_a_time_that_was_closed_since_is_refused(course: Course) -> None:
    slot = slots.suggest(course=course, now=NOW)[0]
    Closure.objects.create(clinic=course.clinic, starts_at=slot.starts_at, ends_at=slot.ends_at)
    with pytest.raises(slots.NotOffered):
        slots.read(course.clinic, slot.code, NOW)


def test_a_room_the_injector_may_no_longer_use_is_refused(course: Course, osei: Injector) -> None:
    slot = slots.suggest(course=course, now=NOW)[0]
    slot.room.injectors.add(make_injector(course.clinic, "RN Bello"))
    with pytest.raises(slots.NotOffered):
        slots.read(course.clinic, slot.code, NOW)
