"""When messages go out: on the clinic's wall clock, across clock changes, never in quiet hours."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinic import message_hours
from reminders import timing
from tests.moments import LONDON, LONG_AGO, MOMENTS, NEW_YORK, ZONES, utc

VISIT = dt.date(2026, 12, 10)
AT_TEN = {3: timing.SEND_AT, 1: timing.SEND_AT}


@pytest.mark.parametrize(
    ("zone", "date", "days", "due_at"),
    [
        pytest.param(LONDON, "2026-06-04", 3, "2026-06-01 09:00", id="london-summer"),
        pytest.param(LONDON, "2026-12-10", 3, "2026-12-07 10:00", id="london-winter"),
        pytest.param(LONDON, "2026-03-30", 1, "2026-03-29 09:00", id="london-day-the-clocks-go-forward"),
        pytest.param(LONDON, "2026-03-30", 3, "2026-03-27 10:00", id="london-over-the-spring-change"),
        pytest.param(LONDON, "2026-10-26", 1, "2026-10-25 10:00", id="london-day-the-clocks-go-back"),
        pytest.param(LONDON, "2026-10-26", 3, "2026-10-23 09:00", id="london-over-the-autumn-change"),
        pytest.param(NEW_YORK, "2026-03-09", 1, "2026-03-08 14:00", id="new-york-day-the-clocks-go-forward"),
        pytest.param(NEW_YORK, "2026-03-09", 3, "2026-03-06 15:00", id="new-york-over-the-spring-change"),
        pytest.param(NEW_YORK, "2026-11-02", 1, "2026-11-01 15:00", id="new-york-day-the-clocks-go-back"),
        pytest.param(NEW_YORK, "2026-11-02", 3, "2026-10-30 14:00", id="new-york-over-the-autumn-change"),
    ],
)
def test_a_rule_speaks_at_ten_on_the_clinics_clock(zone: ZoneInfo, date: str, days: int, due_at: str) -> None:
    says = timing.visit_day(dt.date.fromisoformat(date), days, {days: timing.SEND_AT}, zone)
    assert says.due_at == utc(due_at)


def test_the_three_day_message_is_of_use_until_the_one_day_rule_speaks() -> None:
    assert timing.visit_day(VISIT, 3, AT_TEN, LONDON).until == utc("2026-12-09 10:00")


def test_the_last_message_is_of_use_until_the_visit_itself() -> None:
    assert timing.visit_day(VISIT, 1, AT_TEN, LONDON).until is None


def test_who_was_told_of_a_visit_in_the_twelve_hours_before_a_rule_speaks_is_not_told_again() -> None:
    assert timing.visit_day(VISIT, 3, AT_TEN, LONDON).told_by == utc("2026-12-06 22:00")


def test_the_due_message_is_of_use_until_the_evening_of_the_due_date() -> None:
    window = timing.due_window(dt.date(2026, 12, 21), 14, {14: timing.SEND_AT}, LONDON, LONG_AGO)
    assert window == timing.Window(utc("2026-12-07 10:00"), utc("2026-12-21 20:00"))


@given(MOMENTS, st.sampled_from(ZONES), st.integers(1, 60))
def test_no_message_about_a_visit_is_due_at_night_or_after_its_use(
    starts_at: dt.datetime, zone: ZoneInfo, days: int
) -> None:
    date = starts_at.astimezone(zone).date()
    says = timing.visit_day(date, days, {1: timing.SEND_AT, days: timing.SEND_AT}, zone)
    assert not message_hours.is_quiet(says.due_at, zone)
    assert says.due_at < (says.until or starts_at - timing.LAST_USE_BEFORE_VISIT) < starts_at


def test_a_link_ends_at_the_end_of_the_day_after_the_visit() -> None:
    assert timing.link_end(dt.date(2026, 3, 28), LONDON) == utc("2026-03-29 23:00")


LATER = "2026-12-16 09:00"


@pytest.mark.parametrize(
    ("placed_at", "due_at", "known", "until"),
    [
        pytest.param("2026-12-08 14:00", "2026-12-08 14:03", None, LATER, id="knows-of-none"),
        pytest.param("2026-12-08 14:00", "2026-12-08 14:03", "2026-12-09 10:00", "2026-12-09 08:00", id="in-time"),
        pytest.param(
            "2026-12-08 21:00", "2026-12-09 08:00", "2026-12-09 09:00", "2026-12-09 09:00", id="after-a-night"
        ),
        pytest.param(
            "2026-12-08 21:00", "2026-12-09 08:00", "2026-12-09 07:30", "2026-12-09 07:30", id="never-in-time"
        ),
        pytest.param("2026-12-09 09:00", "2026-12-09 09:03", "2026-12-09 10:00", "2026-12-09 10:00", id="on-the-way"),
        pytest.param("2026-12-09 09:59", "2026-12-09 10:02", "2026-12-09 10:00", LATER, id="there"),
        pytest.param("2026-12-08 14:00", "2026-12-08 14:03", "2026-12-20 10:00", LATER, id="later-than-the-new-one"),
    ],
)
def test_a_move_is_told_before_the_time_that_is_known(
    placed_at: str, due_at: str, known: str | None, until: str
) -> None:
    window = timing.Window(utc(due_at), utc(LATER))
    found = timing.before_known_time(window, utc(placed_at), utc(known) if known else None)
    assert found == timing.Window(window.due_at, utc(until))
