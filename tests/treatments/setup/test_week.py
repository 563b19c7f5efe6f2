"""An injector's week in words."""

import datetime as dt

from clinic.models import OpeningHours
from treatments.setup.week import week_words

TODAY = dt.date(2026, 3, 2)
NINE, ONE, TWO, FIVE = dt.time(9), dt.time(13), dt.time(14), dt.time(17)


def hours(weekday: int, opens: dt.time = NINE, closes: dt.time = FIVE, **valid: dt.date) -> OpeningHours:
    """Return hours that are stored nowhere."""
    return OpeningHours(weekday=weekday, opens=opens, closes=closes, **valid)


def test_weekdays_with_the_same_hours_are_one_line() -> None:
    assert week_words([hours(day) for day in range(1, 6)], TODAY) == ["Monday to Friday: 9am to 5pm"]


def test_days_apart_are_named_beside_those_in_a_row() -> None:
    assert week_words([hours(day) for day in (1, 2, 3, 5, 6)], TODAY) == [
        "Monday to Wednesday, Friday, Saturday: 9am to 5pm"
    ]


def test_a_day_with_a_break_has_both_its_intervals() -> None:
    rows = [hours(2, TWO, FIVE), hours(2, NINE, ONE), hours(4, NINE, ONE), hours(4, TWO, FIVE), hours(5, NINE, ONE)]
    assert week_words(rows, TODAY) == ["Tuesday, Thursday: 9am to 1pm, 2pm to 5pm", "Friday: 9am to 1pm"]


def test_hours_that_change_say_from_when_and_until_when() -> None:
    rows = [
        hours(1, valid_from=dt.date(2026, 1, 5), valid_until=dt.date(2026, 3, 30)),
        hours(1, NINE, ONE, valid_from=dt.date(2026, 3, 31)),
    ]
    assert week_words(rows, TODAY) == [
        "Monday: 9am to 5pm until Monday 30 March 2026, 9am to 1pm from Tuesday 31 March 2026"
    ]


def test_who_has_no_hours_has_no_line() -> None:
    assert week_words([], TODAY) == []
