"""What a Yes does."""

import datetime as dt

import pytest

from treatments.safety import QUESTIONS, Screening, cumulative_fault, screen, window_start

ALL_NO = {question.key: False for question in QUESTIONS}


def test_all_no_lets_the_session_go_on() -> None:
    result = screen(ALL_NO)
    assert result == Screening((), (), (), ())


@pytest.mark.parametrize("key", ["allergy", "infection", "swallowing"])
def test_a_contraindication_stops_the_session(key: str) -> None:
    assert [question.key for question in screen(ALL_NO | {key: True}).stopped] == [key]


@pytest.mark.parametrize("key", ["neuromuscular", "pregnant", "breastfeeding", "other_toxin"])
def test_a_risk_blocks_the_session_until_a_prescriber_decides(key: str) -> None:
    assert [question.key for question in screen(ALL_NO | {key: True}).blocked] == [key]


def test_a_new_medicine_warns() -> None:
    assert [question.key for question in screen(ALL_NO | {"medicines": True}).warnings] == ["medicines"]


def test_a_question_that_was_not_asked_is_not_a_no() -> None:
    assert [question.key for question in screen(ALL_NO | {"allergy": None}).unanswered] == ["allergy"]


@pytest.mark.parametrize(("planned", "earlier", "allowed"), [(155, [245], True), (155, [246], False), (195, [], True)])
def test_at_most_400_units_in_three_months_all_reasons_together(
    planned: int, earlier: list[int], allowed: bool
) -> None:
    assert (not cumulative_fault(planned, earlier)) is allowed


def test_two_full_sessions_twelve_weeks_apart_stay_below_the_limit() -> None:
    assert not cumulative_fault(195, [195])


def test_three_months_are_read_the_longer_way() -> None:
    assert window_start(dt.date(2026, 11, 23)) == dt.date(2026, 8, 23)
