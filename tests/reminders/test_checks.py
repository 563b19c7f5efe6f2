"""Settings that would repeat messages or double their price are named at the start."""

from pytest_django import Settings

from reminders.checks import leases_outlast_sending, links_fit_into_one_text


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
