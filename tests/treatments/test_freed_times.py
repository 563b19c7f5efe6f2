"""What is listed as free to offer can be offered, and where messages come too late the page says so before the press."""

import datetime as dt
import uuid
from typing import Any

import pytest
import time_machine
from django.urls import reverse

from clinic.models import Absence, Clinic, Injector, Room, User
from tests.builders import NOW, TODAY, make_cancelled, make_course, make_injector, make_patient, make_session, room_of
from tests.conftest import log_in
from tests.pages import text
from treatments import booking
from treatments.models import Course, Status, TreatmentSession
from treatments.recall import offers
from treatments.recall.freed import freed_times
from treatments.slots import Slot

QUARTER = dt.timedelta(minutes=15)
TOMORROW = NOW + dt.timedelta(days=1)


@pytest.fixture
def due(riverside: Clinic, osei: Injector) -> Course:
    """Somebody who could take a time."""
    return person(riverside, "Due", osei)


def person(clinic: Clinic, name: str, osei: Injector) -> Course:
    """Somebody whose last session was ninety days ago."""
    return make_course(make_patient(clinic, name, "Test"), last_given_on=TODAY - dt.timedelta(days=90), injector=osei)


def left_free(clinic: Clinic, injector: Injector, starts_at: dt.datetime, **more: Any) -> Slot:
    """Return the time of a visit that was cancelled."""
    visit = make_cancelled(person(clinic, "Gone", injector), injector, starts_at, **more)
    return Slot(injector, visit.room or room_of(injector), visit.starts_at, visit.ends_at)


def test_a_time_into_which_a_visit_runs_that_has_begun_is_not_listed(riverside: Clinic, osei: Injector) -> None:
    slot = left_free(riverside, osei, NOW + QUARTER)
    begun = NOW - QUARTER
    make_session(person(riverside, "Long", osei), osei, begun, ends_at=begun + 3 * QUARTER, status=Status.IN_ROOM)
    assert slot not in [one.slot for one in freed_times(clinic=riverside, now=NOW)]


def test_a_time_left_free_in_two_rooms_is_listed_in_the_one_that_is_free(riverside: Clinic, osei: Injector) -> None:
    osei.opening_hours.update(room=None)
    first = Room.objects.create(clinic=riverside, name="Room 1")
    second = Room.objects.create(clinic=riverside, name="Room 2")
    left_free(riverside, osei, TOMORROW, room=first)
    left_free(riverside, osei, TOMORROW, room=second)
    bello = make_injector(riverside, "RN Bello", room=second)
    make_session(person(riverside, "Here", bello), bello, TOMORROW, room=second)
    assert [one.slot.room for one in freed_times(clinic=riverside, now=NOW)] == [first]


@pytest.mark.parametrize(("days_ago", "listed"), [(0, True), (13, True), (15, False)])
def test_what_was_cancelled_is_listed_for_the_two_weeks_that_the_page_says(
    riverside: Clinic, osei: Injector, front_desk: User, days_ago: int, listed: bool
) -> None:
    left_free(riverside, osei, TOMORROW, at=NOW - dt.timedelta(days=days_ago))
    page = text(log_in(front_desk).get(reverse("treatments:offers")))
    assert "cancelled or moved in the last two weeks" in page
    assert ("No time has become free." in page) is not listed


@pytest.mark.parametrize(
    ("starts_at", "in_time"), [(NOW + dt.timedelta(hours=1), False), (NOW + dt.timedelta(hours=2), True)]
)
def test_the_list_offers_what_can_be_offered(
    riverside: Clinic, osei: Injector, due: Course, front_desk: User, starts_at: dt.datetime, in_time: bool
) -> None:
    slot = left_free(riverside, osei, starts_at)
    page = text(log_in(front_desk).get(reverse("treatments:offers")))
    assert (f"{reverse('treatments:offer')}?slot={slot.code}" in page) is in_time
    assert (f"{reverse('treatments:calendar_free')}?time={slot.code}" in page) is not in_time
    assert ("too near for messages" in page) is not in_time
    if in_time:
        assert offers.make(clinic=riverside, slot=slot, courses={due.uid}, by=front_desk, at=NOW)
    else:
        with pytest.raises(offers.CannotBeOffered, match="too near"):
            offers.make(clinic=riverside, slot=slot, courses={due.uid}, by=front_desk, at=NOW)


def _soon(slot: Slot, due: Course, by: User) -> None:
    """The clock has gone on."""


def _booked(slot: Slot, due: Course, by: User) -> None:
    booking.book(course=due, slot=slot, uid=uuid.uuid4(), by=by, at=NOW)


def _offered(slot: Slot, due: Course, by: User) -> None:
    offers.make(clinic=due.clinic, slot=slot, courses={due.uid}, by=by, at=NOW)


@pytest.mark.parametrize(
    ("happened", "before", "words"),
    [
        (_booked, dt.timedelta(days=1), "This time is booked already."),
        (_offered, dt.timedelta(days=1), "This time is being offered already."),
        (_soon, dt.timedelta(minutes=50), "This time is too near to be offered by message. Call people instead."),
    ],
    ids=["booked", "offered", "too near"],
)
def test_what_stands_in_the_way_is_said_before_people_are_ticked(
    riverside: Clinic, osei: Injector, due: Course, front_desk: User, happened: Any, before: dt.timedelta, words: str
) -> None:
    slot = left_free(riverside, osei, TOMORROW)
    happened(slot, due, front_desk)
    with time_machine.travel(TOMORROW - before, tick=False):
        page = text(log_in(front_desk).get(reverse("treatments:offer"), {"slot": slot.code}))
    assert words in page
    assert "Text the ticked people" not in page
    assert ("Book it for somebody" in page) is (happened is _soon)


@pytest.fixture
def visit(due: Course, osei: Injector) -> TreatmentSession:
    """A visit in an hour."""
    return make_session(due, osei, NOW + dt.timedelta(hours=1), due_on=TODAY)


def test_after_a_cancellation_shortly_before_the_bar_leads_to_booking_by_hand(
    visit: TreatmentSession, front_desk: User
) -> None:
    url = reverse("treatments:cancel", args=[visit.uid])
    page = text(log_in(front_desk).post(url, {"reason": "Ill"}, follow=True))
    assert f"{reverse('treatments:calendar_free')}?time=" in page
    assert reverse("treatments:offer") not in page


def test_a_visit_moved_away_from_leave_leaves_no_time_to_offer(
    visit: TreatmentSession, osei: Injector, front_desk: User
) -> None:
    Absence.objects.create(clinic=osei.clinic, injector=osei, starts_at=visit.starts_at, ends_at=visit.ends_at)
    later = Slot(osei, room_of(osei), visit.starts_at + dt.timedelta(hours=2), visit.ends_at + dt.timedelta(hours=2))
    url = reverse("treatments:move", args=[visit.uid])
    page = text(log_in(front_desk).post(url, {"slot": later.code, "version": "1"}, follow=True))
    assert "moved to" in page
    assert "is free now" not in page


def test_a_visit_moved_by_less_than_its_length_leaves_no_time_to_offer(
    visit: TreatmentSession, osei: Injector, front_desk: User
) -> None:
    longer = visit.ends_at + dt.timedelta(minutes=15)
    TreatmentSession.objects.filter(pk=visit.pk).update(ends_at=longer)
    later = Slot(osei, room_of(osei), visit.ends_at, longer + dt.timedelta(minutes=15))
    url = reverse("treatments:move", args=[visit.uid])
    page = text(log_in(front_desk).post(url, {"slot": later.code, "version": "1"}, follow=True))
    assert "moved to" in page
    assert "is free now" not in page
