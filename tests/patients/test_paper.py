"""A paper diary typed in one go."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from patients.paper import read_letters

FIRST, TODAY = dt.date(2026, 11, 2), dt.date(2026, 11, 23)


def test_each_letter_is_a_day() -> None:
    paper = read_letters("MH0", FIRST, TODAY)
    assert [(day.date.day, day.letter) for day in paper.days] == [(2, "M"), (3, "H"), (4, "0")]
    assert not paper.faults


@pytest.mark.parametrize("gap", [".", "-", "?"])
def test_a_day_that_is_not_filled_in_is_left_out_and_not_clear(gap: str) -> None:
    assert [day.date.day for day in read_letters(f"H{gap}h", FIRST, TODAY).days] == [2, 4]


def test_blanks_only_set_weeks_apart() -> None:
    assert read_letters("MM HH", FIRST, TODAY) == read_letters("MMHH", FIRST, TODAY)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "one letter for each day"),
        ("MX0", "Letter 2 is X"),
        ("M" * 29, "29 letters are more than the 28 days"),
        ("M" * 22, "Letter 22 would be 23 November 2026, which is not over yet"),
    ],
)
def test_what_cannot_be_read_is_named(text: str, words: str) -> None:
    assert any(words in fault for fault in read_letters(text, FIRST, TODAY).faults)


def test_every_fault_is_named_at_once() -> None:
    assert len(read_letters("XMY", FIRST, TODAY).faults) == 2


@given(st.text("0HM.", min_size=1, max_size=21))
def test_a_sheet_is_read_back_as_it_was_typed(text: str) -> None:
    letters = {day.date: day.letter for day in read_letters(text, FIRST, TODAY).days}
    back = "".join(letters.get(FIRST + dt.timedelta(days=place), ".") for place in range(len(text)))
    assert back == text
