"""The stretches of days that people ask for most."""

import datetime as dt

import pytest

from reports.asked import MOST_DAYS, chips


@pytest.mark.parametrize(
    ("today", "year", "two_years"),
    [
        ("2026-11-28", "2025-11-29", "2024-11-29"),
        ("2028-11-28", "2027-11-29", "2026-11-29"),  # a 29 February between them
        ("2028-02-29", "2027-03-01", "2026-03-01"),
        ("2028-02-28", "2027-03-01", "2026-03-01"),
        ("2029-02-28", "2028-03-01", "2027-03-01"),
        ("2026-12-31", "2026-01-01", "2025-01-01"),
    ],
)
def test_twelve_months_and_two_years_begin_on_the_day_after_todays(today: str, year: str, two_years: str) -> None:
    day = dt.date.fromisoformat(today)
    stretches = {name: (str(first), str(last)) for name, first, last in chips(day)}
    assert stretches["12 months"] == (year, today)
    assert stretches["2 years"] == (two_years, today)


def test_no_stretch_is_longer_than_what_one_page_counts() -> None:
    days = [dt.date(2026, 1, 1) + dt.timedelta(days=number) for number in range(4 * 366)]
    assert all((last - first).days < MOST_DAYS for day in days for _, first, last in chips(day))
