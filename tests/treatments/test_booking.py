"""Booking, moving, every step of a visit, and taking it back."""

import datetime as dt
import uuid
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection

from clinic.models import Injector, User
from tests.builders import NOW, TODAY, make_course, make_injector, make_patient, make_session, room_of
from treatments import booking, moves, slots, undoing, walkins
from treatments.booking import AlreadyBooked, DayOver, NotPossible, Stale, Taken, TooEarly
from treatments.models import Course, SessionEvent, Status, TreatmentSession
from treatments.recall import contact
from treatments.slots import Slot

MINUTE, DAY = dt.timedelta(minutes=1), dt.timedelta(days=1)
EARLIER = NOW - 5 * MINUTE


def slot_at(course: Course, injector: Injector, starts_at: dt.datetime) -> Slot:
    """Return a slot of 15 minutes in the injector's room."""
    return Slot(injector, room_of(injector), starts_at, starts_at + dt.timedelta(minutes=15))


def book(course: Course, slot: Slot, by: User, **more: Any) -> TreatmentSession:
    """Book with a form number of its own."""
    values: dict[str, Any] = {"course": course, "slot": slot, "uid": uuid.uuid4(), "by": by, "at": NOW}
    return booking.book(**values | more)


@pytest.fixture
def slot(course: Course) -> Slot:
    """The first free time for Maria."""
    return slots.suggest(course=course, now=NOW)[0]


@pytest.fixture
def session(course: Course, slot: Slot, front_desk: User) -> TreatmentSession:
    """Maria's visit, booked by the front desk."""
    return book(course, slot, front_desk)


@pytest.fixture
def toms(course: Course) -> Course:
    """Tom's course, due too."""
    return make_course(make_patient(course.clinic, "Tom", "Reid"))


def test_booking_a_slot_makes_a_session_and_one_line_of_history(session: TreatmentSession, front_desk: User) -> None:
    event = session.events.get()
    assert (session.status, event.kind, event.by, event.at) == (Status.BOOKED, "booked", front_desk, NOW)


def test_a_form_sent_twice_books_once(course: Course, slot: Slot, front_desk: User) -> None:
    number = uuid.uuid4()
    first = book(course, slot, front_desk, uid=number)
    assert book(course, slot, front_desk, uid=number) == first
    assert SessionEvent.objects.filter(session=first).count() == 1


def test_a_session_signed_while_a_visit_is_booked_counts_for_its_due_date(
    course: Course, osei: Injector, slot: Slot, front_desk: User
) -> None:
    course.due_as_read = course.next_due()
    make_session(course, osei, NOW - MINUTE, status=Status.DONE, given_on=TODAY)
    with pytest.raises(TooEarly) as refusal:
        book(course, slot, front_desk)
    assert refusal.value.due_on == TODAY + dt.timedelta(days=84)
    assert not course.sessions.filter(status=Status.BOOKED).exists()


def test_a_taken_time_says_whose_it_is(session: TreatmentSession, toms: Course, slot: Slot, front_desk: User) -> None:
    with pytest.raises(Taken) as refusal:
        book(toms, slot, front_desk)
    assert refusal.value.session == session
    assert not toms.sessions.exists()


def test_a_taken_room_says_whose_it_is(session: TreatmentSession, toms: Course, front_desk: User) -> None:
    bello = make_injector(session.clinic, "RN Bello", room=session.room)
    with pytest.raises(Taken) as refusal:
        book(toms, slot_at(toms, bello, session.starts_at), front_desk)
    assert refusal.value.session == session


def test_a_second_visit_for_the_same_person_names_the_first(session: TreatmentSession, front_desk: User) -> None:
    other = slots.suggest(course=session.course, now=NOW)[0]
    with pytest.raises(AlreadyBooked) as refusal:
        book(session.course, other, front_desk)
    assert refusal.value.session == session


def day_83(course: Course, osei: Injector) -> Slot:
    """Return a time on the day before the due date."""
    return slot_at(course, osei, dt.datetime.combine(TODAY - dt.timedelta(days=1), dt.time(10), dt.UTC))


def test_day_83_is_too_early(course: Course, osei: Injector, front_desk: User) -> None:
    with pytest.raises(TooEarly) as refusal:
        book(course, day_83(course, osei), front_desk)
    assert refusal.value.due_on == TODAY


def test_the_front_desk_cannot_give_the_reason_for_an_early_session(
    course: Course, osei: Injector, front_desk: User
) -> None:
    with pytest.raises(TooEarly):
        book(course, day_83(course, osei), front_desk, early_reason="Patient asked")


def test_a_prescriber_can_book_early_with_a_reason_that_stays_on_the_session(
    course: Course, osei: Injector, prescriber: User
) -> None:
    session = early(course, osei, prescriber)
    assert (session.early_reason, session.early_by) == ("Wears off in week 9", prescriber)


def test_a_prescriber_needs_words_not_spaces(course: Course, osei: Injector, prescriber: User) -> None:
    with pytest.raises(TooEarly):
        book(course, day_83(course, osei), prescriber, early_reason="  ")


def early(course: Course, osei: Injector, prescriber: User) -> TreatmentSession:
    """Return a visit on the Thursday before the due date, with a prescriber's reason."""
    thursday = slot_at(course, osei, dt.datetime.combine(TODAY - dt.timedelta(days=4), dt.time(10), dt.UTC))
    return book(course, thursday, prescriber, early_reason="Wears off in week 9")


def test_a_reason_for_one_day_does_not_cover_an_earlier_one(
    course: Course, osei: Injector, prescriber: User, front_desk: User
) -> None:
    session = early(course, osei, prescriber)
    wednesday = slot_at(course, osei, session.starts_at - dt.timedelta(days=1))
    with pytest.raises(TooEarly):
        booking.move(session=session, version=1, slot=wednesday, by=front_desk, at=NOW - 7 * DAY)


@pytest.mark.parametrize("later", [dt.timedelta(hours=1), dt.timedelta(days=1)], ids=["same day", "next day"])
def test_a_reason_for_one_day_covers_that_day_and_a_later_one(
    course: Course, osei: Injector, prescriber: User, front_desk: User, later: dt.timedelta
) -> None:
    session = early(course, osei, prescriber)
    slot = slot_at(course, osei, session.starts_at + later)
    moved = booking.move(session=session, version=1, slot=slot, by=front_desk, at=NOW - 7 * DAY)
    assert (moved.early_reason, moved.early_by) == ("Wears off in week 9", prescriber)


def test_moving_frees_the_old_time_and_raises_the_version(
    session: TreatmentSession, toms: Course, front_desk: User
) -> None:
    old, later = slots.suggest(course=toms, now=NOW), slots.suggest(course=session.course, now=NOW)[-1]
    place = Slot(session.injector, session.room, session.starts_at, session.ends_at)  # type: ignore[arg-type]
    moved = booking.move(session=session, version=1, slot=later, by=front_desk, at=NOW + MINUTE)
    assert (moved.version, moved.starts_at, moved.placed_at) == (2, later.starts_at, NOW + MINUTE)
    assert book(toms, place, front_desk).starts_at == place.starts_at != old[0].starts_at


def test_a_visit_whose_day_is_over_is_not_moved(session: TreatmentSession, course: Course, front_desk: User) -> None:
    later, midnight = slots.suggest(course=course, now=NOW)[-1], session.starts_at.replace(hour=0, minute=0) + DAY
    with pytest.raises(DayOver):
        booking.move(session=session, version=1, slot=later, by=front_desk, at=midnight)
    moved = booking.move(session=session, version=1, slot=later, by=front_desk, at=midnight - MINUTE)
    assert moved.starts_at == later.starts_at


def test_moving_onto_a_taken_time_leaves_the_visit_where_it_was(
    session: TreatmentSession, toms: Course, front_desk: User
) -> None:
    theirs = book(toms, slots.suggest(course=toms, now=NOW)[0], front_desk)
    taken = Slot(theirs.injector, theirs.room, theirs.starts_at, theirs.ends_at)  # type: ignore[arg-type]
    before = session.starts_at
    with pytest.raises(Taken):
        booking.move(session=session, version=1, slot=taken, by=front_desk, at=NOW)
    session.refresh_from_db()
    assert (session.starts_at, session.version) == (before, 1)


def test_a_visit_that_somebody_else_moved_is_not_moved_again(session: TreatmentSession, front_desk: User) -> None:
    later = slots.suggest(course=session.course, now=NOW)
    booking.move(session=session, version=1, slot=later[0], by=front_desk, at=NOW)
    with pytest.raises(Stale):
        booking.move(session=session, version=1, slot=later[1], by=front_desk, at=NOW)


def test_moving_forgets_the_answer_to_the_old_time(session: TreatmentSession, front_desk: User) -> None:
    booking.answer(session=session, version=1, answer=TreatmentSession.Answer.CONFIRMED, at=NOW)
    later = slots.suggest(course=session.course, now=NOW)[0]
    moved = booking.move(session=session, version=1, slot=later, by=front_desk, at=NOW)
    assert (moved.answer, moved.answered_at) == ("", None)


@pytest.mark.parametrize("start", [status for status in Status if status != Status.GIVEN_BEFORE])
@pytest.mark.parametrize("to", list(Status))
def test_only_the_steps_in_the_table_are_possible(
    course: Course, osei: Injector, front_desk: User, start: Status, to: Status
) -> None:
    given_on = TODAY if start == Status.DONE else None
    session = make_session(course, osei, NOW, status=start, given_on=given_on)
    if start == to or (moves.find(start, to) and to != Status.DONE):
        moved = booking.change_status(session=session, to=to, by=front_desk, at=NOW, reason="They rang")
        assert moved.status == to
    else:
        with pytest.raises(NotPossible):
            booking.change_status(session=session, to=to, by=front_desk, at=NOW, reason="They rang")


@pytest.mark.parametrize(
    "move", [move for move in moves.MOVES if move.to != Status.DONE], ids=lambda m: f"{m.seen}-{m.to}"
)
def test_nobody_takes_a_step_that_their_role_does_not_allow(
    course: Course, osei: Injector, reader: User, move: moves.Move
) -> None:
    session = make_session(course, osei, NOW + dt.timedelta(hours=1), status=move.seen)
    with pytest.raises(PermissionDenied):
        booking.change_status(session=session, to=move.to, by=reader, at=NOW, reason="They rang")
    assert not session.events.exists()


def test_cancelling_needs_a_reason(session: TreatmentSession, front_desk: User) -> None:
    with pytest.raises(NotPossible, match="Say why"):
        booking.change_status(session=session, to=Status.CANCELLED, by=front_desk, at=NOW)


@pytest.mark.parametrize("seen", [Status.BOOKED, Status.NO_SHOW])
def test_nobody_arrives_for_a_visit_of_a_later_day(
    course: Course, osei: Injector, front_desk: User, seen: Status
) -> None:
    tomorrow = make_session(course, osei, NOW + dt.timedelta(days=1), status=seen)
    with pytest.raises(NotPossible, match="The visit is on Tuesday 24 November 2026, 10am"):
        booking.change_status(session=tomorrow, to=Status.ARRIVED, by=front_desk, at=NOW)
    assert not tomorrow.events.exists()


def test_somebody_arrives_hours_before_their_visit_or_is_marked_days_after(
    course: Course, osei: Injector, front_desk: User
) -> None:
    for hours in (13, -49):  # at eleven in the evening
        visit = make_session(make_course(make_patient(course.clinic)), osei, NOW + dt.timedelta(hours=hours))
        booking.change_status(session=visit, to=Status.ARRIVED, by=front_desk, at=NOW)


@pytest.mark.parametrize("seen", [Status.BOOKED, Status.ARRIVED])
def test_nobody_has_missed_a_visit_before_it_begins(
    course: Course, osei: Injector, front_desk: User, seen: Status
) -> None:
    visit = make_session(course, osei, NOW + MINUTE, status=seen)
    with pytest.raises(NotPossible, match="nobody has missed it yet"):
        booking.change_status(session=visit, to=Status.NO_SHOW, by=front_desk, at=NOW)
    missed = booking.change_status(session=visit, to=Status.NO_SHOW, by=front_desk, at=visit.starts_at)
    assert missed.status == Status.NO_SHOW


def test_two_people_on_one_visit_the_second_is_told(session: TreatmentSession, front_desk: User, nurse: User) -> None:
    seen_by_nurse = TreatmentSession.objects.get(pk=session.pk)
    booking.change_status(session=session, to=Status.CANCELLED, by=front_desk, at=NOW, reason="They rang")
    with pytest.raises(Stale):
        booking.change_status(session=seen_by_nurse, to=Status.ARRIVED, by=nurse, at=NOW)


def test_asking_for_where_a_visit_already_is_changes_nothing(session: TreatmentSession, front_desk: User) -> None:
    booking.change_status(session=session, to=Status.BOOKED, by=front_desk, at=NOW)
    assert session.events.count() == 1


def undo_last(session: TreatmentSession, by: User, at: dt.datetime = NOW) -> TreatmentSession:
    """Take back the newest step."""
    event = session.events.order_by("-pk").first()
    assert event is not None
    return undoing.undo(session=session, event=event, by=by, at=at)


def test_undoing_a_booking_frees_the_time(session: TreatmentSession, toms: Course, front_desk: User) -> None:
    assert undo_last(session, front_desk).status == Status.CANCELLED
    assert book(toms, slots.suggest(course=toms, now=NOW)[0], front_desk)


@pytest.mark.parametrize("place", [0, 1], ids=["the same time", "another time"])
def test_a_time_chosen_on_the_same_page_after_an_undo_is_booked(course: Course, front_desk: User, place: int) -> None:
    first = slots.suggest(course=course, now=NOW)
    number = uuid.uuid4()
    undo_last(book(course, first[0], front_desk, uid=number), front_desk)
    chosen = first[place]
    session = book(course, chosen, front_desk, uid=number)
    assert (session.status, session.starts_at) == (Status.BOOKED, chosen.starts_at)
    assert book(course, chosen, front_desk, uid=number) == session


def test_another_time_chosen_on_the_same_page_is_not_said_to_be_booked(course: Course, front_desk: User) -> None:
    first, second = slots.suggest(course=course, now=NOW)[:2]
    number = uuid.uuid4()
    session = book(course, first, front_desk, uid=number)
    with pytest.raises(AlreadyBooked) as refusal:
        book(course, second, front_desk, uid=number)
    assert refusal.value.session == session


@pytest.mark.parametrize("walked_in", [False, True], ids=["booked", "walked in"])
def test_who_was_left_alone_for_a_while_is_so_again_after_an_undone_booking(
    course: Course, slot: Slot, front_desk: User, walked_in: bool
) -> None:
    contact.snooze(course=course, until=NOW.date() + dt.timedelta(days=30), by=front_desk, at=NOW)
    put_in = walkins.put_in if walked_in else booking.book
    session = put_in(course=course, slot=slot, uid=uuid.uuid4(), by=front_desk, at=NOW + MINUTE)
    undoing.undo(session=session, event=session.events.latest("pk"), by=front_desk, at=NOW + 2 * MINUTE)
    assert not Course.objects.to_recall(NOW.date()).exists()
    assert Course.objects.snoozed(NOW.date()).get() == course


def test_who_was_back_on_the_list_by_an_earlier_visit_stays_there_after_an_undone_booking(
    course: Course, slot: Slot, front_desk: User
) -> None:
    contact.snooze(course=course, until=NOW.date() + dt.timedelta(days=30), by=front_desk, at=NOW)
    fell_through = book(course, slot, front_desk, at=NOW + MINUTE)
    booking.change_status(session=fell_through, to=Status.CANCELLED, by=front_desk, at=NOW + MINUTE, reason="Ill")
    again = book(course, slot, front_desk, at=NOW + MINUTE)
    undoing.undo(session=again, event=again.events.latest("pk"), by=front_desk, at=NOW + 2 * MINUTE)
    assert Course.objects.to_recall(NOW.date()).get() == course


def test_undoing_a_move_puts_the_visit_back(session: TreatmentSession, front_desk: User) -> None:
    before = session.starts_at
    later = slots.suggest(course=session.course, now=NOW)[-1]
    booking.move(session=session, version=1, slot=later, by=front_desk, at=NOW)
    assert undo_last(session, front_desk).starts_at == before


def state(session: TreatmentSession) -> dict[str, Any]:
    """Return a visit's columns, but for the version, which only rises, and the moment messages count from."""
    row = TreatmentSession.objects.values().get(pk=session.pk)
    return {name: value for name, value in row.items() if name not in {"version", "placed_at"}}


@pytest.mark.parametrize(
    "move", [move for move in moves.MOVES if move.to != Status.DONE], ids=lambda m: f"{m.seen}-{m.to}"
)
def test_undo_brings_back_the_former_state_exactly(
    course: Course, osei: Injector, front_desk: User, move: moves.Move
) -> None:
    arrived_at = NOW if move.seen in {Status.ARRIVED, Status.IN_ROOM} else None
    at = NOW + dt.timedelta(hours=1)
    session = make_session(course, osei, at, status=move.seen, arrived_at=arrived_at, answer="confirmed")
    before = state(session)
    booking.change_status(session=session, to=move.to, by=front_desk, at=at, reason="By mistake")
    undo_last(session, front_desk, at)
    assert list(session.events.values_list("kind", flat=True)) == ["status", "undone"]
    assert state(session) == before


def test_undoing_a_move_brings_back_the_answer_and_the_reason_for_an_early_session(
    course: Course, osei: Injector, prescriber: User, front_desk: User
) -> None:
    early = NOW + dt.timedelta(hours=1)
    more = {"due_on": TODAY + dt.timedelta(days=1), "early_reason": "Wears off", "early_by": prescriber}
    session = make_session(course, osei, early, answer="confirmed", answered_at=NOW, **more)
    before = state(session)
    later = slot_at(course, osei, early + dt.timedelta(days=2))
    booking.move(session=session, version=1, slot=later, by=front_desk, at=NOW)
    assert state(session)["early_reason"] == ""
    assert "Wears off" not in str(session.events.get().before)
    undo_last(session, front_desk)
    assert state(session) == before


def test_an_undo_cannot_itself_be_undone(session: TreatmentSession, front_desk: User) -> None:
    booking.change_status(session=session, to=Status.ARRIVED, by=front_desk, at=NOW)
    undo_last(session, front_desk)
    with pytest.raises(NotPossible):
        undo_last(session, front_desk)


def test_only_the_last_step_can_be_undone(session: TreatmentSession, front_desk: User) -> None:
    first = session.events.get()
    booking.change_status(session=session, to=Status.ARRIVED, by=front_desk, at=NOW)
    with pytest.raises(Stale):
        undoing.undo(session=session, event=first, by=front_desk, at=NOW)


def test_undo_ends_after_three_minutes(session: TreatmentSession, front_desk: User) -> None:
    event = session.events.get()
    with pytest.raises(NotPossible, match="3 minutes"):
        undoing.undo(session=session, event=event, by=front_desk, at=NOW + dt.timedelta(seconds=181))
    last = NOW + dt.timedelta(seconds=180)
    assert undoing.can_undo(event, last)
    assert undoing.undo(session=session, event=event, by=front_desk, at=last).status == Status.CANCELLED


def test_a_step_that_another_has_followed_is_not_said_to_be_undone(session: TreatmentSession, front_desk: User) -> None:
    booked = session.events.get()
    booking.change_status(session=session, to=Status.ARRIVED, by=front_desk, at=NOW)
    assert undoing.undone_by(booked) is None


def test_a_visit_is_back_with_whom_and_where_it_was_and_messages_wait_anew(
    session: TreatmentSession, front_desk: User
) -> None:
    place, bello = booking.slot_of(session), make_injector(session.clinic, "RN Bello")
    booking.move(
        session=session, version=1, slot=slot_at(session.course, bello, place.starts_at), by=front_desk, at=NOW
    )
    undone = undo_last(session, front_desk, NOW + MINUTE)
    assert (booking.slot_of(undone), undone.placed_at) == (place, NOW + MINUTE)


def test_who_may_only_look_takes_no_move_back(session: TreatmentSession, front_desk: User, reader: User) -> None:
    later = slots.suggest(course=session.course, now=NOW)[0]
    booking.move(session=session, version=1, slot=later, by=front_desk, at=NOW)
    with pytest.raises(PermissionDenied):
        undo_last(session, reader)


@pytest.mark.parametrize("meanwhile", [{"version": 3}, {"status": Status.ARRIVED}, {"answer": "confirmed"}], ids=str)
def test_what_changed_at_the_moment_of_an_undo_is_not_written_over(
    session: TreatmentSession, front_desk: User, meanwhile: dict[str, Any]
) -> None:
    later = slots.suggest(course=session.course, now=NOW)[0]
    booking.move(session=session, version=1, slot=later, by=front_desk, at=NOW)
    read_before = TreatmentSession.objects.get(pk=session.pk)
    TreatmentSession.objects.filter(pk=session.pk).update(**meanwhile)
    with pytest.raises(Stale):
        undoing.undo(session=read_before, event=session.events.latest("pk"), by=front_desk, at=NOW)


@pytest.mark.parametrize("meanwhile", [{"version": 2}, {"status": Status.NO_SHOW}], ids=str)
def test_a_visit_that_changed_since_it_was_read_takes_no_step(
    session: TreatmentSession, front_desk: User, meanwhile: dict[str, Any]
) -> None:
    read_before = TreatmentSession.objects.get(pk=session.pk)
    TreatmentSession.objects.filter(pk=session.pk).update(**meanwhile)
    with pytest.raises(Stale):
        booking.change_status(session=read_before, to=Status.CANCELLED, by=front_desk, at=NOW, reason="They rang")


@pytest.mark.parametrize("step", ["moved", "answered", "cancelled", "back", "undone"])
def test_a_step_of_one_visit_changes_no_other(
    session: TreatmentSession, toms: Course, front_desk: User, step: str
) -> None:
    theirs = book(toms, slots.suggest(course=toms, now=NOW)[0], front_desk)
    before = TreatmentSession.objects.values().get(pk=theirs.pk)
    later = slots.suggest(course=session.course, now=NOW)[0]
    match step:
        case "moved":
            booking.move(session=session, version=1, slot=later, by=front_desk, at=NOW)
        case "answered":
            booking.answer(session=session, version=1, answer=TreatmentSession.Answer.CONFIRMED, at=NOW)
        case "cancelled":
            booking.change_status(session=session, to=Status.CANCELLED, by=front_desk, at=NOW, reason="Ill")
        case "back":
            booking.change_status(session=session, to=Status.CANCELLED, by=front_desk, at=NOW, reason="Ill")
            booking.change_status(session=session, to=Status.BOOKED, by=front_desk, at=NOW)
        case "undone":
            undo_last(booking.change_status(session=session, to=Status.ARRIVED, by=front_desk, at=NOW), front_desk)
    assert TreatmentSession.objects.values().get(pk=theirs.pk) == before


@pytest.mark.parametrize(
    ("seen", "came_at", "to", "arrived_at", "placed_at"),
    [
        (Status.BOOKED, None, Status.ARRIVED, NOW, EARLIER),
        (Status.NO_SHOW, None, Status.ARRIVED, NOW, EARLIER),
        (Status.ARRIVED, EARLIER, Status.IN_ROOM, EARLIER, EARLIER),
        (Status.IN_ROOM, EARLIER, Status.ARRIVED, EARLIER, EARLIER),  # back to waiting: they came when they came
        (Status.ARRIVED, EARLIER, Status.BOOKED, None, NOW),  # not here yet: messages wait anew
        (Status.CANCELLED, None, Status.BOOKED, None, NOW),
    ],
)
def test_each_step_says_since_when_they_are_here_and_messages_wait(
    course: Course,
    osei: Injector,
    front_desk: User,
    seen: Status,
    came_at: dt.datetime | None,
    to: Status,
    arrived_at: dt.datetime | None,
    placed_at: dt.datetime,
) -> None:
    visit = make_session(course, osei, NOW, status=seen, arrived_at=came_at, placed_at=EARLIER)
    after = booking.change_status(session=visit, to=to, by=front_desk, at=NOW)
    assert (after.arrived_at, after.placed_at) == (arrived_at, placed_at)


def test_a_patients_answer_is_kept_with_its_time(session: TreatmentSession) -> None:
    answered = booking.answer(session=session, version=1, answer=TreatmentSession.Answer.CONFIRMED, at=NOW)
    assert (answered.answer, answered.answered_at, answered.status) == ("confirmed", NOW, Status.BOOKED)


def test_an_answer_that_came_after_the_visit_was_read_is_not_moved_away(
    session: TreatmentSession, front_desk: User
) -> None:
    later = slots.suggest(course=session.course, now=NOW)[0]
    read_before = TreatmentSession.objects.get(pk=session.pk)
    booking.answer(session=session, version=1, answer=TreatmentSession.Answer.CONFIRMED, at=NOW)
    with pytest.raises(Stale):
        booking.move(session=read_before, version=1, slot=later, by=front_desk, at=NOW)
    assert TreatmentSession.objects.get(pk=session.pk).answer == TreatmentSession.Answer.CONFIRMED


def test_the_same_answer_that_came_again_is_not_moved_away_unseen(session: TreatmentSession, front_desk: User) -> None:
    asked: dict[str, Any] = {"version": 1, "answer": TreatmentSession.Answer.ASKED_TO_MOVE}
    booking.answer(session=session, at=NOW, **asked)
    read_before = TreatmentSession.objects.get(pk=session.pk)
    booking.answer(session=session, at=NOW + MINUTE, words="Only mornings", **asked)
    with pytest.raises(Stale):
        booking.move(
            session=read_before, version=1, slot=slots.suggest(course=session.course, now=NOW)[0], by=front_desk, at=NOW
        )


def test_whoever_has_come_meanwhile_is_not_moved(session: TreatmentSession, front_desk: User) -> None:
    read_before = TreatmentSession.objects.get(pk=session.pk)
    booking.change_status(session=session, to=Status.ARRIVED, by=front_desk, at=NOW)
    with pytest.raises(Stale):
        booking.move(
            session=read_before, version=1, slot=slots.suggest(course=session.course, now=NOW)[0], by=front_desk, at=NOW
        )


def test_an_answer_to_a_time_that_moved_is_not_taken(session: TreatmentSession, front_desk: User) -> None:
    later = slots.suggest(course=session.course, now=NOW)[0]
    booking.move(session=session, version=1, slot=later, by=front_desk, at=NOW)
    with pytest.raises(Stale):
        booking.answer(session=session, version=1, answer=TreatmentSession.Answer.CONFIRMED, at=NOW)


def test_an_answer_after_the_visit_began_is_not_taken(session: TreatmentSession) -> None:
    with pytest.raises(Stale):
        booking.answer(session=session, version=1, answer=TreatmentSession.Answer.ASKED_TO_MOVE, at=session.starts_at)


def test_a_note_is_encrypted_at_rest(course: Course, slot: Slot, front_desk: User) -> None:
    session = book(course, slot, front_desk, note="needs parking")
    with connection.cursor() as cursor:
        cursor.execute("SELECT note FROM treatments_treatmentsession WHERE id = %s", [session.pk])
        stored = cursor.fetchone()[0]
    assert "parking" not in stored
    assert TreatmentSession.objects.get(pk=session.pk).note == "needs parking"


@pytest.mark.parametrize(("lost", "to"), [(Status.CANCELLED, Status.BOOKED), (Status.NO_SHOW, Status.ARRIVED)])
def test_a_visit_does_not_come_back_too_early_after_a_session_that_was_given_since(
    course: Course, osei: Injector, front_desk: User, lost: Status, to: Status
) -> None:
    later = NOW + dt.timedelta(days=9)
    visit = make_session(course, osei, later, due_on=TODAY, status=lost, early_reason="Wears off", early_by=front_desk)
    make_session(course, osei, NOW, due_on=TODAY, status=Status.DONE, given_on=TODAY)
    with pytest.raises(NotPossible, match="The earliest day is Monday 15 February 2027"):
        booking.change_status(session=visit, to=to, by=front_desk, at=later)
    visit.refresh_from_db()
    assert visit.status == lost


def test_a_visit_beyond_the_new_due_date_comes_back(course: Course, osei: Injector, front_desk: User) -> None:
    far = NOW + dt.timedelta(days=84)
    visit = make_session(course, osei, far, due_on=TODAY, status=Status.CANCELLED)
    make_session(course, osei, NOW, due_on=TODAY, status=Status.DONE, given_on=TODAY)
    assert booking.change_status(session=visit, to=Status.BOOKED, by=front_desk, at=NOW).status == Status.BOOKED


def test_an_early_visit_comes_back_on_the_reason_that_it_had(
    course: Course, osei: Injector, front_desk: User, prescriber: User
) -> None:
    course.sessions.update(given_on=TODAY - dt.timedelta(days=83))
    early: dict[str, Any] = {
        "due_on": TODAY + dt.timedelta(days=1),
        "early_reason": "Wears off",
        "early_by": prescriber,
    }
    visit = make_session(course, osei, NOW + dt.timedelta(hours=1), status=Status.CANCELLED, **early)
    back = booking.change_status(session=visit, to=Status.BOOKED, by=front_desk, at=NOW)
    assert (back.status, back.early_reason) == (Status.BOOKED, "Wears off")


@pytest.fixture
def overtaken(session: TreatmentSession) -> TreatmentSession:
    """Maria's visit of today, after a correction of the session before: that was given a day later than it said."""
    last = session.course.sessions.get(given_on__isnull=False)
    TreatmentSession.objects.filter(pk=last.pk).update(given_on=TODAY - dt.timedelta(days=83))
    return session


def move_within_today(session: TreatmentSession, by: User, **more: Any) -> TreatmentSession:
    """Move a visit to another hour of its day."""
    later = slot_at(session.course, session.injector, session.starts_at + dt.timedelta(hours=2))
    return booking.move(session=session, version=session.version, slot=later, by=by, at=NOW, **more)


def test_a_move_goes_by_the_due_date_as_it_is_by_now(overtaken: TreatmentSession, front_desk: User) -> None:
    with pytest.raises(TooEarly) as refused:
        move_within_today(overtaken, front_desk)
    assert refused.value.due_on == TODAY + dt.timedelta(days=1)


def test_the_reason_for_what_became_too_early_stays_on_the_visit_that_moves(
    overtaken: TreatmentSession, prescriber: User
) -> None:
    moved = move_within_today(overtaken, prescriber, early_reason="Wears off")
    assert (moved.early_reason, moved.due_on) == ("Wears off", TODAY + dt.timedelta(days=1))


def test_undoing_that_move_brings_back_the_due_date_with_which_it_was_booked(
    overtaken: TreatmentSession, prescriber: User
) -> None:
    moved = move_within_today(overtaken, prescriber, early_reason="Wears off")
    undone = undoing.undo(session=moved, event=moved.events.latest("pk"), by=prescriber, at=NOW)
    assert (undone.early_reason, undone.due_on, undone.starts_at) == ("", TODAY, overtaken.starts_at)


def test_a_reason_in_words_stands_in_no_column_where_neither_its_key_nor_its_erasing_reaches_it(
    overtaken: TreatmentSession, prescriber: User
) -> None:
    moved = move_within_today(overtaken, prescriber, early_reason="Wears off")
    again = move_within_today(moved, prescriber, early_reason="Wears off")
    undone = undoing.undo(session=again, event=again.events.latest("pk"), by=prescriber, at=NOW)
    assert undone.early_reason == "Wears off"
    assert undone.events.latest("pk").after["starts_at"]
    assert not undone.events.filter(after__has_key="early_reason").exists()


def test_a_day_that_is_no_longer_too_early_needs_no_reason(course: Course, osei: Injector, front_desk: User) -> None:
    course.sessions.update(given_on=TODAY - dt.timedelta(days=80))
    booked = book(course, slot_at(course, osei, NOW + dt.timedelta(days=4)), front_desk)
    course.sessions.filter(given_on__isnull=False).update(given_on=TODAY - dt.timedelta(days=84))
    slot = slot_at(course, osei, NOW + dt.timedelta(hours=1))
    moved = booking.move(session=booked, version=booked.version, slot=slot, by=front_desk, at=NOW)
    assert moved.local_date == TODAY
