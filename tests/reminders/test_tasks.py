"""The wake-ups: a task and a command, both only callers."""

import datetime as dt
from collections.abc import Iterator
from io import StringIO

import pytest
import time_machine
from django.conf import settings
from django.core.management import CommandError, call_command

from clinic.celery import app
from patients.models import ContactPoint, Patient
from reminders.models import Delivery, Heartbeat, Reminder, ReminderRule, State
from reminders.tasks import tick
from tests.builders import NOW
from treatments.models import TreatmentSession


def test_a_tick_plans_and_sends(visit: TreatmentSession) -> None:
    tick()
    assert Reminder.objects.get(rule__days_before=3).state == State.SENT


def test_beat_wakes_a_task_that_exists() -> None:
    app.loader.import_default_modules()
    names = {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}
    assert names <= set(app.tasks)


def test_two_ticks_send_once(visit: TreatmentSession) -> None:
    tick()
    tick()
    assert Reminder.objects.filter(deliveries__isnull=False).count() == 1


@pytest.mark.parametrize("option", [[], ["--once"]])
def test_the_command_plans_and_sends_once_and_says_what_it_did(visit: TreatmentSession, option: list[str]) -> None:
    said = StringIO()
    call_command("send_reminders", *option, stdout=said)
    assert said.getvalue() == "2 planned, 0 stopped, 0 too late, 1 worked on.\n"


def test_the_command_has_nothing_to_do_on_an_empty_day(rules: None) -> None:
    said = StringIO()
    call_command("send_reminders", stdout=said)
    assert said.getvalue() == "0 planned, 0 stopped, 0 too late, 0 worked on.\n"


def said(*words: str) -> str:
    spoken = StringIO()
    call_command(*words, stdout=spoken)
    return spoken.getvalue()


def test_the_command_gives_both_signs_of_life_because_it_wakes_itself(rules: None) -> None:
    said("send_reminders", "--once")
    assert set(Heartbeat.objects.values_list("part", "at")) == {("worker", NOW), ("beat", NOW)}


# Rehearsal


@pytest.fixture
def sunday() -> Iterator[None]:
    """The day before Maria's first reminder goes out."""
    with time_machine.travel(NOW - dt.timedelta(days=1), tick=False):
        yield


def test_a_dry_run_tells_what_is_due_and_tomorrows_messages_and_keeps_nothing(
    visit: TreatmentSession, sunday: None
) -> None:
    lines = said("send_reminders", "--dry-run").splitlines()
    patient = visit.course.patient_id
    assert lines == [
        f"riverside 2026-11-22 10:00 14 days before, patient {patient}, Text message",
        f"riverside 2026-11-23 10:00 3 days before, patient {patient}, Text message",
        "2 messages until the end of tomorrow. Nothing was sent.",
    ]
    assert not Reminder.objects.exists()


def test_a_dry_run_tells_what_would_go_out_at_once_as_after_a_backup_was_put_back(reminder: Reminder) -> None:
    Reminder.objects.update(due_at=NOW - dt.timedelta(hours=1))
    assert "riverside 2026-11-23 10:00 3 days before" in said("send_reminders", "--dry-run")


def test_a_dry_run_tells_the_way_that_is_left_to_who_wants_no_texts(reminder: Reminder) -> None:
    ContactPoint.objects.filter(channel="sms").update(withdrawn_at=NOW, withdrawn_source="by text message")
    assert "Email" in said("send_reminders", "--dry-run")


def test_a_dry_run_tells_whom_to_call_where_the_clinic_sends_a_planned_text_by_email_only(reminder: Reminder) -> None:
    ContactPoint.objects.filter(channel="email").delete()
    ReminderRule.objects.update(channel_order=ReminderRule.Order.EMAIL_ONLY)
    assert "nobody to write to: call" in said("send_reminders", "--dry-run")


def test_a_dry_run_keeps_the_quiet_hours_of_whoever_lives_elsewhere(reminder: Reminder) -> None:
    Patient.objects.update(timezone="America/New_York")
    Reminder.objects.exclude(pk=reminder.pk).delete()
    assert "riverside 2026-11-23 13:00 3 days before" in said("send_reminders", "--dry-run")
    Patient.objects.update(timezone="Pacific/Auckland")  # their 8 o'clock is the clinic's 19:00
    assert "riverside 2026-11-23 19:00 3 days before" in said("send_reminders", "--dry-run")


def test_a_dry_run_tells_no_text_that_would_be_one_too_many(reminder: Reminder) -> None:
    Reminder.objects.update(due_at=NOW)
    lines = said("send_reminders", "--dry-run").splitlines()
    assert [line.split(", ")[0] for line in lines] == [
        "riverside 2026-11-23 10:00 3 days before",
        "riverside 2026-11-24 10:00 1 day before",
        "2 messages until the end of tomorrow. Nothing was sent.",
    ]
    Reminder.objects.update(useful_until=NOW + dt.timedelta(hours=3))
    lines = said("send_reminders", "--dry-run").splitlines()
    assert [line.rpartition(", ")[2] for line in lines[:2]] == ["Text message", "Email"]


def test_a_dry_run_tells_what_the_night_keeps_back_in_the_order_in_which_it_leaves(reminder: Reminder) -> None:
    Patient.objects.update(timezone="Pacific/Auckland")
    Reminder.objects.filter(pk=reminder.pk).update(due_at=NOW)
    Reminder.objects.exclude(pk=reminder.pk).update(due_at=NOW - dt.timedelta(hours=1))
    lines = said("send_reminders", "--dry-run").splitlines()
    assert [line.split(", ")[0] for line in lines[:2]] == [
        "riverside 2026-11-23 19:00 3 days before",
        "riverside 2026-11-24 21:00 1 day before",
    ]


def test_a_dry_run_tells_what_would_be_too_late(reminder: Reminder) -> None:
    Patient.objects.update(timezone="America/New_York")
    Reminder.objects.update(useful_until=NOW + dt.timedelta(hours=2))
    assert "too late to write: call" in said("send_reminders", "--dry-run")


def test_names_without_a_dry_run_send_nothing(reminder: Reminder) -> None:
    with pytest.raises(CommandError, match="--names goes with --dry-run"):
        said("send_reminders", "--names")
    assert not Delivery.objects.exists()


def test_a_dry_run_names_people_only_when_asked(visit: TreatmentSession, sunday: None) -> None:
    assert "Maria Santos, +447700900000" in said("send_reminders", "--dry-run", "--names")
    assert "Maria" not in said("send_reminders", "--dry-run")


def test_a_dry_run_tells_whom_nobody_can_write_to(visit: TreatmentSession, sunday: None) -> None:
    ContactPoint.objects.all().delete()
    assert "nobody to write to: call" in said("send_reminders", "--dry-run")


# Status


def test_the_status_counts_and_names_numbers_only(reminder: Reminder) -> None:
    status = said("reminder_status")
    assert "waiting: 2\ndue: 1\n" in status
    assert "worker_at: never" in status
    assert "Maria" not in status
    assert "+44" not in status


def test_the_status_tells_which_need_a_person_and_which_are_in_doubt(reminder: Reminder) -> None:
    other = Reminder.objects.exclude(pk=reminder.pk).get()
    Reminder.objects.filter(pk=reminder.pk).update(state=State.FAILED, closed_at=NOW)
    Delivery.objects.create(
        clinic=other.clinic, reminder=other, attempt=1, started_at=NOW, outcome=Delivery.Outcome.UNANSWERED
    )
    status = said("reminder_status")
    assert f"needs_person_ids: {reminder.pk}\n" in status
    assert f"in_doubt_ids: {other.pk}\n" in status


def test_a_check_fails_when_messages_stand_still(reminder: Reminder) -> None:
    said("reminder_status", "--check")
    Reminder.objects.filter(pk=reminder.pk).update(due_at=NOW - dt.timedelta(minutes=6))
    with pytest.raises(CommandError, match="stand still"):
        said("reminder_status", "--check")
