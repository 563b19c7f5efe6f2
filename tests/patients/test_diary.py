"""Counting 28 days: limits, edges, and days nobody filled in."""

import datetime as dt
from decimal import Decimal

import pytest

from patients.diary import Day, count, window_before

LAST = dt.date(2026, 11, 22)


def days(number: int, hours: str = "0", *, migraine: bool = False, until: dt.date = LAST) -> list[Day]:
    return [Day(until - dt.timedelta(days=back), Decimal(hours), migraine) for back in range(number)]


@pytest.mark.parametrize(
    ("hours", "headache", "long"),
    [("0", 0, 0), ("0.25", 1, 0), ("3.98", 1, 0), ("3.99", 1, 0), ("4", 1, 1), ("4.00", 1, 1), ("24", 1, 1)],
)
def test_four_hours_or_longer_counts_as_long(hours: str, headache: int, long: int) -> None:
    window = count(days(1, hours), LAST)
    assert (window.headache_days, window.long_headache_days) == (headache, long)


def test_239_minutes_are_not_240() -> None:
    assert count([Day(LAST, Decimal(239) / 60, migraine=False)], LAST).long_headache_days == 0
    assert count([Day(LAST, Decimal(240) / 60, migraine=False)], LAST).long_headache_days == 1


def test_the_window_is_28_days_with_both_ends() -> None:
    window = count(days(40, "5", migraine=True), LAST)
    assert (window.first, window.last) == (dt.date(2026, 10, 26), LAST)
    assert (window.days_recorded, window.headache_days, window.migraine_days) == (28, 28, 28)


def test_the_window_ends_yesterday_because_today_is_not_over() -> None:
    assert window_before(dt.date(2026, 11, 23)) == (dt.date(2026, 10, 26), dt.date(2026, 11, 22))


def test_days_after_the_window_do_not_count() -> None:
    assert count(days(1, "5", until=LAST + dt.timedelta(days=1)), LAST).days_recorded == 0


def test_a_missing_day_is_not_a_clear_day() -> None:
    window = count(days(18, "0"), LAST)
    assert (window.days_recorded, window.days_missing, window.headache_days) == (18, 10, 0)
    assert window.sentence == "Not enough days to judge (18 of 28)"


@pytest.mark.parametrize(("recorded", "enough"), [(0, False), (19, False), (20, True), (28, True)])
def test_twenty_recorded_days_are_enough(recorded: int, enough: bool) -> None:
    assert count(days(recorded), LAST).enough is enough


def test_one_day_is_a_day() -> None:
    window = count([*days(1, "5", migraine=True), *days(20, until=LAST - dt.timedelta(days=1))], LAST)
    assert window.sentence == "1 headache day, 1 migraine day, 21 of 28 recorded"


def test_the_sentence_gives_the_counts() -> None:
    window = count([*days(10, "5", migraine=True), *days(12, until=LAST - dt.timedelta(days=10))], LAST)
    assert window.sentence == "10 headache days, 10 migraine days, 22 of 28 recorded"
