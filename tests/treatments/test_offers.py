"""A time that became free: who is asked, in which order, and that the first yes gets it."""

import datetime as dt
import json
import re
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from clinic.models import Absence, AuditEntry, Clinic, Closure, Injector, Room, User
from patients.models import ContactPoint
from tests.builders import (
    NOW,
    TODAY,
    make_cancelled,
    make_clinic,
    make_course,
    make_injector,
    make_patient,
    make_session,
    room_of,
)
from tests.conftest import log_in
from tests.servers.database import own_database, run_python
from tests.treatments import offering
from treatments import booking, undoing
from treatments.models import ContactAttempt, Course, OfferInvitation, SlotOffer, Status, TreatmentSession
from treatments.recall import candidates, contact, offers, waiting
from treatments.recall.freed import freed_times
from treatments.setup import changes, saving
from treatments.slots import Slot
from treatments.slots.slot import slot_code

TOMORROW = NOW + dt.timedelta(days=1)  # a Tuesday, 10:00


@pytest.fixture
def slot(osei: Injector) -> Slot:
    """Tomorrow at ten with Dr Osei."""
    return Slot(osei, room_of(osei), TOMORROW, TOMORROW + dt.timedelta(minutes=15))


def person(clinic: Clinic, name: str, days: int, osei: Injector) -> Course:
    """Somebody whose last session was so many days ago."""
    return make_course(make_patient(clinic, name, "Test"), last_given_on=TODAY - dt.timedelta(days=days), injector=osei)


def names(clinic: Clinic, slot: Slot) -> list[str]:
    """Return who would be asked, in order."""
    return [one.course.patient.given_name for one in candidates.rank(clinic=clinic, slot=slot, at=NOW).first]


def make(clinic: Clinic, slot: Slot, by: User, *courses: Course, at: dt.datetime = NOW) -> SlotOffer:
    """Offer a time."""
    return offers.make(clinic=clinic, slot=slot, courses={one.uid for one in courses}, by=by, at=at)


def test_only_who_is_due_by_then_is_asked(riverside: Clinic, osei: Injector, slot: Slot) -> None:
    person(riverside, "Day83", 82, osei)
    person(riverside, "Day84", 83, osei)
    assert names(riverside, slot) == ["Day84"]


def test_who_waits_comes_first_then_the_longest_overdue(
    riverside: Clinic, osei: Injector, slot: Slot, front_desk: User
) -> None:
    person(riverside, "Late", 100, osei)
    person(riverside, "Later", 150, osei)
    waits = person(riverside, "Waits", 90, osei)
    waiting.add(course=waits, by=front_desk, at=NOW, notice_hours=12)
    assert names(riverside, slot) == ["Waits", "Later", "Late"]


@pytest.mark.parametrize(
    ("wishes", "asked"),
    [({}, True), ({"mornings": False}, False), ({"notice_hours": 25}, False), ({"notice_hours": 24}, True)],
)
def test_a_wait_for_another_kind_of_time_is_no_wish_for_this_one(
    riverside: Clinic, osei: Injector, slot: Slot, front_desk: User, wishes: dict[str, Any], asked: bool
) -> None:
    booked = person(riverside, "Booked", 90, osei)
    make_session(booked, osei, NOW + dt.timedelta(days=9))
    waiting.add(course=booked, by=front_desk, at=NOW, **wishes)
    assert names(riverside, slot) == (["Booked"] if asked else [])


@pytest.mark.parametrize(
    ("wishes", "why"), [({"notice_hours": 12}, "waiting list"), ({"mornings": False}, "recall list")]
)
def test_who_waits_for_another_kind_of_time_is_said_to_be_asked_as_one_to_recall(
    riverside: Clinic, osei: Injector, slot: Slot, front_desk: User, wishes: dict[str, Any], why: str
) -> None:
    waiting.add(course=person(riverside, "Waits", 90, osei), by=front_desk, at=NOW, **wishes)
    (one,) = candidates.rank(clinic=riverside, slot=slot, at=NOW).first
    assert one.why[0] == why


def test_what_is_noted_of_who_waits_stands_where_the_time_is_offered(
    riverside: Clinic, osei: Injector, slot: Slot, front_desk: User
) -> None:
    for name, wishes in (("Waits", {"notice_hours": 12}), ("Recalled", {"mornings": False})):
        course = person(riverside, name, 90, osei)
        waiting.add(course=course, by=front_desk, at=NOW, note=f"{name} <by bus>", **wishes)
    person(riverside, "Other", 90, osei)
    assert [one.note for one in candidates.rank(clinic=riverside, slot=slot, at=NOW).first] == [
        "Waits <by bus>",
        "Recalled <by bus>",
        "",
    ]
    page = log_in(front_desk).get(reverse("treatments:offer"), {"slot": slot.code}).content.decode()
    assert page.count("Note: ") == 2
    assert "Note: Waits &lt;by bus&gt;" in page


def test_who_waited_for_an_injector_who_left_waits_for_any(
    riverside: Clinic, osei: Injector, slot: Slot, front_desk: User
) -> None:
    left = make_injector(riverside, "Dr Kim")
    booked = person(riverside, "Waits", 90, osei)
    make_session(booked, osei, NOW + dt.timedelta(days=9))
    waiting.add(course=booked, by=front_desk, at=NOW, notice_hours=12, injector=left)
    assert names(riverside, slot) == []
    Injector.objects.filter(pk=left.pk).update(active=False)
    assert names(riverside, slot) == ["Waits"]
    page = log_in(front_desk).get(reverse("treatments:recall"), {"tab": "waiting"}).content.decode()
    assert "any injector" in page


def test_who_has_an_earlier_visit_who_sleeps_and_who_gave_the_time_up_are_not_asked(
    riverside: Clinic, osei: Injector, slot: Slot, front_desk: User
) -> None:
    earlier, asleep, gave_up = (person(riverside, name, 90, osei) for name in ("Earlier", "Asleep", "GaveUp"))
    make_session(earlier, osei, NOW + dt.timedelta(hours=2))
    contact.log_attempt(course=asleep, outcome="does_not_want", by=front_desk, at=NOW)
    make_session(gave_up, osei, slot.starts_at, status=Status.CANCELLED)
    assert names(riverside, slot) == []


def test_whose_booking_of_that_time_was_undone_at_once_is_asked(
    riverside: Clinic, osei: Injector, slot: Slot, front_desk: User
) -> None:
    course = person(riverside, "Misbooked", 90, osei)
    booked = booking.book(course=course, slot=slot, uid=uuid.uuid4(), by=front_desk, at=NOW)
    undoing.undo(session=booked, event=booked.events.get(), by=front_desk, at=NOW + dt.timedelta(minutes=1))
    assert names(riverside, slot) == ["Misbooked"]


def test_who_gave_up_a_time_whose_booking_had_been_undone_by_mistake_is_not_asked(
    riverside: Clinic, osei: Injector, slot: Slot, front_desk: User
) -> None:
    course, minute = person(riverside, "GaveUp", 90, osei), dt.timedelta(minutes=1)
    visit = booking.book(course=course, slot=slot, uid=uuid.uuid4(), by=front_desk, at=NOW)
    visit = undoing.undo(session=visit, event=visit.events.get(), by=front_desk, at=NOW + minute)
    for minutes, status in ((2, Status.BOOKED), (30, Status.CANCELLED)):
        at = NOW + minutes * minute
        visit = booking.change_status(session=visit, to=status, by=front_desk, at=at, reason="Ill")
    assert names(riverside, slot) == []


def test_who_may_not_be_written_to_is_shown_and_never_ticked(riverside: Clinic, osei: Injector, slot: Slot) -> None:
    course = person(riverside, "Silent", 90, osei)
    ContactPoint.objects.filter(patient=course.patient).update(withdrawn_at=NOW, withdrawn_source="test")
    one = candidates.rank(clinic=riverside, slot=slot, at=NOW).first[0]
    assert (one.reachable, one.ticked) == (False, False)


def test_where_nobody_may_be_written_to_the_page_says_so_and_has_no_button(
    riverside: Clinic, osei: Injector, slot: Slot, front_desk: User
) -> None:
    course = person(riverside, "Silent", 90, osei)
    ContactPoint.objects.filter(patient=course.patient).update(withdrawn_at=NOW, withdrawn_source="test")
    page = log_in(front_desk).get(reverse("treatments:offer"), {"slot": slot.code}).content.decode()
    assert "None of them may be written to: call them." in page
    assert "the ticked people" not in page


def test_five_are_ticked(riverside: Clinic, osei: Injector, slot: Slot) -> None:
    for number in range(7):
        person(riverside, f"P{number}", 90, osei)
    assert sum(one.ticked for one in candidates.rank(clinic=riverside, slot=slot, at=NOW).first) == 5


@pytest.fixture
def another(osei: Injector) -> Slot:
    """The day after tomorrow at eleven with Dr Osei."""
    starts_at = TOMORROW + dt.timedelta(days=1, hours=1)
    return Slot(osei, room_of(osei), starts_at, starts_at + dt.timedelta(minutes=15))


def written(clinic: Clinic, slot: Slot, at: dt.datetime = NOW) -> dict[str, tuple[str, bool]]:
    """Return by name what somebody was written today, and whether they are ticked."""
    ranked = candidates.rank(clinic=clinic, slot=slot, at=at).first
    return {one.course.patient.given_name: (one.written, one.ticked) for one in ranked}


def test_who_was_asked_about_another_time_today_is_said_and_the_next_five_are_ticked(
    riverside: Clinic, osei: Injector, slot: Slot, another: Slot, front_desk: User
) -> None:
    courses = [person(riverside, f"P{number}", 120 - number, osei) for number in range(7)]
    make(riverside, another, front_desk, *courses[:2])
    asked = ("asked today about Wed 25 Nov 11:00", False)
    assert written(riverside, slot) == {"P0": asked, "P1": asked} | {f"P{number}": ("", True) for number in range(2, 7)}


def test_whoever_is_due_is_found_in_seven_questions_however_many_they_are(
    riverside: Clinic,
    osei: Injector,
    slot: Slot,
    another: Slot,
    front_desk: User,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    courses = [person(riverside, f"P{number}", 120 - number, osei) for number in range(7)]
    waiting.add(course=courses[6], by=front_desk, at=NOW)
    make(riverside, another, front_desk, *courses[:5])
    with django_assert_max_num_queries(7):
        assert len(written(riverside, slot)) == 7


def test_what_they_said_of_it_stands_beside_them(
    riverside: Clinic, osei: Injector, slot: Slot, another: Slot, front_desk: User
) -> None:
    offer = make(riverside, another, front_desk, person(riverside, "No", 90, osei))
    offers.decline(invitation=offer.invitations.get(), at=NOW)
    offers.end(offer=offer, by=front_desk, at=NOW)
    assert written(riverside, slot) == {"No": ("asked today about Wed 25 Nov 11:00: no", False)}


def test_an_offer_that_was_taken_back_or_is_of_yesterday_counts_for_nothing(
    riverside: Clinic, osei: Injector, slot: Slot, another: Slot, front_desk: User
) -> None:
    offer = make(riverside, another, front_desk, person(riverside, "Asked", 90, osei))
    assert written(riverside, slot, at=NOW + dt.timedelta(hours=14)) == {"Asked": ("", True)}  # past midnight
    offers.end(offer=offer, by=front_desk, at=NOW)
    assert written(riverside, slot) == {"Asked": ("", True)}


def test_who_was_texted_from_the_recall_list_today_is_not_ticked_unless_it_was_taken_back(
    riverside: Clinic, osei: Injector, slot: Slot, front_desk: User
) -> None:
    course = person(riverside, "Texted", 90, osei)
    tries = ContactAttempt.objects
    tries.create(clinic=riverside, course=course, at=NOW, by=front_desk, outcome="texted")
    assert written(riverside, slot) == {"Texted": ("texted today", False)}
    tries.create(clinic=riverside, course=course, at=NOW, by=front_desk, outcome="taken_back")
    assert written(riverside, slot) == {"Texted": ("", True)}


def test_the_page_says_what_somebody_was_written(
    riverside: Clinic, osei: Injector, slot: Slot, another: Slot, front_desk: User
) -> None:
    make(riverside, another, front_desk, person(riverside, "Asked", 90, osei))
    page = log_in(front_desk).get(reverse("treatments:offer"), {"slot": slot.code}).content.decode()
    assert "<strong>asked today about Wed 25 Nov 11:00</strong>" in page
    assert not re.search(r'name="course"[^>]* checked', page)


@pytest.mark.parametrize(
    ("at", "ends"),
    [
        (NOW, NOW + dt.timedelta(hours=2, minutes=3)),
        (NOW + dt.timedelta(hours=10), TOMORROW - dt.timedelta(hours=1)),  # 20:00: from 8:00 tomorrow, an hour before
    ],
)
def test_an_offer_ends_in_time(slot: Slot, at: dt.datetime, ends: dt.datetime) -> None:
    assert offers.expires_at(at, slot) == ends


def test_the_first_yes_books_and_the_second_is_too_late(
    riverside: Clinic, osei: Injector, slot: Slot, front_desk: User
) -> None:
    first, second = person(riverside, "First", 90, osei), person(riverside, "Second", 90, osei)
    offer = make(riverside, slot, front_desk, first, second)
    one, two = offer.invitations.order_by("pk")
    session = offers.accept(invitation=one, at=NOW)
    assert (session.course, session.starts_at, session.status) == (first, slot.starts_at, "booked")
    with pytest.raises(offers.Gone):
        offers.accept(invitation=two, at=NOW)
    assert sorted(offer.invitations.values_list("answer", flat=True)) == ["too_late", "yes"]
    offer.refresh_from_db()
    assert (offer.state, offer.session) == ("taken", session)


def test_the_same_yes_again_is_one_booking(riverside: Clinic, osei: Injector, slot: Slot, front_desk: User) -> None:
    offer = make(riverside, slot, front_desk, person(riverside, "First", 90, osei))
    invitation = offer.invitations.get()
    assert offers.accept(invitation=invitation, at=NOW) == offers.accept(invitation=invitation, at=NOW)
    assert TreatmentSession.objects.filter(status="booked").count() == 1


def test_a_yes_moves_the_later_visit(riverside: Clinic, osei: Injector, slot: Slot, front_desk: User) -> None:
    course = person(riverside, "Booked", 90, osei)
    visit = make_session(course, osei, NOW + dt.timedelta(days=9), due_on=course.next_due())
    waiting.add(course=course, by=front_desk, at=NOW, notice_hours=12)
    offer = make(riverside, slot, front_desk, course)
    offers.accept(invitation=offer.invitations.get(), at=NOW)
    visit.refresh_from_db()
    assert (visit.starts_at, visit.version) == (slot.starts_at, 2)
    assert visit.events.get().by is None
    assert not course.waiting_entries.filter(ended_at=None).exists()


def test_a_time_that_the_desk_booked_meanwhile_is_gone(
    riverside: Clinic, osei: Injector, slot: Slot, front_desk: User
) -> None:
    asked, walked_in = person(riverside, "Asked", 90, osei), person(riverside, "Desk", 90, osei)
    offer = make(riverside, slot, front_desk, asked)
    booking.book(course=walked_in, slot=slot, uid=uuid.uuid4(), by=front_desk, at=NOW)
    with pytest.raises(offers.Gone):
        offers.accept(invitation=offer.invitations.get(), at=NOW)
    assert offer.invitations.get().answer == "too_late"
    assert asked.sessions.filter(status="booked").count() == 0


@pytest.mark.parametrize("why", ["expired", "ended"])
def test_an_offer_that_is_over_books_nothing(
    riverside: Clinic, osei: Injector, slot: Slot, front_desk: User, why: str
) -> None:
    offer = make(riverside, slot, front_desk, person(riverside, "First", 90, osei))
    if why == "ended":
        offers.end(offer=offer, by=front_desk, at=NOW)
    with pytest.raises(offers.Gone):
        offers.accept(invitation=offer.invitations.get(), at=offer.expires_at if why == "expired" else NOW)


def test_an_offer_whose_time_ran_out_is_not_ended_by_a_press_after_it(
    riverside: Clinic, osei: Injector, slot: Slot, front_desk: User
) -> None:
    offer = make(riverside, slot, front_desk, person(riverside, "First", 90, osei))
    with time_machine.travel(offer.expires_at, tick=False):  # and no beat has closed it yet
        page: Any = log_in(front_desk).post(reverse("treatments:end_offer", args=[offer.uid]), follow=True)
    assert b"The offer was over already." in page.content
    assert b"Messages that had not left" not in page.content
    assert not AuditEntry.objects.filter(kind="offer", action="change").exists()


def test_who_died_meanwhile_gets_nothing(riverside: Clinic, osei: Injector, slot: Slot, front_desk: User) -> None:
    course = person(riverside, "Died", 90, osei)
    offer = make(riverside, slot, front_desk, course)
    contact.let_go(course=course, reason="Died", died=True, by=front_desk, at=NOW)
    with pytest.raises(offers.NoLongerFits):
        offers.accept(invitation=offer.invitations.get(), at=NOW)


def test_an_early_booking_meanwhile_stands_in_the_way(
    riverside: Clinic, osei: Injector, slot: Slot, front_desk: User
) -> None:
    course = person(riverside, "Sooner", 90, osei)
    offer = make(riverside, slot, front_desk, course)
    make_session(course, osei, NOW + dt.timedelta(hours=3))
    with pytest.raises(offers.NoLongerFits):
        offers.accept(invitation=offer.invitations.get(), at=NOW)


def test_a_visit_with_somebody_else_at_that_very_time_is_no_later_one(
    riverside: Clinic, osei: Injector, slot: Slot, front_desk: User
) -> None:
    course = person(riverside, "First", 90, osei)
    offer = make(riverside, slot, front_desk, course)
    booked = make_session(course, make_injector(riverside, "RN Bello"), slot.starts_at, due_on=TODAY)
    with pytest.raises(offers.NoLongerFits):
        offers.accept(invitation=offer.invitations.get(), at=NOW)
    booked.refresh_from_db()
    assert booked.injector != osei


def test_one_time_is_offered_once_at_a_time(riverside: Clinic, osei: Injector, slot: Slot, front_desk: User) -> None:
    course = person(riverside, "First", 90, osei)
    make(riverside, slot, front_desk, course)
    with pytest.raises(offers.CannotBeOffered, match="being offered already"):
        make(riverside, slot, front_desk, course)


def test_a_time_whose_offer_ran_out_a_moment_ago_can_be_offered_again(
    riverside: Clinic, osei: Injector, slot: Slot, front_desk: User
) -> None:
    offer = make(riverside, slot, front_desk, person(riverside, "First", 90, osei))
    assert offers.obstacle(slot, offer.expires_at - dt.timedelta(minutes=1)) == offers.OFFERED_ALREADY
    assert offers.obstacle(slot, offer.expires_at) == ""


def test_nobody_ticked_is_no_offer(riverside: Clinic, slot: Slot, front_desk: User) -> None:
    with pytest.raises(offers.CannotBeOffered, match="Tick one person"):
        make(riverside, slot, front_desk)


def test_offers_end_by_themselves(riverside: Clinic, osei: Injector, slot: Slot, front_desk: User) -> None:
    offer = make(riverside, slot, front_desk, person(riverside, "First", 90, osei))
    assert offers.close_ended(now=NOW) == 0
    assert offers.close_ended(now=offer.expires_at) == 1


@pytest.mark.parametrize(
    ("made", "offered"),
    [
        (TOMORROW - dt.timedelta(hours=15), True),  # 19:00: the messages leave in the evening
        (TOMORROW - dt.timedelta(hours=13), False),  # 21:00: they would leave at 8:00, when the offer ends
        (TOMORROW - dt.timedelta(hours=2, minutes=30), False),  # 7:30
    ],
)
def test_a_time_whose_offer_would_end_before_its_messages_leave_is_not_offered(
    riverside: Clinic, osei: Injector, slot: Slot, front_desk: User, made: dt.datetime, offered: bool
) -> None:
    nine = Slot(osei, slot.room, TOMORROW - dt.timedelta(hours=1), TOMORROW - dt.timedelta(minutes=45))
    first = person(riverside, "First", 90, osei)
    if offered:
        assert make(riverside, nine, front_desk, first, at=made).state == "open"
    else:
        with pytest.raises(offers.CannotBeOffered, match="too near"):
            make(riverside, nine, front_desk, first, at=made)


def _leave(slot: Slot) -> None:
    Absence.objects.create(
        clinic=slot.injector.clinic, injector=slot.injector, starts_at=slot.starts_at, ends_at=slot.ends_at
    )


def _closed_room(slot: Slot) -> None:
    Closure.objects.create(
        clinic=slot.injector.clinic, room=slot.room, starts_at=slot.starts_at, ends_at=slot.ends_at, label="Painting"
    )


def _closed_clinic(slot: Slot) -> None:
    Closure.objects.create(
        clinic=slot.injector.clinic, starts_at=slot.starts_at, ends_at=slot.ends_at, label="Training"
    )


def _gone_injector(slot: Slot) -> None:
    Injector.objects.filter(pk=slot.injector.pk).update(active=False)


def _gone_room(slot: Slot) -> None:
    Room.objects.filter(pk=slot.room.pk).update(active=False)


NOT_WORKED = pytest.mark.parametrize(
    "happens",
    [_leave, _closed_room, _closed_clinic, _gone_injector, _gone_room],
    ids=lambda one: one.__name__.strip("_"),
)


@NOT_WORKED
def test_an_offer_of_a_time_that_is_no_longer_worked_ends(
    riverside: Clinic, osei: Injector, slot: Slot, front_desk: User, happens: Callable[[Slot], None]
) -> None:
    make(riverside, slot, front_desk, person(riverside, "First", 90, osei))
    happens(slot)
    assert offers.close_ended(now=NOW) == 1


def test_shorter_hours_end_the_offers_of_the_times_they_take_and_no_others(
    riverside: Clinic, osei: Injector, slot: Slot, front_desk: User, admin: User
) -> None:
    course, later = person(riverside, "First", 90, osei), slot.starts_at + dt.timedelta(hours=2)
    taken = make(riverside, slot, front_desk, course)
    kept = make(riverside, Slot(osei, slot.room, later, later + dt.timedelta(minutes=15)), front_desk, course)
    row = osei.opening_hours.get(weekday=2)
    row.opens = dt.time(11)
    saving.save(change=changes.hours(rows=[row]), by=admin, at=NOW)
    taken.refresh_from_db()
    kept.refresh_from_db()
    assert (taken.state, kept.state) == ("ended", "open")


def test_leave_and_closing_of_others_end_no_offer(
    riverside: Clinic, osei: Injector, slot: Slot, front_desk: User
) -> None:
    make(riverside, slot, front_desk, person(riverside, "First", 90, osei))
    other = make_injector(riverside, "RN Bello")
    _leave(Slot(other, room_of(other), slot.starts_at, slot.ends_at))
    _closed_room(Slot(other, room_of(other), slot.starts_at, slot.ends_at))
    _leave(Slot(osei, slot.room, slot.ends_at, slot.ends_at + dt.timedelta(hours=1)))
    elsewhere = make_injector(make_clinic("Lakeside"), "Dr Lake")
    _closed_clinic(Slot(elsewhere, room_of(elsewhere), slot.starts_at, slot.ends_at))
    assert offers.close_ended(now=NOW) == 0


@NOT_WORKED
def test_a_freed_time_that_is_no_longer_worked_is_not_listed(
    riverside: Clinic, osei: Injector, slot: Slot, happens: Callable[[Slot], None]
) -> None:
    make_cancelled(person(riverside, "Gone", 90, osei), osei, slot.starts_at)
    later = slot.starts_at + dt.timedelta(days=7)
    bello = make_injector(riverside, "RN Bello")
    make_cancelled(person(riverside, "Later", 90, bello), bello, later)
    assert len(freed_times(clinic=riverside, now=NOW)) == 2
    happens(slot)
    assert [one.slot.starts_at for one in freed_times(clinic=riverside, now=NOW)] == [later]


def test_what_a_cancelled_and_a_moved_visit_leave_is_listed_until_it_is_booked(
    riverside: Clinic, osei: Injector, slot: Slot, front_desk: User
) -> None:
    make_cancelled(person(riverside, "Gone", 90, osei), osei, slot.starts_at)
    visit = booking.book(
        course=person(riverside, "Moves", 90, osei),
        slot=Slot(osei, slot.room, slot.ends_at, slot.ends_at + dt.timedelta(minutes=15)),
        uid=uuid.uuid4(),
        by=front_desk,
        at=NOW,
    )
    week = dt.timedelta(days=7)
    target = Slot(osei, slot.room, slot.starts_at + week, slot.ends_at + week)
    booking.move(session=visit, version=1, slot=target, by=front_desk, at=NOW)
    assert [one.slot.starts_at for one in freed_times(clinic=riverside, now=NOW)] == [slot.starts_at, slot.ends_at]
    make_session(person(riverside, "New", 90, osei), osei, slot.starts_at)
    assert [one.slot.starts_at for one in freed_times(clinic=riverside, now=NOW)] == [slot.ends_at]


def test_two_clicks_offer_a_time_and_undo_takes_it_back(
    riverside: Clinic, osei: Injector, slot: Slot, front_desk: User
) -> None:
    course = person(riverside, "First", 90, osei)
    client = log_in(front_desk)
    url = reverse("treatments:offer")
    assert "First Test" in client.get(url, {"slot": slot.code}).content.decode()
    response: Any = client.post(url, {"slot": slot.code, "course": [str(course.uid)]}, follow=True)
    offer = SlotOffer.objects.get()
    text = response.content.decode()
    assert "Offered to 1 person." in text
    assert reverse("treatments:end_offer", args=[offer.uid]) in text
    client.post(reverse("treatments:end_offer", args=[offer.uid]))
    offer.refresh_from_db()
    assert offer.state == "ended"


def test_the_list_of_offers_says_that_there_are_older_ones(
    riverside: Clinic, osei: Injector, slot: Slot, front_desk: User
) -> None:
    course, browser, said = person(riverside, "First", 90, osei), log_in(front_desk), []
    for number in range(21):
        offer = make(riverside, slot, front_desk, course)
        offers.end(offer=offer, by=front_desk, at=NOW)
        if number >= 19:
            said.append("The newest 20." in browser.get(reverse("treatments:offers")).content.decode())
    assert said == [False, True]


def test_an_offer_made_at_night_says_that_its_messages_leave_in_the_morning(
    riverside: Clinic, osei: Injector, slot: Slot, front_desk: User
) -> None:
    course, later = person(riverside, "First", 90, osei), dt.timedelta(days=1)
    far = Slot(osei, slot.room, slot.starts_at + later, slot.ends_at + later)
    with time_machine.travel(NOW + dt.timedelta(hours=12), tick=False):
        chosen = {"slot": far.code, "course": [str(course.uid)]}
        response: Any = log_in(front_desk).post(reverse("treatments:offer"), chosen, follow=True)
    assert "Messages leave at 8am on Tuesday 24 November 2026." in response.content.decode()


def test_after_a_mistake_the_ticks_are_those_that_were_sent(
    riverside: Clinic, osei: Injector, slot: Slot, front_desk: User
) -> None:
    person(riverside, "First", 90, osei)
    client, url = log_in(front_desk), reverse("treatments:offer")
    ticks = re.compile(r'name="course"[^>]* checked')
    assert ticks.search(client.get(url, {"slot": slot.code}).content.decode())
    page = client.post(url, {"slot": slot.code})
    assert page.status_code == 422
    assert not ticks.search(page.content.decode())


@pytest.mark.parametrize("code", ["", "x", "x.y.z", "past", "the end of time"])
def test_a_time_that_is_none_is_refused_in_words(riverside: Clinic, slot: Slot, front_desk: User, code: str) -> None:
    if code == "past":
        code = Slot(slot.injector, slot.room, NOW - dt.timedelta(hours=1), NOW).code
    if code == "the end of time":
        code = slot_code(slot.injector.uid, slot.room.uid, dt.datetime(9999, 12, 31, 9, tzinfo=dt.UTC), 15)
    response = log_in(front_desk).get(reverse("treatments:offer"), {"slot": code})
    assert response.status_code == 422
    assert "There is a problem" in response.content.decode()


def test_of_many_who_say_yes_at_once_exactly_one_wins(
    django_db_setup: None, django_db_blocker: Any, tmp_path: Path
) -> None:
    with django_db_blocker.unblock(), own_database(tmp_path) as environment:
        told = json.loads(run_python("-m", "tests.treatments.offering", environment=environment))
    losers = offering.ROUNDS * (offering.PROCESSES - 1)
    assert told["said"] == {"Gone": losers, "won": offering.ROUNDS}
    assert told["offers"] == ["taken"] * offering.ROUNDS
    assert told["answers"] == ["too_late"] * losers + ["yes"] * offering.ROUNDS
    assert told["visits"] == offering.ROUNDS


def test_nobody_is_invited_twice_to_one_offer(riverside: Clinic, osei: Injector, slot: Slot, front_desk: User) -> None:
    offer = make(riverside, slot, front_desk, person(riverside, "First", 90, osei))
    assert OfferInvitation.objects.filter(offer=offer).count() == 1


def test_after_a_cancellation_its_time_can_be_offered_from_the_bar(
    riverside: Clinic, osei: Injector, slot: Slot, front_desk: User
) -> None:
    visit = make_session(person(riverside, "Gone", 90, osei), osei, slot.starts_at)
    url = reverse("treatments:cancel", args=[visit.uid])
    page: Any = log_in(front_desk).post(url, {"reason": "Ill"}, follow=True)
    assert f"{reverse('treatments:offer')}?slot={slot.code}" in page.content.decode()
