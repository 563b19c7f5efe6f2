"""The wake-ups: a task and a command, both only callers."""

from io import StringIO

import pytest
from django.conf import settings
from django.core.management import call_command

from clinic.celery import app
from reminders.models import Reminder, State
from reminders.tasks import tick
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
