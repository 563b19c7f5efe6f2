"""Settings that would repeat messages or double their price are named at the start."""

import datetime as dt
from zoneinfo import ZoneInfo

import time_machine
from django.core.checks import run_checks
from pytest_django import Settings

from reminders.checks import leases_outlast_sending, links_fit_into_one_text
from reminders.timing import SEND_AT


def test_the_default_settings_are_sound() -> None:
    assert leases_outlast_sending(None) == links_fit_into_one_text(None) == []


def test_a_lease_shorter_than_sending_is_named(settings: Settings) -> None:
    settings.REMINDER_LEASE_SECONDS = 30
    assert [warning.id for warning in leases_outlast_sending(None)] == ["reminders.W001"]


def test_a_lease_whose_half_does_not_hold_three_slow_calls_is_named(settings: Settings) -> None:
    settings.SMS_TIMEOUT_SECONDS, settings.REMINDER_LEASE_SECONDS = 30, 359
    assert [warning.id for warning in leases_outlast_sending(None)] == ["reminders.W001"]
    settings.REMINDER_LEASE_SECONDS = 360
    assert leases_outlast_sending(None) == []


def test_an_address_too_long_for_a_text_message_is_named(settings: Settings) -> None:
    settings.BASE_URL = "https://" + "x" * 32
    assert [warning.id for warning in links_fit_into_one_text(None)] == ["reminders.W002"]


def test_at_the_time_of_day_at_which_rules_send_the_checks_find_nothing_either(settings: Settings) -> None:
    # Django takes a default within ten seconds of now for a moment that somebody forgot to ask for.
    moment = dt.datetime.combine(dt.date(2026, 11, 30), SEND_AT, ZoneInfo(settings.TIME_ZONE))
    with time_machine.travel(moment, tick=False):
        assert run_checks() == []
