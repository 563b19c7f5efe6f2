"""Missing days may have been either; scaled counts say so."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from patients.eligibility import Answer, Count, Scale
from patients.eligibility.counts import tenths

MET, NOT_MET, NOT_KNOWN = Answer.MET, Answer.NOT_MET, Answer.NOT_KNOWN


@pytest.mark.parametrize(
    ("days", "recorded", "scale", "answer"),
    [
        (15, None, Scale.RECORDED, MET),
        (14, None, Scale.RECORDED, NOT_MET),
        (14, 28, Scale.RECORDED, NOT_MET),
        (14, 27, Scale.RECORDED, NOT_KNOWN),  # the one missing day decides
        (15, 20, Scale.RECORDED, MET),
        (7, 20, Scale.RECORDED, NOT_KNOWN),
        (6, 20, Scale.RECORDED, NOT_MET),  # 14 even if all eight were headache days
        (15, 19, Scale.RECORDED, NOT_KNOWN),
        (11, 20, Scale.SCALED, MET),  # 15.4
        (10, 20, Scale.SCALED, NOT_MET),  # 14.0
        (14, 28, Scale.SCALED, NOT_MET),
        (14, None, Scale.MONTH, MET),  # 14 in 28 is exactly 15 in 30
        (13, None, Scale.MONTH, NOT_MET),  # 13.9 in 30
        (11, 20, Scale.MONTH, MET),  # 16.5 in 30
    ],
)
def test_a_count_against_fifteen(days: int, recorded: int | None, scale: Scale, answer: Answer) -> None:
    assert Count(days, recorded).at_least(15, scale) is answer


@given(days=st.integers(0, 28), missing=st.integers(0, 8), more=st.integers(0, 8), limit=st.integers(1, 28))
def test_filling_the_missing_days_never_contradicts_an_answer(days: int, missing: int, more: int, limit: int) -> None:
    recorded = 28 - missing
    days, more = min(days, recorded), min(more, missing)
    said = Count(days, recorded).at_least(limit, Scale.RECORDED)
    filled = Count(days + more, 28).at_least(limit, Scale.RECORDED)
    assert said in {NOT_KNOWN, filled}


def test_a_scaled_count_is_labelled_as_such() -> None:
    assert Count(12, 24).words(Scale.RECORDED) == "12 in 24 recorded days"
    assert Count(12, 24).words(Scale.SCALED) == "12 in 24 recorded days, scaled 14"
    assert Count(12, 28).words(Scale.SCALED) == "12"
    assert Count(14).words(Scale.MONTH) == "14, scaled 15"


@pytest.mark.parametrize(
    ("value", "words"),
    [(Fraction(2999, 100), "29.9"), (Fraction(30), "30"), (Fraction(0), "0"), (Fraction(1, 3), "0.3")],
)
def test_a_number_just_short_of_a_limit_never_reads_as_the_limit(value: Fraction, words: str) -> None:
    assert tenths(value) == words
