"""A time that leave, a closure or shorter hours took meanwhile: nobody gets it, by booking, moving or taking a step back."""

import datetime as dt
import uuid
from collections.abc import Callable

import pytest
from django.test import Client

from clinic.models import Absence, Injector, OpeningHours, Room, User, WorkedHoliday
from tests.builders import NOW, make_injector, room_of
from tests.conftest import log_in
from treatments import booking, slots, undoing
from treatments.booking import NotPossible, Taken
from treatments.models import Course, Status, TreatmentSession
from treatments.setup import changes, saving
from treatments.slots import Slot

MINUTE = dt.timedelta(minutes=1)


@pytest.fixture
def slot(course: Course, osei: Injector) -> Slot:
    """A time of Dr Osei's that is on somebody's screen."""
    return next(one for one in slots.suggest(course=course, now=NOW) if one.injector == osei)


@pytest.fixture
def visit(course: Course, slot: Slot, front_desk: User) -> TreatmentSession:
    """Maria's visit."""
    return booking.book(course=course, slot=slot, uid=uuid.uuid4(), by=front_desk, at=NOW)


def give_leave(slot: Slot, by: User) -> None:
    """Save leave over a time; who is booked in it stays there."""
    leave = Absence(clinic=slot.injector.clinic, injector=slot.injector, starts_at=slot.starts_at, ends_at=slot.ends_at)
    change = changes.leave(row=leave)
    seen = saving.digest([one.session for one in saving.propose(change=change, by=by, at=NOW)])
    saving.save(change=change, by=by, at=NOW, seen=seen)


def works_in(injector: Injector, name: str) -> None:
    """Let an injector work the same hours in another room."""
    injector.opening_hours.update(room=Room.objects.create(clinic=injector.clinic, name=name))


def undo(visit: TreatmentSession, by: User, at: dt.datetime = NOW) -> TreatmentSession:
    """Take the last step back."""
    event = visit.events.order_by("-pk").first()
    assert event
    return undoing.undo(session=visit, event=event, by=by, at=at)


def test_a_cancellation_is_not_undone_into_leave_saved_since(
    visit: TreatmentSession, slot: Slot, front_desk: User, admin: User
) -> None:
    booking.change_status(session=visit, to=Status.CANCELLED, by=front_desk, at=NOW, reason="Ill")
    give_leave(slot, admin)
    visit.refresh_from_db()
    with pytest.raises(NotPossible, match="no longer open: Dr Osei is away: Leave"):
        undo(visit, front_desk)
    visit.refresh_from_db()
    assert visit.status == Status.CANCELLED


def test_a_move_is_not_undone_into_leave_saved_since(
    visit: TreatmentSession, slot: Slot, front_desk: User, admin: User
) -> None:
    later = Slot(slot.injector, slot.room, slot.starts_at + dt.timedelta(days=1), slot.ends_at + dt.timedelta(days=1))
    booking.move(session=visit, version=1, slot=later, by=front_desk, at=NOW)
    give_leave(slot, admin)
    visit.refresh_from_db()
    with pytest.raises(NotPossible, match="Dr Osei is away"):
        undo(visit, front_desk)
    visit.refresh_from_db()
    assert visit.starts_at == later.starts_at


def test_the_page_says_why_an_undo_was_refused(
    visit: TreatmentSession, slot: Slot, front_desk: User, admin: User
) -> None:
    booking.change_status(session=visit, to=Status.CANCELLED, by=front_desk, at=NOW, reason="Ill")
    give_leave(slot, admin)
    event = visit.events.order_by("-pk").first()
    assert event
    answer = log_in(front_desk).post(f"/sessions/{visit.uid}/undo/{event.pk}/", follow=True)
    assert "The old time is no longer open: Dr Osei is away: Leave." in answer.content.decode()


def test_a_cancelled_visit_is_not_booked_again_into_leave(
    visit: TreatmentSession, slot: Slot, front_desk: User, admin: User
) -> None:
    booking.change_status(session=visit, to=Status.CANCELLED, by=front_desk, at=NOW, reason="Ill")
    give_leave(slot, admin)
    visit.refresh_from_db()
    with pytest.raises(NotPossible, match="Book another one"):
        booking.change_status(session=visit, to=Status.BOOKED, by=front_desk, at=NOW)


def test_a_cancelled_visit_is_not_booked_again_in_a_room_that_is_kept_for_others_since(
    visit: TreatmentSession, front_desk: User
) -> None:
    booking.change_status(session=visit, to=Status.CANCELLED, by=front_desk, at=NOW, reason="Ill")
    assert visit.room
    visit.room.injectors.add(make_injector(visit.clinic, "RN Bello"))
    with pytest.raises(NotPossible, match="Dr Osei may not use"):
        booking.change_status(session=visit, to=Status.BOOKED, by=front_desk, at=NOW)


@pytest.mark.parametrize("step", ["cancelled", "moved"])
def test_a_visit_that_was_left_outside_the_hours_on_purpose_comes_back_by_undo(
    visit: TreatmentSession, slot: Slot, front_desk: User, admin: User, step: str
) -> None:
    give_leave(slot, admin)  # the visit stays where it is: somebody comes in for it
    if step == "cancelled":
        booking.change_status(session=visit, to=Status.CANCELLED, by=front_desk, at=NOW + MINUTE, reason="Slip")
    else:
        later = next(one for one in slots.suggest(course=visit.course, now=NOW) if one.starts_at > slot.starts_at)
        booking.move(session=visit, version=1, slot=later, by=front_desk, at=NOW + MINUTE)
    visit.refresh_from_db()
    back = undo(visit, front_desk, at=NOW + 2 * MINUTE)
    assert (back.status, back.starts_at) == (Status.BOOKED, slot.starts_at)


def test_an_undo_where_nothing_changed_still_works(visit: TreatmentSession, front_desk: User) -> None:
    booking.change_status(session=visit, to=Status.CANCELLED, by=front_desk, at=NOW, reason="Ill")
    visit.refresh_from_db()
    assert undo(visit, front_desk).status == Status.BOOKED


def test_nobody_books_into_hours_that_were_shortened_while_the_page_was_open(
    course: Course, slot: Slot, front_desk: User
) -> None:
    OpeningHours.objects.filter(injector=slot.injector).update(opens=dt.time(16, 59))
    with pytest.raises(Taken) as refusal:
        booking.book(course=course, slot=slot, uid=uuid.uuid4(), by=front_desk, at=NOW)
    assert refusal.value.why == "Dr Osei does not work then"
    assert not course.sessions.filter(status=Status.BOOKED).exists()


def test_nobody_moves_a_visit_into_leave_that_was_saved_while_the_page_was_open(
    visit: TreatmentSession, slot: Slot, front_desk: User, admin: User
) -> None:
    later = next(one for one in slots.suggest(course=visit.course, now=NOW) if one.injector == slot.injector)
    give_leave(later, admin)
    with pytest.raises(Taken) as refusal:
        booking.move(session=visit, version=1, slot=later, by=front_desk, at=NOW)
    assert refusal.value.why == "Dr Osei is away: Leave"
    visit.refresh_from_db()
    assert visit.starts_at == slot.starts_at


@pytest.mark.parametrize(
    ("gone", "why"),
    [
        (lambda slot: Injector.objects.filter(pk=slot.injector.pk).update(active=False), "no longer works here"),
        (lambda slot: Room.objects.filter(pk=slot.room.pk).update(active=False), "is no longer in use"),
        (lambda slot: slot.room.injectors.add(make_injector(slot.room.clinic, "RN Bello")), "Dr Osei may not use"),
        (lambda slot: works_in(slot.injector, "Another room"), "works in another room then"),
    ],
    ids=["injector", "room", "use of the room", "room of the hours"],
)
def test_nobody_books_whom_or_what_was_taken_away_while_the_page_was_open(
    course: Course, slot: Slot, front_desk: User, gone: Callable[[Slot], object], why: str
) -> None:
    gone(slot)
    with pytest.raises(Taken) as refusal:
        booking.book(course=course, slot=slot, uid=uuid.uuid4(), by=front_desk, at=NOW)
    assert why in refusal.value.why


def test_nobody_books_onto_a_holiday_that_is_closed_again(course: Course, osei: Injector, front_desk: User) -> None:
    starts_at = dt.datetime(2026, 12, 25, 10, tzinfo=dt.UTC)
    christmas = Slot(osei, room_of(osei), starts_at, starts_at + dt.timedelta(minutes=15))
    for days in (-1, 1):  # worked on the days around it
        WorkedHoliday.objects.create(clinic=osei.clinic, date=starts_at.date() + dt.timedelta(days=days))
    with pytest.raises(Taken) as refusal:
        booking.book(course=course, slot=christmas, uid=uuid.uuid4(), by=front_desk, at=NOW)
    assert refusal.value.why == "Christmas Day: the clinic is closed"
    WorkedHoliday.objects.create(clinic=osei.clinic, date=starts_at.date())
    assert booking.book(course=course, slot=christmas, uid=uuid.uuid4(), by=front_desk, at=NOW)


def test_a_visit_never_runs_over_midnight(course: Course, osei: Injector, front_desk: User) -> None:
    OpeningHours.objects.filter(injector=osei).update(opens=dt.time(0), closes=dt.time(23, 59))
    last = dt.datetime(2026, 11, 30, 23, 50, tzinfo=dt.UTC)
    midnight = Slot(osei, room_of(osei), last, last + dt.timedelta(minutes=15))
    with pytest.raises(Taken):
        booking.book(course=course, slot=midnight, uid=uuid.uuid4(), by=front_desk, at=NOW)


def test_the_page_of_times_names_what_took_the_time(course: Course, slot: Slot, front_desk: User, admin: User) -> None:
    client: Client = log_in(front_desk)
    give_leave(slot, admin)
    answer = client.post(f"/courses/{course.uid}/book/", {"slot": slot.code, "uid": str(uuid.uuid4())})
    assert "Dr Osei is away: Leave" in answer.content.decode()
