"""Messages that are about a person more than about a visit: a welcome, a diary, the check-ups after a session."""

import datetime as dt
import uuid
from decimal import Decimal
from itertools import repeat

import pytest

from clinic.models import Clinic, Injector, User
from patients.models import ContactPoint, DiaryDay, Patient
from reminders.dispatch import send_due
from reminders.models import NudgeStop, Reminder, ReminderRule, State
from reminders.own_pages.stopping import choose
from reminders.planning import reconcile
from reminders.standing import DIARY_KEPT
from tests.builders import NOW, TODAY, make_course, make_patient, make_session, room_of
from tests.reminders.conftest import Gateway
from treatments import booking, leaving
from treatments.models import Course, Status, TreatmentSession
from treatments.slots import Slot

MINUTE, HOUR, DAY = dt.timedelta(minutes=1), dt.timedelta(hours=1), dt.timedelta(days=1)


def states(kind: str, at: dt.datetime = NOW) -> list[str]:
    """Plan, and return the state of every message of a kind."""
    reconcile(now=at)
    return list(Reminder.objects.filter(rule__kind=kind).order_by("pk").values_list("state", flat=True))


@pytest.fixture
def agreed(rules: Clinic, maria: Patient) -> Patient:
    """Maria, who agreed to messages just now."""
    ContactPoint.objects.update(consented_at=NOW)
    return maria


def test_whoever_agrees_to_messages_is_welcomed_once(agreed: Patient) -> None:
    assert states("welcome") == states("welcome", NOW + MINUTE) == ["waiting"]
    row = Reminder.objects.get()
    assert (row.due_at, row.channel, row.course) == (NOW + HOUR, "sms", None)


def test_the_welcome_says_how_to_stop(agreed: Patient, gateways: dict[str, Gateway]) -> None:
    reconcile(now=NOW)
    send_due(clock=lambda: NOW + HOUR)
    assert "To stop, reply STOP" in gateways["sms"].taken[0].body


def test_a_visit_booked_in_the_call_in_which_they_agreed_is_told_the_same_day_and_the_welcome_the_next(
    agreed: Patient, osei: Injector, nurse: User, gateways: dict[str, Gateway]
) -> None:
    reconcile(now=NOW)
    at = NOW + 10 * MINUTE
    there = Slot(osei, room_of(osei), NOW + 21 * DAY, NOW + 21 * DAY + 15 * MINUTE)
    booking.book(course=make_course(agreed), slot=there, uid=uuid.uuid4(), by=nurse, at=at)
    for later in (at, at + 3 * MINUTE, NOW + HOUR):
        reconcile(now=later)
        send_due(clock=repeat(later).__next__)
    assert ["you are booked" in message.body for message in gateways["sms"].taken] == [True]
    assert states("welcome", NOW + 70 * MINUTE) == ["waiting"]
    assert Reminder.objects.get(occasion="welcome").due_at == NOW + DAY


def test_who_agrees_again_or_on_another_channel_is_not_welcomed_again(agreed: Patient) -> None:
    states("welcome")
    Reminder.objects.update(state=State.SENT, closed_at=NOW)
    ContactPoint.objects.update(consented_at=NOW + DAY)
    assert states("welcome", NOW + DAY) == ["sent"]


def test_who_had_messages_before_is_not_welcomed(agreed: Patient, osei: Injector) -> None:
    visit = make_session(make_course(agreed), osei, NOW + 3 * DAY, placed_at=NOW - 30 * DAY)
    reconcile(now=NOW)
    Reminder.objects.filter(session=visit).update(state=State.SENT, closed_at=NOW)
    Reminder.objects.filter(occasion="welcome").delete()
    assert states("welcome") == []


def test_a_list_read_in_with_old_consents_welcomes_nobody(rules: Clinic, maria: Patient) -> None:
    assert states("welcome") == []


def test_a_welcome_that_comes_too_late_is_put_before_a_person(agreed: Patient) -> None:
    assert states("welcome", NOW + 4 * DAY) == ["missed"]


# Diaries


@pytest.fixture
def writer(rules: Clinic, maria: Patient) -> Patient:
    """Maria, who wrote her diary until seven days ago."""
    make_course(maria)
    write(maria, 7)
    return maria


def write(patient: Patient, days_ago: int, entered_at: dt.datetime | None = None) -> None:
    """Write a clear day."""
    date = TODAY - dt.timedelta(days=days_ago)
    at = entered_at or NOW - days_ago * DAY
    DiaryDay.objects.create(
        clinic=patient.clinic, patient=patient, date=date, headache_hours=Decimal(0), source="patient", entered_at=at
    )


def test_who_stopped_writing_a_week_ago_is_asked_once(writer: Patient) -> None:
    assert states("diary") == states("diary", NOW + MINUTE) == ["waiting"]
    Reminder.objects.update(state=State.SENT, closed_at=NOW)
    assert states("diary", NOW + DAY) == ["sent"]


def test_who_writes_meanwhile_is_not_asked(writer: Patient) -> None:
    states("diary")
    write(writer, 0, NOW + MINUTE)
    assert states("diary", NOW + 2 * MINUTE) == ["cancelled"]
    assert Reminder.objects.get().reason == DIARY_KEPT


def test_who_writes_every_week_is_not_asked(writer: Patient) -> None:
    write(writer, 2)
    assert states("diary") == []


def test_who_stops_again_is_asked_again(writer: Patient) -> None:
    states("diary")
    Reminder.objects.update(state=State.SENT, closed_at=NOW)
    write(writer, 0, NOW + MINUTE)
    assert states("diary", NOW + 7 * DAY) == ["sent", "waiting"]


def test_a_diary_kept_on_paper_is_not_asked_for(writer: Patient) -> None:
    DiaryDay.objects.update(source="paper")
    assert states("diary") == []


def test_who_wants_no_messages_about_the_diary_has_none(writer: Patient) -> None:
    states("diary")
    NudgeStop.objects.create(clinic=writer.clinic, patient=writer, since=NOW)
    assert states("diary") == ["cancelled"]
    Reminder.objects.all().delete()
    assert states("diary") == []


@pytest.fixture
def double(writer: Patient) -> Patient:
    """A second record of Maria, on which she wrote her diary until six days ago."""
    double = make_patient(writer.clinic, "Maria", "Santos")
    write(double, 6)
    return double


def test_who_stopped_messages_about_a_diary_on_a_record_joined_since_has_none(
    writer: Patient, double: Patient, front_desk: User
) -> None:
    choose(patient=double, choice="no_nudges", at=NOW)
    leaving.merge(patient=double, into=writer, by=front_desk, at=NOW)
    assert states("diary") == []
    choose(patient=writer, choice="nudges", at=NOW)
    assert states("diary") == ["waiting"]


def test_a_stop_on_a_record_joined_meanwhile_stops_what_waits(
    writer: Patient, double: Patient, front_desk: User
) -> None:
    choose(patient=double, choice="no_nudges", at=NOW)
    assert states("diary") == ["waiting"]
    leaving.merge(patient=double, into=writer, by=front_desk, at=NOW)
    assert states("diary") == ["cancelled"]


def test_who_was_asked_about_a_diary_is_not_asked_again_when_it_goes_to_another_record(
    rules: Clinic, maria: Patient, front_desk: User
) -> None:
    second = make_patient(rules, "Maria", "Santos", phone="07700 900111")
    write(second, 7)
    assert states("diary") == ["waiting"]
    Reminder.objects.update(state=State.SENT, closed_at=NOW)
    leaving.merge(patient=second, into=maria, by=front_desk, at=NOW + MINUTE)
    assert states("diary", NOW + 2 * MINUTE) == ["sent"]


def test_a_record_joined_twice_keeps_the_stop(writer: Patient, double: Patient, front_desk: User) -> None:
    third = make_patient(writer.clinic, "Maria", "Santos")
    choose(patient=third, choice="no_nudges", at=NOW)
    leaving.merge(patient=third, into=double, by=front_desk, at=NOW)
    leaving.merge(patient=double, into=writer, by=front_desk, at=NOW)
    assert states("diary") == []


def test_whose_course_has_ended_is_not_asked_for_a_diary(writer: Patient) -> None:
    Course.objects.update(closed_on=TODAY, close_reason="moved away")
    assert states("diary") == []


# Check-ups


@pytest.fixture
def given(rules: Clinic, maria: Patient, osei: Injector) -> TreatmentSession:
    """Maria's session, given on Monday 9 November."""
    at = NOW - 14 * DAY
    course = make_course(maria)
    return make_session(course, osei, at, status=Status.DONE, given_on=at.date(), placed_at=at - 30 * DAY)


def test_the_check_ups_come_on_days_after_the_session_at_the_rules_time(given: TreatmentSession) -> None:
    ReminderRule.objects.filter(kind="effect").update(send_at=dt.time(16, 30))
    assert states("effect") == ["waiting"]
    row = Reminder.objects.get(rule__kind="effect")
    assert row.due_at == dt.datetime(2026, 11, 30, 16, 30, tzinfo=dt.UTC)
    assert row.useful_until == dt.datetime(2026, 12, 7, 20, tzinfo=dt.UTC)
    assert states("effect") == ["waiting"]


@pytest.mark.parametrize(("days", "found"), [(7, ["waiting"]), (10, ["waiting"]), (11, ["missed"]), (13, [])])
def test_side_effects_are_asked_about_7_to_10_days_after(given: TreatmentSession, days: int, found: list[str]) -> None:
    assert states("side_effects", NOW - (14 - days) * DAY) == found


def test_a_session_given_elsewhere_or_not_given_has_no_check_up(rules: Clinic, maria: Patient, osei: Injector) -> None:
    make_course(maria, last_given_on=TODAY - 7 * DAY, injector=osei)
    make_session(make_course(make_patient(rules)), osei, NOW - 7 * DAY, status=Status.NO_SHOW)
    assert states("side_effects") == states("effect") == []


def test_a_course_that_ended_meanwhile_stops_its_check_ups(given: TreatmentSession) -> None:
    assert states("effect") == ["waiting"]
    Course.objects.update(closed_on=TODAY, close_reason="has died")
    assert states("effect") == ["cancelled"]


@pytest.mark.parametrize(("days", "found"), [(2, "waiting"), (9, "cancelled")])
def test_a_check_up_whose_rule_was_switched_off_comes_back_when_its_day_is_still_to_come(
    given: TreatmentSession, days: int, found: str
) -> None:
    assert states("effect") == ["waiting"]
    rule = ReminderRule.objects.filter(kind="effect")
    rule.update(active=False)
    assert states("effect", NOW + DAY) == ["cancelled"]
    rule.update(active=True, since=NOW + days * DAY)
    assert states("effect", NOW + days * DAY) == [found]


# The way


@pytest.mark.parametrize(
    ("order", "channel"), [("preferred", "sms"), ("email,sms", "email"), ("email", "email"), ("sms", "sms")]
)
def test_a_rule_decides_which_channel_comes_first(agreed: Patient, order: str, channel: str) -> None:
    ReminderRule.objects.update(channel_order=order)
    reconcile(now=NOW)
    assert Reminder.objects.get().channel == channel


def test_a_rule_for_one_channel_only_does_not_fall_back(agreed: Patient, gateways: dict[str, Gateway]) -> None:
    ReminderRule.objects.update(channel_order="sms")
    reconcile(now=NOW)
    ContactPoint.objects.filter(channel="sms").update(failed_at=NOW)
    send_due(clock=lambda: NOW + HOUR)
    assert Reminder.objects.get().state == State.FAILED
    assert gateways["email"].taken == []
