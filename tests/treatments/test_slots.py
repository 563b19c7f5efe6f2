"""Free times for the next session."""

import datetime as dt
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from clinic.models import Absence, Injector
from patients.models import Authorization
from tests.builders import NOW, TODAY, make_course, make_injector, make_patient, make_session, room_of
from treatments import slots
from treatments.models import Course, Status, TreatmentSession


def at(day: int, hour: int, minute: int = 0) -> dt.datetime:
    """Return a moment of November 2026 in UTC."""
    return dt.datetime(2026, 11, day, hour, minute, tzinfo=dt.UTC)


def given(course: Course, injector: Injector, on: dt.date, time: dt.time) -> TreatmentSession:
    """Return a session that was given here, at a time that is known."""
    starts = dt.datetime.combine(on, time, course.clinic.zone).astimezone(dt.UTC)
    return make_session(course, injector, starts, status=Status.DONE, given_on=on, due_on=on)


def test_five_times_are_offered_from_the_due_date_on(course: Course) -> None:
    found = slots.suggest(course=course, now=NOW)
    assert len(found) == 5
    assert min(slot.starts_at.date() for slot in found) == TODAY


def test_no_time_is_offered_before_the_due_date(course: Course) -> None:
    week_before = NOW - dt.timedelta(days=7)
    found = slots.suggest(course=course, now=week_before)
    assert min(slot.starts_at.date() for slot in found) == TODAY


def test_no_time_is_offered_that_has_passed(course: Course) -> None:
    assert min(slot.starts_at for slot in slots.suggest(course=course, now=NOW)) > NOW


def test_a_booked_time_is_not_offered(course: Course, osei: Injector) -> None:
    tom = make_course(make_patient(course.clinic, "Tom", "Reid"))
    make_session(tom, osei, at(23, 10, 15))
    assert at(23, 10, 15) not in {slot.starts_at for slot in slots.suggest(course=course, now=NOW, limit=30)}


def test_a_room_in_use_by_another_injector_is_not_offered(course: Course, osei: Injector) -> None:
    room = room_of(osei)
    bello = make_injector(course.clinic, "RN Bello", room=room)
    make_session(make_course(make_patient(course.clinic, "Tom", "Reid")), bello, at(23, 10, 15))
    assert at(23, 10, 15) not in {slot.starts_at for slot in slots.suggest(course=course, now=NOW, limit=30)}


def test_leave_is_not_offered(course: Course, osei: Injector) -> None:
    Absence.objects.create(clinic=course.clinic, injector=osei, starts_at=at(23, 0), ends_at=at(24, 0))
    assert slots.suggest(course=course, now=NOW)[0].starts_at.date() == dt.date(2026, 11, 24)


def test_weekends_and_holidays_are_not_offered(course: Course) -> None:
    christmas = slots.suggest(course=course, now=NOW, not_before=dt.date(2026, 12, 25))
    assert christmas[0].starts_at.date() == dt.date(2026, 12, 29)  # Friday 25th, weekend, Boxing Day observed Monday


def test_the_usual_time_is_offered_first_across_the_clock_change(course: Course, osei: Injector) -> None:
    summer = TODAY - dt.timedelta(days=84)
    given(course, osei, summer + dt.timedelta(days=0), dt.time(14, 30))
    first = slots.suggest(course=course, now=NOW)[0]
    assert first.starts_at.astimezone(course.clinic.zone).time() == dt.time(14, 30)
    assert "usual time" in first.reasons


def test_the_injector_of_last_time_comes_first(course: Course, osei: Injector) -> None:
    make_injector(course.clinic, "Dr Aardvark")
    found = slots.suggest(course=course, now=NOW)
    assert (found[0].injector, found[0].reasons[:2]) == (osei, ("day 84", "same injector"))


def test_one_injector_can_be_asked_for(course: Course) -> None:
    bello = make_injector(course.clinic, "RN Bello")
    assert {slot.injector for slot in slots.suggest(course=course, now=NOW, injector=bello)} == {bello}


def test_a_time_after_the_authorization_says_so(course: Course) -> None:
    Authorization.objects.create(
        clinic=course.clinic, patient=course.patient, payer="NHS", number="PA-1", valid_from=TODAY, valid_to=TODAY
    )
    later = slots.suggest(course=course, now=NOW, not_before=TODAY + dt.timedelta(days=7))
    assert "after the authorization ends" in later[0].reasons


def test_the_agreement_that_covers_the_day_counts_not_the_latest(course: Course) -> None:
    for number, first, days in (("PA-1", 0, 30), ("PA-2", 200, 300), ("PA-3", 31, 365)):
        Authorization.objects.create(
            clinic=course.clinic,
            patient=course.patient,
            payer="NHS",
            number=number,
            valid_from=TODAY + dt.timedelta(days=first),
            valid_to=TODAY + dt.timedelta(days=days),
            status="refused" if number == "PA-3" else "approved",
        )
    covered = slots.suggest(course=course, now=NOW, not_before=TODAY + dt.timedelta(days=7))
    between = slots.suggest(course=course, now=NOW, not_before=TODAY + dt.timedelta(days=60))
    assert not any("authorization" in reason for reason in covered[0].reasons)
    assert "before the authorization begins" in between[0].reasons


def test_what_is_left_of_the_time_that_runs_is_no_gap_before_the_next_one(course: Course) -> None:
    found = slots.suggest(course=course, now=NOW + dt.timedelta(minutes=4), limit=2)
    assert [slot.starts_at for slot in found] == [at(23, 10, 15), at(23, 10, 30)]


def test_a_clinic_without_hours_offers_nothing(course: Course, osei: Injector) -> None:
    osei.opening_hours.all().delete()
    assert slots.suggest(course=course, now=NOW) == []


def test_the_number_of_queries_grows_neither_with_injectors_nor_with_sessions(course: Course) -> None:
    def cost() -> int:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            slots.suggest(course=course, now=NOW)
        return len(queries)

    few = cost()
    for number in range(8):
        injector = make_injector(course.clinic, f"RN Number{number}")
        make_session(make_course(make_patient(course.clinic)), injector, at(24, 10))
    assert cost() == few == 9


@pytest.mark.parametrize(
    "code",
    ["", "x", "a.b.c", "{osei}.{room}.20261123T0317", "{osei}.{room}.20261122T1000", "{osei}.{room}.20261128T1000"],
    ids=["nothing", "word", "parts", "off the grid", "past", "saturday"],
)
def test_a_time_the_clinic_does_not_offer_is_refused_in_words(course: Course, osei: Injector, code: str) -> None:
    room = room_of(osei)
    with pytest.raises(slots.NotOffered):
        slots.read(course.clinic, code.format(osei=osei.uid, room=room.uid), NOW)


def test_a_slot_of_another_clinic_is_refused(course: Course, lakeside: Any) -> None:
    foreign = make_injector(lakeside, "Dr Lee")
    code = f"{foreign.uid}.{room_of(foreign).uid}.20261124T1500"
    with pytest.raises(slots.NotOffered):
        slots.read(course.clinic, code, NOW)


def test_what_a_form_carries_is_read_back_as_the_same_slot(course: Course) -> None:
    slot = slots.suggest(course=course, now=NOW)[0]
    assert slots.read(course.clinic, slot.code, NOW).code == slot.code
