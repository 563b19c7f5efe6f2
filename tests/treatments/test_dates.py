"""Dates as people type them: each that is none gets a clear answer."""

import datetime as dt

import pytest
from django.core.exceptions import ValidationError

from treatments.forms import Day


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("2027-02-29", "February 2027 has 28 days."),
        ("2026-04-31", "April 2026 has 30 days."),
        ("2026-06-00", "June 2026 has 30 days."),
        ("2026-13-01", "The month must be a number from 1 to 12."),
        ("29 2 2027", "Enter a date such as 2026-06-01."),
        ("1/6/26", "Enter a date such as 2026-06-01."),
        ("June", "Enter a date such as 2026-06-01."),
        ("0226-06-01", "Enter a date between 2000 and 2100."),
        ("9999-02-31", "Enter a date between 2000 and 2100."),
    ],
)
def test_a_date_that_is_none_gets_a_clear_answer(text: str, words: str) -> None:
    with pytest.raises(ValidationError) as refusal:
        Day().clean(text)
    assert refusal.value.messages == [words]


@pytest.mark.parametrize("text", ["2028-02-29", " 2028-02-29 ", "2028-2-29"])
def test_the_29th_of_february_and_spaces_are_taken(text: str) -> None:
    assert Day().clean(text) == dt.date(2028, 2, 29)


def test_nothing_is_nothing() -> None:
    assert Day().clean("  ") is None
