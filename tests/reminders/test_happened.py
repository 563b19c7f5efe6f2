"""What happened to a visit is told once: booked, moved, cancelled, missed, asked to move."""

import datetime as dt
import uuid

import pytest
from django.db import IntegrityError, transaction
from pytest_django import DjangoAssertNumQueries

from clinic.models import Clinic, Injector, User
from patients.models import Channel, ContactPoint, Patient
from reminders import handling
from reminders.channels import SendError
from reminders.dispatch import claim, send_claimed, send_due
from reminders.models import Reminder, ReminderRule, State
from reminders.planning import reconcile
from reminders.results import result_of
from reminders.standing import AS_BEFORE, BOOKED_INSTEAD, SWITCHED_OFF
from reminders.writing import save_rule
from tests.builders import NOW, make_course, make_injector, make_patient, room_of
from tests.reminders.conftest import Gateway
from treatments import booking, undoing
from treatments.models import Course, Status, TreatmentSession
from treatments.slots import Slot

MINUTE, HOUR, DAY = dt.timedelta(minutes=1), dt.timedelta(hours=1), dt.timedelta(days=1)
UNDO = 3 * MINUTE


@pytest.fixture
def course(rules: Clinic, maria: Patient) -> Course:
    """Maria's course, with nothing given yet."""
    return make_course(maria)


def slot(injector: Injector, starts_at: dt.datetime) -> Slot:
    """Return a quarter of an hour of an injector's."""
    return Slot(injector, room_of(injector), starts_at, starts_at + 15 * MINUTE)


def book(course: Course, injector: Injector, by: User, *, days: int = 21, at: dt.datetime = NOW) -> TreatmentSession:
    """Book a visit so many days ahead."""
    return booking.book(course=course, slot=slot(injector, NOW + days * DAY), uid=uuid.uuid4(), by=by, at=at)


def move(visit: TreatmentSession, by: User, *, days: int, at: dt.datetime) -> TreatmentSession:
    """Give a visit another day."""
    there = slot(visit.injector, NOW + days * DAY)
    return booking.move(session=visit, version=visit.version, slot=there, by=by, at=at)


def told(at: dt.datetime = NOW) -> list[tuple[str, str]]:
    """Plan, and return kind and state of what tells of steps, the oldest first."""
    reconcile(now=at)
    kinds = ("booked", "moved", "cancelled", "missed", "move_asked")
    return list(Reminder.objects.filter(rule__kind__in=kinds).order_by("pk").values_list("rule__kind", "state"))


def send_all(at: dt.datetime) -> None:
    """Let everything that waits have been sent."""
    reconcile(now=at)
    Reminder.objects.filter(state=State.WAITING, due_at__lte=at).update(state=State.SENT, closed_at=at)


def test_a_booking_is_told_once_it_can_no_longer_be_undone(course: Course, osei: Injector, nurse: User) -> None:
    visit = book(course, osei, nurse)
    assert told() == [("booked", "waiting")]
    row = Reminder.objects.get(rule__kind="booked")
    assert (row.due_at, row.visit_at, row.session) == (NOW + UNDO, visit.starts_at, visit)
    assert told(NOW + MINUTE) == [("booked", "waiting")]


def test_booked_and_moved_at_once_is_one_message_with_the_new_time(course: Course, osei: Injector, nurse: User) -> None:
    visit = book(course, osei, nurse)
    reconcile(now=NOW)
    visit = move(visit, nurse, days=22, at=NOW + MINUTE)
    assert told(NOW + MINUTE) == [("booked", "cancelled"), ("booked", "waiting")]
    row = Reminder.objects.get(state="waiting")
    assert (row.visit_at, row.due_at) == (visit.starts_at, NOW + MINUTE + UNDO)


def test_booked_and_moved_between_two_runs_is_one_message(course: Course, osei: Injector, nurse: User) -> None:
    move(book(course, osei, nurse), nurse, days=22, at=NOW + MINUTE)
    assert told(NOW + 2 * MINUTE) == [("booked", "waiting")]


def test_a_move_is_exactly_one_message_however_often_it_is_planned(course: Course, osei: Injector, nurse: User) -> None:
    visit = book(course, osei, nurse)
    send_all(NOW + UNDO)
    visit = move(visit, nurse, days=22, at=NOW + HOUR)
    visit = move(visit, nurse, days=23, at=NOW + HOUR + MINUTE)
    for minutes in range(2, 6):
        assert told(NOW + HOUR + minutes * MINUTE) == [("booked", "sent"), ("moved", "waiting")]
    assert Reminder.objects.get(state="waiting").visit_at == visit.starts_at


def test_a_move_that_is_undone_is_no_message(course: Course, osei: Injector, nurse: User) -> None:
    visit = book(course, osei, nurse)
    send_all(NOW + UNDO)
    visit = move(visit, nurse, days=22, at=NOW + HOUR)
    reconcile(now=NOW + HOUR)
    event = visit.events.latest("pk")
    undoing.undo(session=visit, event=event, by=nurse, at=NOW + HOUR + MINUTE)
    assert told(NOW + HOUR + MINUTE) == [("booked", "sent"), ("moved", "cancelled")]


def test_another_injector_at_the_same_time_is_no_message(course: Course, osei: Injector, nurse: User) -> None:
    visit = book(course, osei, nurse)
    send_all(NOW + UNDO)
    TreatmentSession.objects.update(version=2)
    visit.events.create(clinic=visit.clinic, at=NOW + HOUR, by=nurse, kind="moved")
    assert told(NOW + HOUR) == [("booked", "sent")]


def test_a_note_is_no_message(course: Course, osei: Injector, nurse: User) -> None:
    visit = book(course, osei, nurse)
    send_all(NOW + HOUR)
    planned = list(Reminder.objects.order_by("pk").values_list("pk", "state"))
    booking.change_note(session=visit, note="needs parking", by=nurse, at=NOW + DAY)
    reconcile(now=NOW + DAY + HOUR)
    assert list(Reminder.objects.order_by("pk").values_list("pk", "state")) == planned


def test_a_visit_known_from_before_the_rule_is_told_as_moved(course: Course, osei: Injector, nurse: User) -> None:
    visit = book(course, osei, nurse, at=NOW - 30 * DAY)
    assert told() == []
    move(visit, nurse, days=22, at=NOW)
    assert told() == [("moved", "waiting")]


def test_whoever_was_told_nothing_of_a_visit_hears_nothing_of_a_move_that_is_undone(
    course: Course, osei: Injector, nurse: User
) -> None:
    visit = move(book(course, osei, nurse, at=NOW - 30 * DAY), nurse, days=22, at=NOW)
    undoing.undo(session=visit, event=visit.events.latest("pk"), by=nurse, at=NOW + MINUTE)
    assert told(NOW + MINUTE) == []


def test_a_rule_switched_on_today_tells_nothing_of_yesterday(course: Course, osei: Injector, nurse: User) -> None:
    ReminderRule.objects.filter(kind="booked").update(since=NOW)
    book(course, osei, nurse, at=NOW - DAY)
    assert told() == []


def test_a_visit_booked_for_the_next_hour_needs_no_message(course: Course, osei: Injector, nurse: User) -> None:
    booking.book(course=course, slot=slot(osei, NOW + HOUR), uid=uuid.uuid4(), by=nurse, at=NOW)
    assert told() == []


def test_a_cancelled_visit_is_told_with_the_time_they_know(course: Course, osei: Injector, nurse: User) -> None:
    visit = book(course, osei, nurse)
    send_all(NOW + UNDO)
    known = visit.starts_at
    visit = move(visit, nurse, days=24, at=NOW + HOUR)
    booking.change_status(session=visit, to=Status.CANCELLED, by=nurse, at=NOW + HOUR + MINUTE, reason="ill")
    assert told(NOW + HOUR + 2 * MINUTE) == [("booked", "sent"), ("cancelled", "waiting")]
    row = Reminder.objects.get(state="waiting")
    assert (row.visit_at, row.due_at) == (known, NOW + HOUR + MINUTE + UNDO)


def test_what_could_only_be_told_after_the_visit_is_before_a_person_the_same_evening(
    course: Course, osei: Injector, nurse: User
) -> None:
    visit = book(course, osei, nurse, days=2, at=NOW - 2 * DAY)
    send_all(NOW - 2 * DAY + UNDO)
    evening = NOW + DAY + 9 * HOUR + 58 * MINUTE  # two minutes before eight
    visit = booking.change_status(session=visit, to=Status.CANCELLED, by=nurse, at=evening, reason="ill")
    assert told(evening)[-1] == ("cancelled", "missed")
    undoing.undo(session=visit, event=visit.events.latest("pk"), by=nurse, at=evening + MINUTE)
    assert told(evening + MINUTE)[-1] == ("cancelled", "cancelled")


def test_a_booking_that_is_undone_is_no_message(course: Course, osei: Injector, nurse: User) -> None:
    visit = book(course, osei, nurse)
    reconcile(now=NOW)
    undoing.undo(session=visit, event=visit.events.latest("pk"), by=nurse, at=NOW + MINUTE)
    assert told(NOW + MINUTE) == [("booked", "cancelled")]


def test_a_cancellation_is_told_once_when_a_reminder_was_in_a_workers_hands_meanwhile(
    course: Course, osei: Injector, nurse: User, gateways: dict[str, Gateway]
) -> None:
    """The reminder was about to tell the time, and is stopped: what they were told last is the booking again."""
    visit = book(course, osei, nurse, days=8)
    send_all(NOW + UNDO)
    later = NOW + 5 * DAY
    reconcile(now=later)
    (claimed,) = claim(now=later, limit=5)
    booking.change_status(session=visit, to=Status.CANCELLED, by=nurse, at=later, reason="They rang")
    assert told(later) == [("booked", "sent"), ("cancelled", "waiting")]
    send_claimed(claimed, now=later)
    assert told(later + MINUTE) == [("booked", "sent"), ("cancelled", "waiting")]


def test_an_undone_cancellation_is_no_message(course: Course, osei: Injector, nurse: User) -> None:
    visit = book(course, osei, nurse)
    send_all(NOW + UNDO)
    visit = booking.change_status(session=visit, to=Status.CANCELLED, by=nurse, at=NOW + HOUR, reason="mistake")
    reconcile(now=NOW + HOUR)
    booking.change_status(session=visit, to=Status.BOOKED, by=nurse, at=NOW + HOUR + MINUTE)
    assert told(NOW + HOUR + MINUTE) == [("booked", "sent"), ("cancelled", "cancelled")]
    assert Reminder.objects.latest("pk").reason == AS_BEFORE


def test_who_was_told_that_it_is_cancelled_is_told_that_it_stands_after_all(
    course: Course, osei: Injector, nurse: User
) -> None:
    visit = book(course, osei, nurse)
    send_all(NOW + UNDO)
    visit = booking.change_status(session=visit, to=Status.CANCELLED, by=nurse, at=NOW + HOUR, reason="mistake")
    send_all(NOW + HOUR + UNDO)
    booking.change_status(session=visit, to=Status.BOOKED, by=nurse, at=NOW + 2 * HOUR)
    told_now = [("booked", "sent"), ("cancelled", "sent"), ("moved", "waiting")]
    assert told(NOW + 2 * HOUR) == told(NOW + 2 * HOUR) == told_now


def cancel(visit: TreatmentSession, by: User, at: dt.datetime) -> TreatmentSession:
    """Cancel a visit, as when its person rings."""
    return booking.change_status(session=visit, to=Status.CANCELLED, by=by, at=at, reason="They rang")


@pytest.mark.parametrize("planned_between", [True, False])
def test_a_visit_booked_in_place_of_a_cancelled_one_is_told_as_its_new_time_and_nothing_else(
    course: Course, osei: Injector, nurse: User, planned_between: bool
) -> None:
    visit = book(course, osei, nurse)
    send_all(NOW + UNDO)
    at = NOW + DAY
    cancel(visit, nurse, at)
    if planned_between:
        assert told(at)[1:] == [("cancelled", "waiting")]
    instead = book(course, osei, nurse, days=23, at=at + 2 * MINUTE)
    told(at + 2 * MINUTE)
    waiting = told(at + UNDO)[1:]
    assert [kind for kind, state in waiting if state == "waiting"] == ["moved"]
    row = Reminder.objects.get(rule__kind="moved")
    assert (row.session, row.visit_at, row.due_at) == (instead, instead.starts_at, at + 2 * MINUTE + UNDO)
    send_all(row.due_at)
    assert told(at + HOUR)[-1] == ("moved", "sent")
    if planned_between:
        stopped = Reminder.objects.get(rule__kind="cancelled")
        assert stopped.reason == BOOKED_INSTEAD
        assert result_of(stopped, [], at, dt.UTC).word == "Skipped (visit cancelled, another booked)"


def test_who_was_told_of_the_new_time_hears_of_that_alone_when_it_is_cancelled_too(
    course: Course, osei: Injector, nurse: User
) -> None:
    at = NOW + DAY
    visit = book(course, osei, nurse)
    send_all(NOW + UNDO)
    cancel(visit, nurse, at)
    reconcile(now=at)
    instead = book(course, osei, nurse, days=23, at=at + MINUTE)
    send_all(at + HOUR)
    cancel(instead, nurse, at + 2 * HOUR)
    waiting = Reminder.objects.filter(state="waiting")
    assert told(at + 2 * HOUR)[-1] == ("cancelled", "waiting")
    assert waiting.get(rule__kind="cancelled").session == instead


def test_who_was_not_told_of_the_new_time_hears_that_the_old_one_is_cancelled_when_it_is_undone(
    course: Course, osei: Injector, nurse: User
) -> None:
    visit = book(course, osei, nurse)
    send_all(NOW + UNDO)
    at = NOW + DAY
    cancel(visit, nurse, at)
    reconcile(now=at)
    instead = book(course, osei, nurse, days=23, at=at + MINUTE)
    assert told(at + MINUTE)[1:] == [("cancelled", "cancelled"), ("moved", "waiting")]
    undo(instead, nurse, at + 2 * MINUTE)
    assert told(at + 2 * MINUTE)[1:] == [("cancelled", "waiting"), ("moved", "cancelled")]


def test_who_knows_that_the_old_time_is_cancelled_is_told_of_a_booking(
    course: Course, osei: Injector, nurse: User
) -> None:
    visit = book(course, osei, nurse)
    send_all(NOW + UNDO)
    cancel(visit, nurse, NOW + DAY)
    send_all(NOW + DAY + UNDO)
    book(course, osei, nurse, days=23, at=NOW + DAY + HOUR)
    assert told(NOW + DAY + HOUR)[1:] == [("cancelled", "sent"), ("booked", "waiting")]


def test_where_nobody_is_told_of_moves_both_are_told(course: Course, osei: Injector, nurse: User) -> None:
    ReminderRule.objects.filter(kind="moved").update(active=False)
    visit = book(course, osei, nurse)
    send_all(NOW + UNDO)
    cancel(visit, nurse, NOW + DAY)
    book(course, osei, nurse, days=23, at=NOW + DAY + MINUTE)
    assert sorted(told(NOW + DAY + MINUTE)) == [("booked", "sent"), ("booked", "waiting"), ("cancelled", "waiting")]


def test_the_new_time_is_told_in_time_before_the_old_one(course: Course, osei: Injector, nurse: User) -> None:
    visit = book(course, osei, nurse, days=3)
    send_all(NOW + UNDO)
    cancel(visit, nurse, NOW + DAY)
    book(course, osei, nurse, days=23, at=NOW + DAY + MINUTE)
    assert told(NOW + DAY + MINUTE)[-1] == ("moved", "waiting")
    assert Reminder.objects.get(rule__kind="moved").useful_until == visit.starts_at - 2 * HOUR


def test_whose_course_has_ended_hears_no_more(course: Course, osei: Injector, nurse: User) -> None:
    visit = book(course, osei, nurse)
    send_all(NOW + UNDO)
    booking.change_status(session=visit, to=Status.CANCELLED, by=nurse, at=NOW + HOUR, reason="has died")
    reconcile(now=NOW + HOUR)
    Course.objects.update(closed_on=NOW.date(), close_reason="has died")
    assert told(NOW + HOUR + MINUTE) == [("booked", "sent"), ("cancelled", "cancelled")]


def test_a_missed_visit_is_told_the_same_day_after_the_undo_time(course: Course, osei: Injector, nurse: User) -> None:
    visit = book(course, osei, nurse, days=1, at=NOW - DAY)
    send_all(NOW - DAY + UNDO)
    at = visit.starts_at + HOUR
    booking.change_status(session=visit, to=Status.NO_SHOW, by=nurse, at=at)
    assert told(at)[-1] == ("missed", "waiting")
    row = Reminder.objects.get(rule__kind="missed")
    assert (row.due_at, row.useful_until) == (at + UNDO, dt.datetime(2026, 11, 24, 20, tzinfo=dt.UTC))


def test_who_came_after_all_is_not_told_that_they_were_missed(course: Course, osei: Injector, nurse: User) -> None:
    visit = book(course, osei, nurse, days=1, at=NOW - DAY)
    at = visit.starts_at + HOUR
    visit = booking.change_status(session=visit, to=Status.NO_SHOW, by=nurse, at=at)
    reconcile(now=at)
    booking.change_status(session=visit, to=Status.ARRIVED, by=nurse, at=at + MINUTE)
    assert ("missed", "cancelled") in told(at + MINUTE)


def test_missed_today_is_not_said_tomorrow(course: Course, osei: Injector, nurse: User) -> None:
    visit = book(course, osei, nurse, days=1, at=NOW - DAY)
    at = visit.starts_at + HOUR
    booking.change_status(session=visit, to=Status.NO_SHOW, by=nurse, at=at)
    assert ("missed", "missed") in told(at + DAY)


def test_a_visit_marked_as_missed_days_later_is_left_to_the_recall_list(
    course: Course, osei: Injector, nurse: User
) -> None:
    visit = book(course, osei, nurse, days=1, at=NOW - DAY)
    booking.change_status(session=visit, to=Status.NO_SHOW, by=nurse, at=visit.starts_at + 2 * DAY)
    assert "missed" not in dict(told(visit.starts_at + 2 * DAY))


def by_text_today(visit: TreatmentSession, at: dt.datetime) -> None:
    """Let the reminder of the day before have gone out by text."""
    reconcile(now=at)
    today = Reminder.objects.filter(session=visit, rule__kind="visit", rule__days_before=1)
    today.update(state=State.SENT, closed_at=at, texted_on=at.date())


def test_a_move_away_from_tomorrow_does_not_wait_until_it_is_over_for_a_text(
    course: Course, osei: Injector, nurse: User, gateways: dict[str, Gateway]
) -> None:
    """Who had a text today gets the next tomorrow at ten: by then they would be at the clinic."""
    visit = book(course, osei, nurse, days=1, at=NOW - 20 * DAY)
    by_text_today(visit, NOW)
    move(visit, nurse, days=8, at=NOW + HOUR)
    reconcile(now=NOW + HOUR)
    send_due(clock=lambda: NOW + HOUR + UNDO)
    assert [letter.subject for letter in gateways["email"].taken] == ["Your visit is now Tuesday 1 December at 10am"]


def test_who_asks_to_move_is_told_that_the_old_time_stands_until_we_answer(
    course: Course, osei: Injector, nurse: User
) -> None:
    visit = book(course, osei, nurse)
    send_all(NOW + UNDO)
    asked = TreatmentSession.Answer.ASKED_TO_MOVE
    visit = booking.answer(session=visit, version=1, answer=asked, at=NOW + HOUR)
    assert told(NOW + HOUR) == [("booked", "sent"), ("move_asked", "waiting")]
    move(visit, nurse, days=22, at=NOW + HOUR + MINUTE)
    moved_meanwhile = [("booked", "sent"), ("move_asked", "cancelled"), ("moved", "waiting")]
    assert told(NOW + HOUR + MINUTE) == moved_meanwhile


def test_a_move_told_too_late_is_put_before_a_person(course: Course, osei: Injector, nurse: User) -> None:
    visit = book(course, osei, nurse, days=2, at=NOW - 2 * DAY)
    send_all(NOW - 2 * DAY + UNDO)
    ReminderRule.objects.filter(kind="visit").update(active=False)
    move(visit, nurse, days=1, at=NOW)
    assert told(NOW + DAY - HOUR)[-1] == ("moved", "missed")


def test_a_late_run_leaves_it_to_the_message_before_the_visit(course: Course, osei: Injector, nurse: User) -> None:
    book(course, osei, nurse, days=7, at=NOW - DAY)
    assert told(NOW + 5 * DAY) == []
    assert Reminder.objects.filter(rule__kind="visit").exists()


def test_nobody_is_put_before_a_person_only_because_a_booking_cannot_be_told(
    course: Course, osei: Injector, nurse: User
) -> None:
    ContactPoint.objects.update(withdrawn_at=NOW, withdrawn_source="test")
    visit = book(course, osei, nurse)
    assert told() == []
    Reminder.objects.all().delete()
    booking.change_status(session=visit, to=Status.CANCELLED, by=nurse, at=NOW + HOUR, reason="ill")
    assert told(NOW + HOUR) == [("cancelled", "failed")]


def test_what_a_person_stopped_is_not_told_another_way_once_the_first_is_closed(
    course: Course, osei: Injector, nurse: User
) -> None:
    book(course, osei, nurse)
    reconcile(now=NOW)
    handling.stop_for_visit(reminder=Reminder.objects.get(rule__kind="booked"), by=nurse, at=NOW)
    ContactPoint.objects.filter(channel="sms").update(withdrawn_at=NOW, withdrawn_source="test")
    assert told(NOW + MINUTE) == [("booked", "stopped")]


def step(visit: TreatmentSession, kind: str, by: User) -> dt.datetime:
    """Let something happen to a visit that is told once; return when."""
    at = visit.starts_at + MINUTE if kind == "missed" else NOW + HOUR
    if kind == "move_asked":
        asked = TreatmentSession.Answer.ASKED_TO_MOVE
        booking.answer(session=visit, version=visit.version, answer=asked, at=at)
    else:
        to = Status.NO_SHOW if kind == "missed" else Status.CANCELLED
        booking.change_status(session=visit, to=to, by=by, at=at, reason="ill")
    return at


@pytest.mark.parametrize("sent", [False, True])
@pytest.mark.parametrize("kind", ["cancelled", "missed", "move_asked"])
def test_who_chooses_email_meanwhile_is_not_told_the_same_by_both(
    course: Course, osei: Injector, nurse: User, kind: str, sent: bool
) -> None:
    ReminderRule.objects.filter(kind=kind).update(active=True)
    visit = book(course, osei, nurse, days=4)
    send_all(NOW + UNDO)
    visit.refresh_from_db()
    at = step(visit, kind, nurse)
    assert told(at)[-1] == (kind, "waiting")
    if sent:
        send_all(at + UNDO)
    Patient.objects.update(preferred_channel="email")
    told(at + 2 * UNDO)
    assert list(Reminder.objects.filter(rule__kind=kind).values_list("channel", flat=True)) == ["sms"]


def test_a_rule_that_is_switched_off_takes_its_waiting_messages_with_it(
    course: Course, osei: Injector, nurse: User
) -> None:
    book(course, osei, nurse)
    reconcile(now=NOW)
    ReminderRule.objects.filter(kind="booked").update(active=False)
    assert told() == [("booked", "cancelled")]
    ReminderRule.objects.filter(kind="booked").update(active=True)
    assert told() == [("booked", "waiting")]


def test_who_was_called_and_then_told_of_another_time_is_told_that_it_is_the_old_one_again(
    course: Course, osei: Injector, nurse: User
) -> None:
    visit = book(course, osei, nurse, days=7)
    send_all(NOW + UNDO)
    handling.call_about_visit(session=visit, told=visit.starts_at, by=nurse, at=NOW + HOUR)  # no reminder waits now
    moved = move(visit, nurse, days=28, at=NOW + DAY)
    send_all(NOW + DAY + UNDO)
    move(moved, nurse, days=7, at=NOW + DAY + HOUR)
    assert told(NOW + DAY + HOUR) == [("booked", "sent"), ("moved", "sent"), ("moved", "waiting")]


def goes_unanswered(gateways: dict[str, Gateway], at: dt.datetime) -> None:
    """Let the gateway take the next text and the line break before it says so."""
    reconcile(now=at)
    gateways["sms"].answers = [SendError("The gateway did not answer", permanent=False, in_doubt=True)]
    send_due(clock=lambda: at)


def test_who_may_have_been_told_of_the_other_time_is_told_that_it_is_the_old_one_again(
    course: Course, osei: Injector, nurse: User, gateways: dict[str, Gateway]
) -> None:
    visit = book(course, osei, nurse)
    send_all(NOW + UNDO)
    moved = move(visit, nurse, days=28, at=NOW + DAY)
    goes_unanswered(gateways, NOW + DAY + UNDO)
    move(moved, nurse, days=21, at=NOW + DAY + UNDO + MINUTE)
    assert told(NOW + DAY + 2 * UNDO) == [("booked", "sent"), ("moved", "cancelled"), ("moved", "waiting")]


def test_news_in_doubt_is_asked_about_and_not_told_anew_when_another_injector_sees_them(
    course: Course, osei: Injector, nurse: User, gateways: dict[str, Gateway]
) -> None:
    visit = book(course, osei, nurse)
    goes_unanswered(gateways, NOW + UNDO)
    gateways["sms"].knows = "id-of-the-first"
    there = slot(make_injector(visit.clinic, "RN Bello"), visit.starts_at)
    booking.move(session=visit, version=visit.version, slot=there, by=nurse, at=NOW + UNDO + MINUTE)
    assert told(NOW + 2 * UNDO) == [("booked", "waiting")]
    send_due(clock=lambda: NOW + HOUR)
    assert told(NOW + HOUR) == [("booked", "sent")]
    assert (gateways["sms"].taken, gateways["email"].taken) == ([], [])


def test_who_was_told_of_the_other_time_by_what_was_to_be_sent_again_is_told_that_it_is_the_old_one_again(
    course: Course, osei: Injector, nurse: User, gateways: dict[str, Gateway]
) -> None:
    visit = book(course, osei, nurse)
    send_all(NOW + UNDO)
    moved, at = move(visit, nurse, days=28, at=NOW + DAY), NOW + DAY + UNDO
    reconcile(now=at)
    send_due(clock=lambda: at)
    news = Reminder.objects.get(rule__kind="moved")
    handling.send_again(reminder=news, by=nurse, at=at + MINUTE, anyway=True)
    move(moved, nurse, days=21, at=at + MINUTE)
    assert told(at + UNDO) == [("booked", "sent"), ("moved", "cancelled"), ("moved", "waiting")]


def test_who_may_have_been_told_that_it_is_cancelled_is_told_that_it_stands_after_all(
    course: Course, osei: Injector, nurse: User, gateways: dict[str, Gateway]
) -> None:
    visit = book(course, osei, nurse)
    send_all(NOW + UNDO)
    at = NOW + DAY
    off = booking.change_status(session=visit, to=Status.CANCELLED, by=nurse, at=at, reason="ill")
    goes_unanswered(gateways, at + UNDO)
    booking.change_status(session=off, to=Status.BOOKED, by=nurse, at=at + UNDO + MINUTE)
    assert told(at + 2 * UNDO)[1:] == [("cancelled", "cancelled"), ("moved", "waiting")]


def test_news_in_doubt_that_was_left_to_a_person_is_not_planned_anew_by_email_after_a_stop(
    course: Course, osei: Injector, nurse: User, gateways: dict[str, Gateway]
) -> None:
    visit = book(course, osei, nurse)
    send_all(NOW + UNDO)
    booking.change_status(session=visit, to=Status.CANCELLED, by=nurse, at=NOW + DAY, reason="ill")
    goes_unanswered(gateways, NOW + DAY + UNDO)
    ContactPoint.objects.filter(channel=Channel.SMS).update(withdrawn_at=NOW + DAY + UNDO, withdrawn_source="test")
    gateways["sms"].can_answer = False
    send_due(clock=lambda: NOW + DAY + HOUR)
    assert told(NOW + DAY + HOUR + MINUTE)[1:] == [("cancelled", "failed")]
    send_due(clock=lambda: NOW + DAY + HOUR + MINUTE)
    assert gateways["email"].taken == []


def test_a_visit_that_stood_after_all_and_is_off_again_is_told_so_though_the_first_news_never_got_an_answer(
    course: Course, osei: Injector, nurse: User, gateways: dict[str, Gateway]
) -> None:
    visit = book(course, osei, nurse)
    send_all(NOW + UNDO)
    at = NOW + DAY
    off = booking.change_status(session=visit, to=Status.CANCELLED, by=nurse, at=at, reason="mistake")
    goes_unanswered(gateways, at + UNDO)
    Reminder.objects.filter(rule__kind="cancelled").update(state=State.FAILED, closed_at=at + UNDO)
    back = booking.change_status(session=off, to=Status.BOOKED, by=nurse, at=at + HOUR)
    send_all(at + HOUR + UNDO)
    booking.change_status(session=back, to=Status.CANCELLED, by=nurse, at=at + 2 * HOUR, reason="They rang")
    assert told(at + 2 * HOUR)[2:] == [("moved", "sent"), ("cancelled", "waiting")]


@pytest.mark.parametrize("way", ["sms", "email"])
def test_who_agrees_to_messages_after_their_visit_was_cancelled_is_told_and_needs_no_call(
    course: Course, osei: Injector, nurse: User, gateways: dict[str, Gateway], way: str
) -> None:
    visit = book(course, osei, nurse)
    send_all(NOW + UNDO)
    ReminderRule.objects.filter(kind="welcome").update(active=False)  # it would take the day's text
    ContactPoint.objects.update(consented_at=None)
    booking.change_status(session=visit, to=Status.CANCELLED, by=nurse, at=NOW + DAY, reason="ill")
    assert told(NOW + DAY + UNDO)[1:] == [("cancelled", "failed")]
    ContactPoint.objects.filter(channel=way).update(consented_at=NOW + DAY + HOUR, consent_source="test")
    reconcile(now=NOW + DAY + HOUR)
    send_due(clock=lambda: NOW + DAY + HOUR)
    reconcile(now=NOW + DAY + HOUR + MINUTE)
    off = Reminder.objects.filter(rule__kind="cancelled")
    assert list(off.filter(state=State.SENT).values_list("channel", flat=True)) == [way]
    assert not off.needs_person().exists()


def switch(rule: ReminderRule, *, on: bool, by: User, at: dt.datetime) -> None:
    """Switch a rule on or off, as the page does."""
    rule.refresh_from_db()
    save_rule(rule=rule, fields={"active": on}, version=rule.version, by=by, at=at)


def test_news_that_was_stopped_with_its_rule_is_not_told_weeks_later_when_the_rule_is_switched_on(
    course: Course, osei: Injector, nurse: User
) -> None:
    book(course, osei, nurse, days=60)
    reconcile(now=NOW)
    rule = ReminderRule.objects.get(kind="booked")
    switch(rule, on=False, by=nurse, at=NOW + MINUTE)
    assert told(NOW + MINUTE) == [("booked", "cancelled")]
    switch(rule, on=True, by=nurse, at=NOW + 14 * DAY)
    assert told(NOW + 14 * DAY) == [("booked", "cancelled")]
    assert Reminder.objects.get(rule__kind="booked").reason == SWITCHED_OFF


def test_news_that_was_stopped_with_its_rule_is_told_when_the_rule_was_off_for_less_than_a_day(
    course: Course, osei: Injector, nurse: User
) -> None:
    visit = book(course, osei, nurse, days=60)
    send_all(NOW + UNDO)
    booking.change_status(session=visit, to=Status.CANCELLED, by=nurse, at=NOW + UNDO, reason="ill")
    reconcile(now=NOW + UNDO)
    rule = ReminderRule.objects.get(kind="cancelled")
    switch(rule, on=False, by=nurse, at=NOW + UNDO + MINUTE)
    assert told(NOW + UNDO + MINUTE)[1:] == [("cancelled", "cancelled")]
    switch(rule, on=True, by=nurse, at=NOW + UNDO + 5 * MINUTE)
    assert told(NOW + UNDO + 5 * MINUTE)[1:] == [("cancelled", "waiting")]


def test_the_database_refuses_a_second_message_for_one_occasion(course: Course, osei: Injector, nurse: User) -> None:
    book(course, osei, nurse)
    reconcile(now=NOW)
    row = Reminder.objects.get(rule__kind="booked")
    row.pk, row.uid, row.rule = None, uuid.uuid4(), ReminderRule.objects.get(kind="moved")
    with pytest.raises(IntegrityError), transaction.atomic():
        row.save(force_insert=True)


def test_many_steps_cost_as_many_queries_as_one(
    rules: Clinic, osei: Injector, nurse: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(12):
        starts_at = NOW + 21 * DAY + number * 15 * MINUTE
        patient = make_patient(rules, record_number=f"S{number}", phone=f"+4477009001{number:02d}")
        booking.book(course=make_course(patient), slot=slot(osei, starts_at), uid=uuid.uuid4(), by=nurse, at=NOW)
    with django_assert_num_queries(23):
        reconcile(now=NOW)
    assert Reminder.objects.filter(rule__kind="booked").count() == 12


def undo(visit: TreatmentSession, by: User, at: dt.datetime) -> TreatmentSession:
    """Take the last step of a visit back."""
    return undoing.undo(session=visit, event=visit.events.latest("pk"), by=by, at=at)


def test_who_booked_by_themselves_is_told_when_the_desk_undoes_it(course: Course, osei: Injector, nurse: User) -> None:
    visit = booking.book(course=course, slot=slot(osei, NOW + 21 * DAY), uid=uuid.uuid4(), by=None, at=NOW)
    reconcile(now=NOW)
    undo(visit, nurse, NOW + MINUTE)
    assert told(NOW + MINUTE) == told(NOW + 2 * MINUTE) == [("booked", "cancelled"), ("cancelled", "waiting")]
    assert Reminder.objects.get(state="waiting").visit_at == visit.starts_at


def test_who_took_another_time_by_themselves_is_told_when_the_desk_undoes_it(
    course: Course, osei: Injector, nurse: User
) -> None:
    visit = book(course, osei, nurse)
    known = visit.starts_at
    send_all(NOW + UNDO)
    there = slot(osei, NOW + 15 * DAY)
    visit = booking.move(session=visit, version=1, slot=there, by=None, at=NOW + HOUR)
    reconcile(now=NOW + HOUR)
    undo(visit, nurse, NOW + HOUR + MINUTE)
    told_now = [("booked", "sent"), ("moved", "cancelled"), ("moved", "waiting")]
    assert told(NOW + HOUR + MINUTE) == told(NOW + HOUR + 2 * MINUTE) == told_now
    assert Reminder.objects.get(state="waiting", rule__kind="moved").visit_at == known
    send_all(NOW + HOUR + MINUTE + UNDO)
    assert told(NOW + 2 * HOUR)[-1] == ("moved", "sent")


def test_the_cancelled_time_is_the_one_they_took_last(course: Course, osei: Injector, nurse: User) -> None:
    visit = book(course, osei, nurse)
    send_all(NOW + UNDO)
    there = slot(osei, NOW + 15 * DAY)
    visit = booking.move(session=visit, version=1, slot=there, by=None, at=NOW + HOUR)
    at = NOW + HOUR + MINUTE
    booking.change_status(session=visit, to=Status.CANCELLED, by=nurse, at=at, reason="ill")
    assert told(at) == [("booked", "sent"), ("cancelled", "waiting")]
    assert Reminder.objects.get(state="waiting").visit_at == there.starts_at
