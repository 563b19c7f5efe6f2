"""The one formatter: what patients and staff read as a day, a time, an age, a zone."""

from datetime import UTC, date, datetime, time

import pytest

from clinic.wording import (
    age_on,
    born_words,
    brief_words,
    clock_words,
    day_words,
    moment_words,
    short_words,
    zone_label,
)


@pytest.mark.parametrize(
    ("clock", "words"),
    [
        pytest.param(time(0, 0), "midnight", id="midnight"),
        pytest.param(time(0, 5), "12:05am", id="just-after-midnight"),
        pytest.param(time(9, 0), "9am", id="whole-hour"),
        pytest.param(time(10, 30), "10:30am", id="morning"),
        pytest.param(time(11, 59, 59), "11:59am", id="seconds-are-dropped"),
        pytest.param(time(12, 0), "midday", id="midday"),
        pytest.param(time(12, 0, 59), "midday", id="midday-with-seconds"),
        pytest.param(time(12, 30), "12:30pm", id="after-midday"),
        pytest.param(time(13, 0), "1pm", id="afternoon-hour"),
        pytest.param(time(23, 45), "11:45pm", id="late"),
    ],
)
def test_clock_words(clock: time, words: str) -> None:
    assert clock_words(clock) == words


@pytest.mark.parametrize(
    ("day", "words"),
    [
        (date(2026, 6, 1), "Monday 1 June 2026"),
        (date(2026, 9, 30), "Wednesday 30 September 2026"),
        (date(2028, 2, 29), "Tuesday 29 February 2028"),
        (date(2027, 1, 3), "Sunday 3 January 2027"),
    ],
)
def test_day_words(day: date, words: str) -> None:
    assert day_words(day) == words


def test_a_birthday_has_no_weekday() -> None:
    assert born_words(date(1984, 4, 17)) == "17 April 1984"


def test_a_moment_is_day_and_time() -> None:
    moment = datetime(2026, 6, 1, 10, 30, tzinfo=UTC)
    assert moment_words(moment) == "Monday 1 June 2026, 10:30am"
    assert short_words(moment) == "Mon 1 Jun 10:30"
    assert short_words(moment, year=True) == "Mon 1 Jun 2026 10:30"
    assert brief_words(moment) == "Mon 1 Jun 10:30am"


def test_short_words_keep_two_digits_for_the_hour() -> None:
    assert short_words(datetime(2026, 12, 24, 9, 5, tzinfo=UTC)) == "Thu 24 Dec 09:05"


@pytest.mark.parametrize(
    ("birth", "on", "years"),
    [
        pytest.param(date(1984, 4, 17), date(2026, 4, 16), 41, id="day-before"),
        pytest.param(date(1984, 4, 17), date(2026, 4, 17), 42, id="birthday"),
        pytest.param(date(2000, 2, 29), date(2027, 2, 28), 26, id="leap-day-28-february"),
        pytest.param(date(2000, 2, 29), date(2027, 3, 1), 27, id="leap-day-1-march"),
        pytest.param(date(2000, 2, 29), date(2028, 2, 29), 28, id="leap-day-in-leap-year"),
        pytest.param(date(2026, 6, 1), date(2026, 6, 1), 0, id="born-today"),
    ],
)
def test_age_on(birth: date, on: date, years: int) -> None:
    assert age_on(birth, on) == years


def test_an_age_before_birth_is_refused() -> None:
    with pytest.raises(ValueError, match="before the birth date"):
        age_on(date(2026, 6, 2), date(2026, 6, 1))


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("Europe/London", "London time"),
        ("America/New_York", "New York time"),
        ("America/Argentina/Buenos_Aires", "Buenos Aires time"),
        ("UTC", "UTC"),
        ("Etc/UTC", "UTC"),
    ],
)
def test_zone_label(name: str, label: str) -> None:
    assert zone_label(name) == label
