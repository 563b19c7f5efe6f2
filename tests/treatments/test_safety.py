"""What a Yes does."""

import pytest

from treatments.safety import QUESTIONS, Screening, screen

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
