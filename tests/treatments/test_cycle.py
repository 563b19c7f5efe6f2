"""Twelve weeks are calendar arithmetic."""

import datetime as dt
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from treatments.cycle import Lateness, NoSuchTime, due_on, instant, lateness

LONDON = ZoneInfo("Europe/London")
NEW_YORK = ZoneInfo("America/New_York")
DAYS = st.dates(dt.date(2020, 1, 1), dt.date(2040, 12, 31))


def next_in_the_cycle(last: dt.datetime, zone: ZoneInfo) -> dt.datetime:
    """Return the instant of the same local time on the day the next session is due."""
    local = last.astimezone(zone)
    return instant(due_on(local.date()), local.time(), zone)


@pytest.mark.parametrize(
    ("last", "due"),
    [
        ("2026-01-05", "2026-03-30"),
        ("2026-02-09", "2026-05-04"),
        ("2026-08-10", "2026-11-02"),
        ("2027-12-07", "2028-02-29"),
    ],
    ids=["into summer time", "from winter", "into winter time", "29 February"],
)
def test_the_next_session_is_due_84_days_later(last: str, due: str) -> None:
    assert due_on(dt.date.fromisoformat(last)) == dt.date.fromisoformat(due)


@given(DAYS)
def test_the_due_date_keeps_the_weekday(last: dt.date) -> None:
    assert due_on(last).isoweekday() == last.isoweekday()


@given(DAYS, st.integers(0, 400))
def test_no_interval_makes_it_shorter_than_84_days(last: dt.date, interval: int) -> None:
    assert (due_on(last, interval) - last).days == max(84, interval)


@pytest.mark.parametrize(
    ("days", "band"),
    [
        (119, "too_early"),
        (120, "on_time"),
        (134, "on_time"),
        (135, "late"),
        (148, "late"),
        (149, "overdue"),
        (180, "overdue"),
        (181, "lapsed"),
    ],
)
def test_how_late_a_session_is_goes_by_the_due_date_of_its_own_interval(days: int, band: str) -> None:
    last = dt.date(2026, 1, 5)
    assert lateness(last, last + dt.timedelta(days=days), 120) == Lateness(band)


def test_no_session_has_lapsed_before_it_is_four_weeks_late() -> None:
    last = dt.date(2026, 1, 5)
    assert [lateness(last, due_on(last, 300) + dt.timedelta(days=days), 300) for days in (0, 15, 28, 29)] == [
        Lateness.ON_TIME,
        Lateness.LATE,
        Lateness.LATE,
        Lateness.LAPSED,
    ]


@pytest.mark.parametrize(
    ("days", "band"),
    [
        (83, "too_early"),
        (84, "on_time"),
        (98, "on_time"),
        (99, "late"),
        (112, "late"),
        (113, "overdue"),
        (180, "overdue"),
        (181, "lapsed"),
    ],
)
def test_lateness_bands(days: int, band: str) -> None:
    last = dt.date(2026, 3, 1)
    assert lateness(last, last + dt.timedelta(days=days)) == Lateness(band)


@pytest.mark.parametrize(("zone", "date"), [(LONDON, "2026-01-05"), (NEW_YORK, "2026-01-05"), (LONDON, "2026-08-10")])
def test_the_same_wall_clock_time_across_a_clock_change(zone: ZoneInfo, date: str) -> None:
    last = instant(dt.date.fromisoformat(date), dt.time(9), zone)
    assert next_in_the_cycle(last, zone).astimezone(zone).time() == dt.time(9)


@given(DAYS, st.sampled_from(sorted(available_timezones())), st.integers(8, 17), st.integers(0, 3))
def test_ten_cycles_keep_the_wall_clock_in_every_zone(start: dt.date, name: str, hour: int, quarter: int) -> None:
    zone = ZoneInfo(name)
    try:
        at = instant(start, dt.time(hour, quarter * 15), zone)
        for _ in range(10):
            following = next_in_the_cycle(at, zone)
            assert following.astimezone(zone).time() == dt.time(hour, quarter * 15)
            assert (following.astimezone(zone).date() - at.astimezone(zone).date()).days == 84
            at = following
    except NoSuchTime:
        pass  # a few zones once changed their clocks by day; such a time is refused, which is the rule


@pytest.mark.parametrize(
    ("date", "time", "zone", "words"),
    [
        ("2026-03-29", "01:30", LONDON, "does not exist"),
        ("2026-10-25", "01:30", LONDON, "comes twice"),
        ("2027-03-14", "02:30", NEW_YORK, "does not exist"),
        ("2027-11-07", "01:30", NEW_YORK, "comes twice"),
    ],
)
def test_a_time_that_the_clocks_skip_or_repeat_is_refused_in_words(
    date: str, time: str, zone: ZoneInfo, words: str
) -> None:
    with pytest.raises(NoSuchTime, match=words):
        instant(dt.date.fromisoformat(date), dt.time.fromisoformat(time), zone)
