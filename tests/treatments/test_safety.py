"""What a Yes does."""

import datetime as dt

import pytest

from treatments.safety import QUESTIONS, Screening, cumulative_fault, screen, window_start

BY_KEY = {question.key: question for question in QUESTIONS}
ALL_NO: dict[str, bool | None] = dict.fromkeys(BY_KEY, False)


def test_all_no_lets_the_session_go_on() -> None:
    result = screen(ALL_NO)
    assert result == Screening((), (), (), (), ())


@pytest.mark.parametrize("key", ["allergy", "infection", "swallowing"])
def test_a_contraindication_stops_the_session(key: str) -> None:
    assert [question.key for question in screen(ALL_NO | {key: True}).stopped] == [key]


@pytest.mark.parametrize(
    "key", ["new_headache", "neuromuscular", "pregnant", "breastfeeding", "antibiotics", "other_toxin"]
)
def test_a_risk_blocks_the_session_until_a_prescriber_decides(key: str) -> None:
    assert [question.key for question in screen(ALL_NO | {key: True}).blocked] == [key]


@pytest.mark.parametrize("key", ["medicines", "care"])
def test_what_needs_care_only_warns(key: str) -> None:
    assert screen(ALL_NO | {key: True}) == Screening((), (), (BY_KEY[key],), (), ())


@pytest.mark.parametrize(
    ("key", "words"),
    [
        ("allergy", "albumin"),  # label section 4: to any of its components, too
        ("new_headache", "after the age of 50"),  # a red flag like the sudden one
        ("care", "slight build"),
        ("care", "weak forehead"),
    ],
)
def test_a_question_names_all_that_it_stands_for(key: str, words: str) -> None:
    assert words in BY_KEY[key].text


def test_a_question_that_was_not_asked_is_not_a_no() -> None:
    asked = {key: answer for key, answer in ALL_NO.items() if key != "allergy"}
    assert [question.key for question in screen(asked).unanswered] == ["allergy"]


@pytest.mark.parametrize("key", ALL_NO)
def test_not_known_is_never_a_no(key: str) -> None:
    assert [question.key for question in screen(ALL_NO | {key: None}).unknown] == [key]


def test_a_correction_asks_only_what_was_asked_then() -> None:
    assert screen({"allergy": False}, asked={"allergy"}) == Screening((), (), (), (), ())


@pytest.mark.parametrize(("planned", "earlier", "allowed"), [(155, [245], True), (155, [246], False), (195, [], True)])
def test_at_most_400_units_in_three_months_all_reasons_together(
    planned: int, earlier: list[int], allowed: bool
) -> None:
    assert (not cumulative_fault(planned, earlier)) is allowed


def test_two_full_sessions_twelve_weeks_apart_stay_below_the_limit() -> None:
    assert not cumulative_fault(195, [195])


def test_three_months_are_read_the_longer_way() -> None:
    assert window_start(dt.date(2026, 11, 23)) == dt.date(2026, 8, 23)
