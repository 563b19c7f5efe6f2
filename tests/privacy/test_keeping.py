"""How long a record is kept: the rule by itself."""

import datetime as dt

import pytest

from privacy.keeping import anniversary, keep_until, record_years


@pytest.mark.parametrize(
    ("seen", "born", "until"),
    [
        ("2020-06-01", "1980-01-01", "2028-06-01"),  # an adult: eight years
        ("2020-06-01", "2002-06-01", "2028-06-01"),  # 18 on the day
        ("2020-06-01", "2002-06-02", "2028-06-02"),  # 17 for a day more: until 26
        ("2020-06-01", "2004-01-01", "2029-01-01"),  # 16: until 25
        ("2020-06-01", "2012-01-01", "2037-01-01"),  # 8: until 25
        ("2020-02-29", "1980-01-01", "2028-02-29"),
    ],
)
def test_a_record_is_kept_until(seen: str, born: str, until: str) -> None:
    date = dt.date.fromisoformat
    assert keep_until(date(seen), date(born), 8) == date(until)


def test_a_leap_day_becomes_the_first_of_march() -> None:
    assert anniversary(dt.date(2024, 2, 29), 1) == dt.date(2025, 3, 1)


def test_a_country_has_its_years() -> None:
    assert (record_years("GB"), record_years("DE"), record_years("US")) == (8, 10, None)
