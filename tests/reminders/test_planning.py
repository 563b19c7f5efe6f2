"""Planning: the ledger follows the calendar."""

import datetime as dt
import importlib
import uuid
from collections.abc import Iterator
from itertools import repeat
from typing import Any

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, transaction
from django.db.models import Case, Max, When
from pytest_django import DjangoAssertNumQueries, Settings

from clinic.models import Clinic, Injector, User
from patients.models import Channel, ContactPoint, Patient
from reminders import defaults, handling, rehearsal, rounds
from reminders.channels import SendError
from reminders.dispatch import claim, send_due
from reminders.models import Delivery, MessageTemplate, Reminder, ReminderRule, State
from reminders.planning import reconcile
from reminders.planning.channel import best_channel, channel_of, is_usable, reachable, reached
from reminders.standing import ASKED_TO_MOVE, BEGUN, CANCELLED, LEFT_ALONE, MOVED, NOT_DUE
from tests.builders import NOW, TODAY, make_course, make_injector, make_patient, make_session, room_of
from tests.plans import on_sqlite, plans, steps
from tests.reminders.conftest import Gateway
from treatments import booking, undoing
from treatments.models import Course, Status, TreatmentSession
from treatments.recall import contact
from treatments.slots import Slot

MINUTE, HOUR, DAY = dt.timedelta(minutes=1), dt.timedelta(hours=1), dt.timedelta(days=1)
MONTH_AGO = NOW - 30 * DAY


def plan(at: dt.datetime = NOW) -> list[tuple[int, str]]:
    """Plan, and return distance and state of every reminder before a visit or a due date (others: test_happened)."""
    reconcile(now=at)
    rows = Reminder.objects.filter(rule__kind__in=("visit", "due")).order_by("-rule__days_before", "pk")
    return [(row.rule.days_before, row.state) for row in rows.select_related("rule")]


def test_a_booked_visit_gets_a_message_three_days_and_one_day_before(visit: TreatmentSession) -> None:
    assert plan() == [(3, "waiting"), (1, "waiting")]
    three, one = Reminder.objects.order_by("due_at")
    assert three.due_at == dt.datetime(2026, 11, 23, 10, tzinfo=dt.UTC)
    assert one.due_at == dt.datetime(2026, 11, 25, 10, tzinfo=dt.UTC)
    assert three.channel == Channel.SMS
    assert (three.patient, three.course, three.session_version) == (visit.course.patient, visit.course, 1)


def test_planning_twice_adds_nothing(visit: TreatmentSession) -> None:
    first = plan()
    assert plan() == first


def test_a_visit_beyond_the_days_ahead_waits_for_its_turn(rules: Clinic, osei: Injector, maria: Patient) -> None:
    make_session(make_course(maria), osei, NOW + 40 * DAY, placed_at=MONTH_AGO)
    assert plan() == []


def test_a_visit_placed_just_now_gets_only_the_messages_still_to_come(
    rules: Clinic, osei: Injector, maria: Patient
) -> None:
    make_session(make_course(maria), osei, NOW + 2 * DAY, placed_at=NOW)
    assert plan() == [(1, "waiting")]


def test_a_move_undone_on_the_day_before_leaves_the_reminder_of_that_day(
    visit: TreatmentSession, osei: Injector, nurse: User
) -> None:
    morning = dt.datetime(2026, 11, 25, 9, tzinfo=dt.UTC)  # an hour before the reminder
    reconcile(now=morning)
    Reminder.objects.filter(rule__days_before=3).update(state=State.SENT, closed_at=NOW)
    later = visit.starts_at + dt.timedelta(days=7)
    slot = Slot(osei, room_of(osei), later, later + dt.timedelta(minutes=15))
    moved = booking.move(session=visit, version=1, slot=slot, by=nurse, at=morning)
    reconcile(now=morning)
    event = moved.events.order_by("-pk")[0]
    undoing.undo(session=moved, event=event, by=nurse, at=morning + dt.timedelta(minutes=1))
    reconcile(now=morning + dt.timedelta(minutes=1))
    waiting = Reminder.objects.get(state=State.WAITING)
    assert (waiting.rule.days_before, waiting.visit_at, waiting.due_at) == (
        1,
        visit.starts_at,
        morning + dt.timedelta(hours=1),
    )


def test_a_visit_booked_moved_and_put_back_on_the_day_before_is_told_once(
    rules: Clinic, osei: Injector, maria: Patient, nurse: User
) -> None:
    morning = dt.datetime(2026, 11, 25, 9, tzinfo=dt.UTC)
    first, second = (
        Slot(osei, room_of(osei), starts_at, starts_at + dt.timedelta(minutes=15))
        for starts_at in (morning + dt.timedelta(days=1), morning + dt.timedelta(days=8))
    )
    booked = booking.book(course=make_course(maria), slot=first, uid=uuid.uuid4(), by=nurse, at=morning)
    moved = booking.move(session=booked, version=1, slot=second, by=nurse, at=morning + dt.timedelta(minutes=1))
    event = moved.events.order_by("-pk")[0]
    undoing.undo(session=moved, event=event, by=nurse, at=morning + dt.timedelta(minutes=2))
    reconcile(now=morning + dt.timedelta(minutes=2))
    assert [one.rule.kind for one in Reminder.objects.filter(state=State.WAITING)] == ["booked"]


@pytest.fixture
def told(visit: TreatmentSession) -> TreatmentSession:
    """Maria's visit, of which she was told three days before, as planned."""
    reconcile(now=NOW)
    Reminder.objects.filter(rule__days_before=3).update(state=State.SENT, closed_at=NOW)
    return visit


def to_another(visit: TreatmentSession, by: User, at: dt.datetime) -> TreatmentSession:
    """Let another injector see somebody at the same time, and plan."""
    other = make_injector(visit.clinic, "RN Bello")
    slot = Slot(other, room_of(other), visit.starts_at, visit.ends_at)
    moved = booking.move(session=visit, version=visit.version, slot=slot, by=by, at=at)
    reconcile(now=at)
    return moved


def to(visit: TreatmentSession, starts_at: dt.datetime, by: User, at: dt.datetime) -> TreatmentSession:
    """Move a visit, and plan."""
    slot = Slot(visit.injector, room_of(visit.injector), starts_at, starts_at + dt.timedelta(minutes=15))
    moved = booking.move(session=visit, version=visit.version, slot=slot, by=by, at=at)
    reconcile(now=at)
    return moved


def waiting() -> list[tuple[str, int]]:
    """Return kind and days of what waits."""
    rows = Reminder.objects.filter(state=State.WAITING).order_by("pk")
    return list(rows.values_list("rule__kind", "rule__days_before"))


EVE = dt.datetime(2026, 11, 25, 9, tzinfo=dt.UTC)  # an hour before the reminder of the day before


def test_whom_another_injector_sees_at_the_same_time_is_reminded_all_the_same(
    told: TreatmentSession, nurse: User
) -> None:
    to_another(told, nurse, EVE)
    assert waiting() == [("visit", 1)]
    assert Reminder.objects.get(state=State.WAITING).due_at == EVE + HOUR


def test_who_was_reminded_hears_nothing_when_another_injector_sees_them_at_the_same_time(
    told: TreatmentSession, nurse: User
) -> None:
    Reminder.objects.filter(rule__days_before=1).update(state=State.SENT, closed_at=EVE + HOUR)
    to_another(told, nurse, EVE + 4 * HOUR)
    assert waiting() == []


@pytest.fixture
def in_doubt(told: TreatmentSession, gateways: dict[str, Gateway]) -> TreatmentSession:
    """The same visit, and the gateway took the text of the day before, but its answer was lost."""
    gateways["sms"].answers = [SendError("The gateway did not answer", permanent=False, in_doubt=True)]
    send_due(clock=lambda: EVE + HOUR)
    gateways["sms"].knows = "id-of-the-first"
    return told


def plan_and_send(*moments: dt.datetime) -> None:
    for at in moments:
        reconcile(now=at)
        send_due(clock=lambda at=at: at)  # type: ignore[misc]


def texts_and_letters(gateways: dict[str, Gateway]) -> tuple[int, int]:
    return len(gateways["sms"].taken), len(gateways["email"].taken)


AFTER = EVE + HOUR + MINUTE
LATER = (EVE + 2 * HOUR, EVE + DAY + HOUR)


def test_a_reminder_in_doubt_that_arrived_is_not_told_anew_when_another_injector_sees_them(
    in_doubt: TreatmentSession, nurse: User, gateways: dict[str, Gateway]
) -> None:
    to_another(in_doubt, nurse, AFTER)
    plan_and_send(*LATER)
    assert texts_and_letters(gateways) == (0, 0)
    assert [one.state for one in Reminder.objects.filter(rule__days_before=1)] == [State.SENT]


def test_a_reminder_in_doubt_that_never_arrived_goes_out_when_another_injector_sees_them(
    in_doubt: TreatmentSession, nurse: User, gateways: dict[str, Gateway]
) -> None:
    gateways["sms"].knows = None
    to_another(in_doubt, nurse, AFTER)
    assert waiting() == [("visit", 1)]
    plan_and_send(*LATER)
    assert texts_and_letters(gateways) == (1, 0)


def test_a_reminder_in_doubt_waits_for_a_silent_gateway_when_another_injector_sees_them(
    in_doubt: TreatmentSession, nurse: User, gateways: dict[str, Gateway]
) -> None:
    """The sending meets it before the planning does."""
    gateways["sms"].silence = SendError("The gateway did not answer", permanent=False)
    other = make_injector(in_doubt.clinic, "RN Bello")
    slot = Slot(other, room_of(other), in_doubt.starts_at, in_doubt.ends_at)
    booking.move(session=in_doubt, version=in_doubt.version, slot=slot, by=nurse, at=AFTER)
    send_due(clock=lambda: AFTER + 10 * MINUTE)
    plan_and_send(AFTER + 20 * MINUTE)
    assert texts_and_letters(gateways) == (0, 0)
    gateways["sms"].silence = None
    plan_and_send(EVE + 4 * HOUR, *LATER[1:])
    assert texts_and_letters(gateways) == (0, 0)


def test_a_reminder_in_doubt_that_a_dead_worker_left_is_not_told_anew_when_another_injector_sees_them(
    told: TreatmentSession, nurse: User, gateways: dict[str, Gateway]
) -> None:
    (claimed,) = claim(now=EVE + HOUR, limit=1)
    Delivery.objects.create(clinic=told.clinic, reminder=claimed, attempt=1, started_at=EVE + HOUR)
    gateways["sms"].silence = SendError("The gateway did not answer", permanent=False)
    to_another(told, nurse, AFTER)
    plan_and_send(EVE + 2 * HOUR, EVE + 2 * HOUR + MINUTE)
    assert texts_and_letters(gateways) == (0, 0)


def test_a_reminder_in_doubt_that_was_left_to_a_person_stays_theirs_when_another_injector_sees_them(
    in_doubt: TreatmentSession, nurse: User, gateways: dict[str, Gateway]
) -> None:
    Reminder.objects.filter(rule__days_before=1).update(state=State.FAILED, closed_at=AFTER)
    to_another(in_doubt, nurse, AFTER)
    plan_and_send(*LATER)
    assert texts_and_letters(gateways) == (0, 0)
    assert [one.rule.days_before for one in Reminder.objects.needs_person()] == [1]


def test_a_reminder_in_doubt_of_the_time_that_was_before_is_told_anew_after_another_time_was_told(
    in_doubt: TreatmentSession, nurse: User, gateways: dict[str, Gateway]
) -> None:
    """They think of the time that they read last, whatever the gateway says of the text before."""
    known = in_doubt.starts_at
    moved = to(in_doubt, known + 7 * DAY, nurse, AFTER)
    Reminder.objects.filter(rule__kind="moved").update(state=State.SENT, closed_at=AFTER + 5 * MINUTE)
    to(moved, known, nurse, AFTER + 10 * MINUTE)
    assert waiting() == [("moved", 0)]


def test_a_visit_moved_there_and_back_in_the_night_keeps_the_reminder_of_the_morning(
    told: TreatmentSession, nurse: User
) -> None:
    """Nobody was told of the other time, so nothing has to be told anew, and the reminder is no repetition."""
    known, night = told.starts_at, EVE - 10 * HOUR
    moved = to(told, known + 7 * DAY, nurse, night)
    to(moved, known, nurse, night + HOUR)
    assert waiting() == [("visit", 1)]


def test_who_was_told_of_the_other_time_hears_once_that_it_is_the_old_one_again(
    told: TreatmentSession, nurse: User
) -> None:
    known = told.starts_at
    moved = to(told, known + 7 * DAY, nurse, EVE - HOUR)
    Reminder.objects.filter(rule__kind="moved").update(state=State.SENT, closed_at=EVE)
    to(moved, known, nurse, EVE)
    assert waiting() == [("moved", 0)]


def test_a_move_undone_after_the_reminders_moment_lets_it_go_out_then(told: TreatmentSession, nurse: User) -> None:
    moment = EVE + HOUR
    moved = to(told, told.starts_at + 7 * DAY, nurse, moment - dt.timedelta(minutes=1))
    at = moment + dt.timedelta(minutes=1)
    undoing.undo(session=moved, event=moved.events.latest("pk"), by=nurse, at=at)
    reconcile(now=at)
    assert waiting() == [("visit", 1)]


def test_who_took_their_time_back_by_themselves_just_before_the_reminder_is_not_told_it_again(
    told: TreatmentSession,
) -> None:
    visit, known = told, told.starts_at
    for hours, starts_at in enumerate((known + 7 * DAY, known)):
        slot = Slot(visit.injector, room_of(visit.injector), starts_at, starts_at + 15 * MINUTE)
        visit = booking.move(session=visit, version=visit.version, slot=slot, by=None, at=EVE - 2 * HOUR + hours * HOUR)
    reconcile(now=EVE)
    assert waiting() == []


def test_what_a_person_stopped_for_a_visit_stays_so_when_another_injector_sees_them(
    told: TreatmentSession, nurse: User
) -> None:
    handling.stop_for_visit(reminder=Reminder.objects.get(rule__days_before=1), by=nurse, at=EVE - 20 * HOUR)
    to_another(told, nurse, EVE - 19 * HOUR)
    assert waiting() == []


def test_visits_placed_anew_of_late_cost_the_same_queries_for_one_and_for_many(
    rules: Clinic, osei: Injector, nurse: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    visits = [
        make_session(make_course(make_patient(rules)), osei, NOW + 7 * DAY + hours * HOUR, placed_at=MONTH_AGO)
        for hours in range(4)
    ]
    to_another(visits[0], nurse, NOW)
    with django_assert_num_queries(21):
        reconcile(now=NOW)
    later = dt.timedelta(minutes=15)
    to(visits[1], visits[1].starts_at + later, nurse, NOW)
    with django_assert_num_queries(22) as few:
        reconcile(now=NOW)
    for visit in visits[2:]:
        to(visit, visit.starts_at + later, nurse, NOW)
    with django_assert_num_queries(len(few)):
        reconcile(now=NOW)


def test_the_other_channel_is_used_when_the_preferred_one_may_not_be(visit: TreatmentSession) -> None:
    ContactPoint.objects.filter(channel=Channel.SMS).update(withdrawn_at=NOW, withdrawn_source="test")
    plan()
    assert set(Reminder.objects.values_list("channel", flat=True)) == {"email"}


def test_whom_only_the_other_way_reaches_is_put_before_a_person_with_that_reason(visit: TreatmentSession) -> None:
    ReminderRule.objects.update(channel_order="email")
    ContactPoint.objects.filter(channel="email").delete()
    reconcile(now=AFTER)
    assert set(Reminder.objects.needs_person().values_list("reason", flat=True)) == {
        "There is no email address that may be used"
    }


def test_a_patient_whom_nothing_reaches_is_put_before_a_person_at_once(visit: TreatmentSession) -> None:
    ContactPoint.objects.update(consented_at=None)
    assert plan() == [(3, "failed"), (1, "failed")]
    assert "no phone number or email" in Reminder.objects.order_by("pk")[0].reason
    assert Reminder.objects.needs_person().count() == 2


@pytest.mark.parametrize(("order", "way"), [("preferred", "sms"), ("preferred", "email"), ("email", "email")])
def test_who_agrees_to_messages_later_gets_those_that_reached_nobody_before(
    visit: TreatmentSession, gateways: dict[str, Gateway], order: str, way: str
) -> None:
    ReminderRule.objects.update(channel_order=order)
    ReminderRule.objects.filter(kind="welcome").update(active=False)  # it would take the day's text
    ContactPoint.objects.update(consented_at=None)
    assert plan() == [(3, "failed"), (1, "failed")]
    ContactPoint.objects.filter(channel=way).update(consented_at=NOW + MINUTE, consent_source="test")
    reconcile(now=NOW + 5 * MINUTE)
    assert not Reminder.objects.needs_person().exists()
    send_due(clock=lambda: NOW + 5 * MINUTE)
    sent = Reminder.objects.filter(state=State.SENT, session=visit)
    assert list(sent.values_list("channel", "rule__days_before")) == [(way, 3)]


def test_a_number_that_is_mended_brings_back_nothing_by_a_way_that_the_clinic_does_not_use(
    visit: TreatmentSession,
) -> None:
    ReminderRule.objects.update(channel_order="email")
    ContactPoint.objects.update(consented_at=None)
    plan()
    ContactPoint.objects.filter(channel=Channel.SMS).update(consented_at=NOW, consent_source="test")
    assert plan(NOW + MINUTE) == [(3, "failed"), (1, "failed")]


def test_the_last_message_is_of_use_until_two_hours_before(visit: TreatmentSession) -> None:
    plan()
    assert Reminder.objects.get(rule__days_before=1).useful_until == visit.starts_at - 2 * HOUR


def test_the_date_of_a_visit_is_the_clinics_and_not_utcs(visit: TreatmentSession) -> None:
    """In Auckland the visit at 10:30 UTC is late in the evening, and the one at 12:30 on the next day."""
    Clinic.objects.update(timezone="Pacific/Auckland")
    visit.starts_at += 2 * HOUR
    visit.ends_at += 2 * HOUR
    visit.save()
    plan()
    last = Reminder.objects.get(rule__days_before=1)
    assert last.due_at == dt.datetime(2026, 11, 25, 21, tzinfo=dt.UTC)  # ten in the morning of the 26th there


@pytest.mark.parametrize("order", [(), *[rule.split(",") for rule in list(ReminderRule.Order.values)[1:]]])
@pytest.mark.parametrize("preferred", list(Channel))
@pytest.mark.parametrize("usable", [[], ["sms"], ["email"], ["sms", "email"]])
def test_the_database_chooses_the_channel_as_the_rule_says(
    visit: TreatmentSession, order: list[str], preferred: str, usable: list[str]
) -> None:
    tried = tuple(map(Channel, order))
    ContactPoint.objects.exclude(channel__in=usable).update(failed_at=NOW)
    Patient.objects.update(preferred_channel=preferred)
    visits: Any = TreatmentSession.objects.all()
    is_reached = Case(When(is_usable(tried), then=True), default=False)
    row = visits.annotate(**reached("course__patient")).annotate(channel=channel_of(tried), usable=is_reached).get()
    assert best_channel(visits.annotate(**reachable("course__patient")).get(), tried) == (row.channel, row.usable)


def test_where_no_texts_are_sent_who_prefers_them_is_planned_a_letter(
    visit: TreatmentSession, settings: Settings
) -> None:
    settings.SEND_TEXTS = False
    plan()
    assert visit.course.patient.preferred_channel == Channel.SMS
    assert set(Reminder.objects.values_list("channel", flat=True)) == {Channel.EMAIL}


def test_an_inactive_rule_asks_for_nothing(visit: TreatmentSession) -> None:
    ReminderRule.objects.filter(days_before__in=(3, 14)).update(active=False)
    assert plan() == [(1, "waiting")]


def test_a_reminder_whose_rule_is_switched_on_again_in_time_goes_out(visit: TreatmentSession) -> None:
    plan()
    ReminderRule.objects.filter(days_before=1).update(active=False)
    assert plan() == [(3, "waiting"), (1, "cancelled")]
    ReminderRule.objects.filter(days_before=1).update(active=True, since=NOW + HOUR)
    assert plan(NOW + HOUR) == [(3, "waiting"), (1, "waiting")]


def test_a_clinic_without_rules_sends_nothing(lakeside: Clinic, visit: TreatmentSession) -> None:
    patient = make_patient(lakeside, record_number="LS1")
    make_session(make_course(patient), make_injector(lakeside, "Dr Quinn"), NOW + 3 * DAY, placed_at=MONTH_AGO)
    plan()
    assert not Reminder.objects.filter(clinic=lakeside).exists()


def test_a_cancelled_visit_takes_its_messages_with_it(reminder: Reminder, visit: TreatmentSession, nurse: User) -> None:
    booking.change_status(session=visit, to=Status.CANCELLED, by=nurse, at=NOW, reason="ill")
    assert plan(NOW + HOUR) == [(3, "cancelled"), (1, "cancelled")]
    reminder.refresh_from_db()
    assert (reminder.reason, reminder.closed_at) == (CANCELLED, NOW + HOUR)


def test_an_undone_cancellation_brings_the_messages_back(
    reminder: Reminder, visit: TreatmentSession, nurse: User
) -> None:
    booking.change_status(session=visit, to=Status.CANCELLED, by=nurse, at=NOW, reason="ill")
    plan()
    booking.change_status(session=visit, to=Status.BOOKED, by=nurse, at=NOW)
    assert plan() == [(3, "waiting"), (1, "waiting")]
    reminder.refresh_from_db()
    assert (reminder.reason, reminder.closed_at) == ("", None)


def test_a_visit_cancelled_by_mistake_does_not_ask_for_a_booking_at_once(
    due_in_14: Course, osei: Injector, nurse: User
) -> None:
    plan()
    visit = make_session(due_in_14, osei, NOW + 20 * DAY, placed_at=NOW)
    plan()
    booking.change_status(session=visit, to=Status.CANCELLED, by=nurse, at=NOW + HOUR, reason="mistake")
    assert plan(NOW + HOUR) == [(14, "waiting")]
    assert Reminder.objects.get(rule__kind="due").due_at == NOW + HOUR + dt.timedelta(minutes=3)


def test_what_came_back_too_late_is_put_before_a_person(
    reminder: Reminder, visit: TreatmentSession, nurse: User
) -> None:
    booking.change_status(session=visit, to=Status.CANCELLED, by=nurse, at=NOW, reason="ill")
    plan()
    booking.change_status(session=visit, to=Status.BOOKED, by=nurse, at=NOW)
    assert plan(reminder.useful_until + HOUR) == [(3, "missed"), (1, "waiting")]


def test_a_moved_visit_gets_new_messages_and_loses_the_old(
    reminder: Reminder, visit: TreatmentSession, nurse: User, osei: Injector
) -> None:
    assert visit.room
    later = visit.starts_at + 4 * DAY
    slot = Slot(osei, visit.room, later, later + dt.timedelta(minutes=15))
    booking.move(session=visit, version=1, slot=slot, by=nurse, at=NOW)
    plan(NOW + HOUR)
    old, new = Reminder.objects.filter(session_version=1), Reminder.objects.filter(session_version=2)
    assert set(old.values_list("state", "reason")) == {("cancelled", MOVED)}
    assert sorted(new.values_list("rule__kind", "rule__days_before")) == [("moved", 0), ("visit", 1), ("visit", 3)]
    assert set(new.values_list("state", flat=True)) == {"waiting"}


def test_who_asked_to_move_is_not_reminded_of_the_old_time(reminder: Reminder, visit: TreatmentSession) -> None:
    booking.answer(session=visit, version=1, answer=TreatmentSession.Answer.ASKED_TO_MOVE, at=NOW)
    reconcile(now=NOW)
    reminder.refresh_from_db()
    assert (reminder.state, reminder.reason) == (State.CANCELLED, ASKED_TO_MOVE)


def test_who_said_yes_is_reminded_all_the_same(reminder: Reminder, visit: TreatmentSession) -> None:
    booking.answer(session=visit, version=1, answer=TreatmentSession.Answer.CONFIRMED, at=NOW)
    reconcile(now=NOW)
    reminder.refresh_from_db()
    assert reminder.state == State.WAITING


def test_who_has_arrived_is_not_reminded(reminder: Reminder, visit: TreatmentSession, nurse: User) -> None:
    booking.change_status(session=visit, to=Status.ARRIVED, by=nurse, at=visit.starts_at)
    plan()
    assert set(Reminder.objects.values_list("state", "reason")) == {("cancelled", BEGUN)}


def test_a_failed_message_about_a_cancelled_visit_leaves_the_worklist(
    reminder: Reminder, visit: TreatmentSession, nurse: User
) -> None:
    Reminder.objects.update(state=State.FAILED, closed_at=NOW)
    booking.change_status(session=visit, to=Status.CANCELLED, by=nurse, at=NOW, reason="ill")
    plan()
    assert not Reminder.objects.needs_person().exists()


def test_what_is_sent_stays_sent(reminder: Reminder, visit: TreatmentSession, nurse: User) -> None:
    Reminder.objects.filter(pk=reminder.pk).update(state=State.SENT, closed_at=NOW)
    booking.change_status(session=visit, to=Status.CANCELLED, by=nurse, at=NOW, reason="ill")
    assert plan() == [(3, "sent"), (1, "cancelled")]


def test_what_waited_past_its_use_is_missed(reminder: Reminder) -> None:
    assert plan(reminder.useful_until) == [(3, "missed"), (1, "waiting")]


@pytest.mark.parametrize(
    ("order", "words"),
    [
        ("preferred", "There is no phone number or email address that may be used"),
        ("sms", "There is no phone number that may be used"),
    ],
)
def test_whom_nothing_reaches_is_still_said_to_be_so_when_a_visit_was_marked_as_begun_by_mistake(
    visit: TreatmentSession, nurse: User, order: str, words: str
) -> None:
    ReminderRule.objects.update(channel_order=order)
    unwanted = ContactPoint.objects.filter(channel="sms") if order == "sms" else ContactPoint.objects.all()
    unwanted.update(consented_at=None)
    plan()
    came = visit.starts_at - 10 * MINUTE
    booking.change_status(session=visit, to=Status.ARRIVED, by=nurse, at=came)
    assert plan(came) == [(3, "cancelled"), (1, "cancelled")]
    booking.change_status(session=visit, to=Status.BOOKED, by=nurse, at=came + MINUTE)
    assert plan(came + MINUTE) == [(3, "cancelled"), (1, "failed")]
    assert Reminder.objects.get(rule__days_before=1).reason == words


def test_after_a_long_silence_the_last_message_is_missed_and_the_first_not_made(visit: TreatmentSession) -> None:
    assert plan(visit.starts_at - HOUR) == [(1, "missed")]


def test_a_visit_that_was_given_before_is_not_announced(rules: Clinic, maria: Patient) -> None:
    make_course(maria, last_given_on=TODAY)
    assert plan() == []


# Due dates


@pytest.fixture
def due_in_14(rules: Clinic, maria: Patient) -> Course:
    """Maria's course, due on Monday 7 December, with nothing booked. No message two weeks before a visit here."""
    ReminderRule.objects.filter(kind="visit", days_before=14).update(active=False)
    return make_course(maria, last_given_on=TODAY - 70 * DAY)


def test_a_course_with_nothing_booked_is_written_to_14_days_before(due_in_14: Course) -> None:
    assert plan() == [(14, "waiting")]
    row = Reminder.objects.get()
    assert row.due_date == TODAY + 14 * DAY
    assert row.useful_until == dt.datetime(2026, 12, 7, 20, tzinfo=dt.UTC)
    assert row.due_at == NOW + dt.timedelta(minutes=3)


def test_of_two_rules_about_a_due_date_only_the_one_whose_turn_it_is_speaks(due_in_14: Course) -> None:
    ReminderRule.objects.create(clinic=due_in_14.clinic, kind="due", days_before=30)
    assert plan() == [(14, "waiting")]


def test_a_rule_about_due_dates_speaks_until_the_next_one_does(due_in_14: Course) -> None:
    ReminderRule.objects.create(clinic=due_in_14.clinic, kind="due", days_before=30)
    assert plan(NOW - 5 * DAY) == [(30, "waiting"), (14, "waiting")]
    first = Reminder.objects.get(rule__days_before=30)
    assert (first.due_at, first.useful_until) == (NOW - 5 * DAY + dt.timedelta(minutes=3), NOW)


def test_planning_a_due_date_twice_adds_nothing(due_in_14: Course) -> None:
    plan()
    assert plan() == [(14, "waiting")]


def test_a_booking_stops_the_due_message(due_in_14: Course, osei: Injector) -> None:
    plan()
    make_session(due_in_14, osei, NOW + 20 * DAY, placed_at=NOW)
    assert plan() == [(14, "cancelled")]
    assert Reminder.objects.get().reason == NOT_DUE


def test_the_end_of_a_course_stops_the_due_message(due_in_14: Course) -> None:
    plan()
    Course.objects.update(closed_on=TODAY, close_reason="moved away")
    assert plan() == [(14, "cancelled")]


def test_a_booked_course_is_not_written_to(due_in_14: Course, osei: Injector) -> None:
    make_session(due_in_14, osei, NOW + 20 * DAY, placed_at=NOW)
    assert plan() == []


def test_an_overdue_course_is_left_to_the_recall_list(rules: Clinic, maria: Patient) -> None:
    make_course(maria, last_given_on=TODAY - 100 * DAY)
    assert plan() == []


@pytest.fixture
def asked_in_two_steps(due_in_14: Course) -> Course:
    """The same course at a clinic that asks 14 days before and once more a week before, on 30 November at 10:00."""
    ReminderRule.objects.create(clinic=due_in_14.clinic, kind="due", days_before=7)
    return due_in_14


def test_whom_the_desk_leaves_alone_is_asked_to_book_when_they_are_back(due_in_14: Course, front_desk: User) -> None:
    contact.snooze(course=due_in_14, until=TODAY + 5 * DAY, by=front_desk, at=NOW)
    assert plan(NOW + 4 * DAY) == []
    assert plan(NOW + 5 * DAY) == [(14, "waiting")]


def test_who_is_left_alone_until_after_their_due_date_is_asked_by_the_desk_alone(
    due_in_14: Course, front_desk: User
) -> None:
    contact.snooze(course=due_in_14, until=TODAY + 15 * DAY, by=front_desk, at=NOW)
    assert [plan(NOW + days * DAY) for days in range(18)] == [[]] * 18


def test_a_message_planned_before_somebody_was_left_alone_waits_until_they_are_back(
    due_in_14: Course, front_desk: User, gateways: dict[str, Gateway]
) -> None:
    plan()
    contact.snooze(course=due_in_14, until=TODAY + 5 * DAY, by=front_desk, at=NOW)
    send_due(clock=lambda: NOW + 5 * MINUTE)
    waits = Reminder.objects.get(rule__kind="due")
    assert (waits.state, waits.reason, waits.due_at) == (State.WAITING, LEFT_ALONE, NOW + 5 * DAY)
    send_due(clock=lambda: NOW + 5 * DAY)
    assert len(gateways["sms"].taken) == 1


@pytest.mark.parametrize(("back", "told"), [(0, [0]), (1, [1]), (5, []), (15, [])])
def test_a_rehearsal_says_when_whom_the_desk_leaves_alone_is_asked_to_book(
    due_in_14: Course, back: int, told: list[int]
) -> None:
    plan()
    Course.objects.update(snoozed_until=TODAY + back * DAY, snoozed_at=NOW)
    assert [(line.at.date() - TODAY).days for line in rehearsal.coming(now=NOW)] == told


def test_a_second_message_about_a_due_date_spares_whom_the_desk_leaves_alone(
    asked_in_two_steps: Course, front_desk: User, gateways: dict[str, Gateway]
) -> None:
    plan()
    contact.snooze(course=asked_in_two_steps, until=TODAY + 20 * DAY, by=front_desk, at=NOW + MINUTE)
    for days in range(22):
        rounds.plan_and_send(clock=repeat(NOW + days * DAY + HOUR).__next__)
    assert not gateways["sms"].taken
    assert not Reminder.objects.needs_person().exists()
    asked = Reminder.objects.filter(rule__kind="due").values_list("state", "reason")
    assert list(asked) == [("cancelled", LEFT_ALONE)] * 2


def test_who_was_left_alone_and_got_a_visit_since_is_asked_when_that_falls_through(
    due_in_14: Course, front_desk: User, osei: Injector
) -> None:
    contact.snooze(course=due_in_14, until=TODAY + 20 * DAY, by=front_desk, at=NOW - HOUR)
    make_session(due_in_14, osei, NOW + 20 * DAY, placed_at=NOW, status=Status.CANCELLED)
    assert plan() == [(14, "waiting")]
    send_due(clock=lambda: NOW + HOUR)
    assert Reminder.objects.get(rule__kind="due").state == State.SENT


def test_what_staff_send_again_goes_to_whom_the_desk_leaves_alone_too(
    due_in_14: Course, front_desk: User, gateways: dict[str, Gateway]
) -> None:
    plan()
    contact.snooze(course=due_in_14, until=TODAY + 5 * DAY, by=front_desk, at=NOW)
    Reminder.objects.update(state=State.FAILED, closed_at=NOW)
    handling.send_again(reminder=Reminder.objects.get(rule__kind="due"), by=front_desk, at=NOW)
    send_due(clock=lambda: NOW + 5 * MINUTE)
    assert len(gateways["sms"].taken) == 1


def test_a_course_before_its_first_visit_is_left_to_the_recall_list(rules: Clinic, maria: Patient) -> None:
    make_course(maria)
    assert plan() == []


# The database's part


def test_the_database_refuses_a_second_message_for_one_visit_rule_and_channel(reminder: Reminder) -> None:
    reminder.pk = None
    reminder.uid = reminder.session.course.uid if reminder.session else reminder.uid
    with pytest.raises(IntegrityError), transaction.atomic():
        reminder.save(force_insert=True)


def test_the_database_refuses_a_second_due_message(due_in_14: Course) -> None:
    plan()
    row = Reminder.objects.get()
    row.pk, row.uid = None, due_in_14.uid
    with pytest.raises(IntegrityError), transaction.atomic():
        row.save(force_insert=True)


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"due_date": TODAY}, id="about-a-visit-and-a-due-date"),
        pytest.param({"session": None, "session_version": None}, id="about-nothing"),
        pytest.param({"state": "sending"}, id="sending-without-a-lease"),
        pytest.param({"state": "handled"}, id="handled-by-nobody"),
        pytest.param({"state": "sent"}, id="over-and-does-not-say-when"),
        pytest.param({"closed_at": NOW}, id="waiting-and-over"),
    ],
)
def test_the_database_refuses_a_reminder_that_makes_no_sense(reminder: Reminder, changes: dict[str, object]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Reminder.objects.filter(pk=reminder.pk).update(**changes)


@pytest.fixture
def an_older_table(reminder: Reminder) -> Iterator[Reminder]:
    """Maria's reminder, in a table that does not ask yet when what is over has ended."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("ALTER TABLE reminders_reminder DROP CONSTRAINT reminder_says_when_it_ended")
            yield reminder
        else:
            cursor.execute("PRAGMA ignore_check_constraints = ON")
            yield reminder
            cursor.execute("PRAGMA ignore_check_constraints = OFF")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"state": "sent"}, NOW),
        ({"state": "sent", "closed_at": NOW + HOUR}, NOW + HOUR),
        ({"closed_at": NOW + HOUR}, None),
    ],
)
def test_what_an_older_version_left_without_a_word_of_when_ended_when_it_was_due(
    an_older_table: Reminder, before: dict[str, object], after: dt.datetime | None
) -> None:
    one = Reminder.objects.filter(pk=an_older_table.pk)
    one.update(due_at=NOW, **before)
    importlib.import_module("reminders.migrations.0015_what_is_over_says_when").say_when(apps, None)
    assert one.get().closed_at == after


# Many rows


def crowd(clinic: Clinic, injector: Injector, size: int, first: int) -> None:
    """Add patients, each with a visit in the next days or a due date near."""
    for number in range(first, first + size):
        patient = make_patient(clinic, record_number=f"C{number:05d}", phone=f"+4477009{number:05d}")
        if number % 2:
            make_course(patient, last_given_on=TODAY - (70 + number % 5) * DAY, injector=injector)
        else:
            starts_at = NOW + 2 * DAY + dt.timedelta(minutes=15 * number)
            make_session(make_course(patient), injector, starts_at, placed_at=MONTH_AGO)


def test_the_number_of_queries_does_not_grow_with_the_rows(
    rules: Clinic, osei: Injector, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    crowd(rules, osei, 4, first=0)
    with django_assert_num_queries(25) as few:
        reconcile(now=NOW)
    crowd(rules, osei, 60, first=10)
    with django_assert_num_queries(len(few)):
        made = reconcile(now=NOW).created
    assert made >= 60
    assert Reminder.objects.aggregate(Max("due_at"))["due_at__max"] > NOW


@on_sqlite
def test_no_step_of_the_planning_reads_the_messages_that_are_over(visit: TreatmentSession) -> None:
    plan()
    with plans() as found:
        reconcile(now=NOW)
    whole = [step for step in steps(found, Reminder._meta.db_table) if step.startswith("SCAN")]
    assert whole == ["SCAN reminders_reminder USING INDEX reminder_unsettled"] * 2
    assert steps(found, "reminder_too_late")


def test_installing_the_default_rules_twice_changes_nothing(rules: Clinic) -> None:
    ReminderRule.objects.filter(days_before=3).update(active=False)
    texts = MessageTemplate.objects.count()
    defaults.install(rules)
    assert (ReminderRule.objects.count(), MessageTemplate.objects.count()) == (16, texts)
    assert not ReminderRule.objects.get(days_before=3).active


def test_installing_the_default_rules_takes_few_statements_and_each_has_its_history(
    riverside: Clinic, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_max_num_queries(8):
        defaults.install(riverside)
    assert ReminderRule.history.filter(history_type="+").count() == len(defaults.RULES)
