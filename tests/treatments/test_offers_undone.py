"""A yes to an offered time that the desk takes back: everybody stands where they stood before."""

import datetime as dt

import pytest
from django.urls import reverse

from clinic.models import Clinic, Injector, User
from tests.builders import NOW, make_cancelled, make_session, room_of
from tests.conftest import log_in
from tests.pages import text
from tests.treatments.test_offers import TOMORROW, make, person
from treatments import undoing
from treatments.models import Status, TreatmentSession, WaitingEntry
from treatments.recall import offers, waiting
from treatments.recall.freed import freed_times
from treatments.slots import Slot

MINUTE, DAY = dt.timedelta(minutes=1), dt.timedelta(days=1)


@pytest.fixture
def slot(osei: Injector) -> Slot:
    """Tomorrow at ten with Dr Osei."""
    return Slot(osei, room_of(osei), TOMORROW, TOMORROW + 15 * MINUTE)


def undo(session: TreatmentSession, by: User, at: dt.datetime) -> None:
    """Take the last step of a visit back."""
    undoing.undo(session=session, event=session.events.latest("pk"), by=by, at=at)


@pytest.mark.parametrize("booked", [False, True], ids=["nothing booked", "a later visit"])
def test_the_person_is_back_in_their_place_on_the_waiting_list(
    riverside: Clinic, osei: Injector, slot: Slot, front_desk: User, booked: bool
) -> None:
    course = person(riverside, "First", 90, osei)
    if booked:
        make_session(course, osei, NOW + 9 * DAY, due_on=course.next_due())
    waiting.add(course=course, by=front_desk, at=NOW - 20 * DAY, notice_hours=12)
    invitation = make(riverside, slot, front_desk, course).invitations.get()
    session = offers.accept(invitation=invitation, at=NOW + MINUTE)
    assert not WaitingEntry.objects.standing().exists()
    undo(session, front_desk, NOW + 2 * MINUTE)
    assert WaitingEntry.objects.standing().get().since == NOW - 20 * DAY
    session.refresh_from_db()
    before = (Status.BOOKED, NOW + 9 * DAY) if booked else (Status.CANCELLED, slot.starts_at)
    assert (session.status, session.starts_at) == before


def test_wishes_that_were_noted_since_stand(riverside: Clinic, osei: Injector, slot: Slot, front_desk: User) -> None:
    course = person(riverside, "First", 90, osei)
    waiting.add(course=course, by=front_desk, at=NOW, notice_hours=12)
    session = offers.accept(invitation=make(riverside, slot, front_desk, course).invitations.get(), at=NOW + MINUTE)
    waiting.add(course=course, by=front_desk, at=NOW + MINUTE, notice_hours=48)
    undo(session, front_desk, NOW + 2 * MINUTE)
    assert WaitingEntry.objects.standing().get().notice_hours == 48
    session.refresh_from_db()
    undo(session, front_desk, NOW + 3 * MINUTE)  # the time is theirs after all
    assert WaitingEntry.objects.standing().get().notice_hours == 48


def test_who_has_the_time_after_all_waits_no_longer(
    riverside: Clinic, osei: Injector, slot: Slot, front_desk: User
) -> None:
    course = person(riverside, "First", 90, osei)
    waiting.add(course=course, by=front_desk, at=NOW - 20 * DAY, notice_hours=12)
    session = offers.accept(invitation=make(riverside, slot, front_desk, course).invitations.get(), at=NOW + MINUTE)
    undo(session, front_desk, NOW + 2 * MINUTE)
    session.refresh_from_db()
    undo(session, front_desk, NOW + 3 * MINUTE)
    session.refresh_from_db()
    assert session.status == Status.BOOKED
    assert not WaitingEntry.objects.standing().exists()


def test_the_time_can_be_offered_to_the_others_again(
    riverside: Clinic, osei: Injector, slot: Slot, front_desk: User
) -> None:
    make_cancelled(person(riverside, "Gone", 90, osei), osei, slot.starts_at)
    first, second = person(riverside, "First", 90, osei), person(riverside, "Second", 90, osei)
    one, two = make(riverside, slot, front_desk, first, second).invitations.order_by("pk")
    session = offers.accept(invitation=one, at=NOW)
    with pytest.raises(offers.Gone):
        offers.accept(invitation=two, at=NOW)
    undo(session, front_desk, NOW + MINUTE)
    assert [free.slot for free in freed_times(clinic=riverside, now=NOW + MINUTE)] == [slot]
    again = make(riverside, slot, front_desk, second, at=NOW + MINUTE)
    assert offers.accept(invitation=again.invitations.get(), at=NOW + 2 * MINUTE).course == second


@pytest.mark.parametrize("undone", [False, True])
def test_the_pages_say_whether_who_took_the_time_still_has_it(
    riverside: Clinic, osei: Injector, slot: Slot, front_desk: User, undone: bool
) -> None:
    offer = make(riverside, slot, front_desk, person(riverside, "First", 90, osei))
    session = offers.accept(invitation=offer.invitations.get(), at=NOW)
    if undone:
        undo(session, front_desk, NOW)
    client = log_in(front_desk)
    for address in (reverse("treatments:offers"), reverse("treatments:offered", args=[offer.uid])):
        page = text(client.get(address))
        assert "First Test" in page
        assert ("who has it no longer" in page) is undone
