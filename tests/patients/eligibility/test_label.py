"""The label rule, at both sides of every limit."""

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest

from clinic.wording import age_on
from patients.eligibility import Answer, Criterion, Findings, Outcome, assess

FITTING = Findings(age=40, headache_days=20, long_headache_days=18, migraine_days=12, months_at_this_level=6)
MET, NOT_MET, NOT_KNOWN = Answer.MET, Answer.NOT_MET, Answer.NOT_KNOWN
LONG = "Days with headache of 4 hours or longer"


def criterion(name: str, **changes: Any) -> Criterion:
    verdict = assess(replace(FITTING, **changes))
    return next(one for one in verdict.criteria if one.name == name)


@pytest.mark.parametrize(
    ("name", "field", "value", "answer"),
    [
        ("Adult", "age", 17, NOT_MET),
        ("Adult", "age", 18, MET),
        ("Adult", "age", None, NOT_KNOWN),
        (LONG, "long_headache_days", 14, NOT_MET),
        (LONG, "long_headache_days", 15, MET),
        (LONG, "long_headache_days", 0, NOT_MET),
        (LONG, "long_headache_days", None, NOT_KNOWN),
        ("Headache days", "headache_days", 14, NOT_MET),
        ("Headache days", "headache_days", 15, MET),
        ("Headache days", "headache_days", 28, MET),
        ("Headache days", "headache_days", None, NOT_KNOWN),
        ("Migraine days", "migraine_days", 7, NOT_MET),
        ("Migraine days", "migraine_days", 8, MET),
        ("Migraine days", "migraine_days", None, NOT_KNOWN),
        ("Months at this level", "months_at_this_level", 2, NOT_MET),
        ("Months at this level", "months_at_this_level", 3, NOT_KNOWN),
        ("Months at this level", "months_at_this_level", 4, MET),
        ("Months at this level", "months_at_this_level", None, NOT_KNOWN),
    ],
)
def test_each_criterion_at_its_limit(name: str, field: str, value: int | None, answer: Answer) -> None:
    assert criterion(name, **{field: value}).answer is answer


@pytest.mark.parametrize("name", [LONG, "Headache days", "Migraine days"])
@pytest.mark.parametrize(("recorded", "answer"), [(0, NOT_KNOWN), (19, NOT_KNOWN), (20, MET), (28, MET), (None, MET)])
def test_a_diary_with_too_few_days_answers_not_known(name: str, recorded: int | None, answer: Answer) -> None:
    assert criterion(name, days_recorded=recorded).answer is answer


@pytest.mark.parametrize("recorded", [0, 19])
def test_a_thin_diary_with_few_headaches_is_no_refusal(recorded: int) -> None:
    verdict = assess(replace(FITTING, headache_days=3, long_headache_days=1, migraine_days=0, days_recorded=recorded))
    assert verdict.outcome is Outcome.REVIEW


@pytest.mark.parametrize(
    ("born", "on", "years"),
    [
        (dt.date(2008, 11, 23), dt.date(2026, 11, 22), 17),
        (dt.date(2008, 11, 23), dt.date(2026, 11, 23), 18),
        (dt.date(2008, 2, 29), dt.date(2026, 2, 28), 17),
        (dt.date(2008, 2, 29), dt.date(2026, 3, 1), 18),
        (dt.date(2008, 2, 29), dt.date(2028, 2, 29), 20),
    ],
)
def test_adulthood_begins_on_the_birthday(born: dt.date, on: dt.date, years: int) -> None:
    assert age_on(born, on) == years


def test_all_met_is_eligible() -> None:
    verdict = assess(FITTING)
    assert verdict.outcome is Outcome.ELIGIBLE
    assert verdict.sentence == "Meets the label rule: 5 of 5 met"


def test_one_not_met_outweighs_all_that_is_not_known() -> None:
    verdict = assess(Findings(17, None, None, None, None))
    assert verdict.outcome is Outcome.NOT_ELIGIBLE
    assert verdict.sentence == "Does not meet the label rule: 0 of 5 met"


def test_something_not_known_needs_review() -> None:
    verdict = assess(replace(FITTING, migraine_days=None))
    assert verdict.outcome is Outcome.REVIEW
    assert verdict.sentence == "Cannot say yet: 1 not known"


def test_a_criterion_says_number_limit_and_source() -> None:
    assert criterion("Migraine days", migraine_days=7) == Criterion(
        "Migraine days", NOT_MET, "7, needs 8 or more in 28 days", "ICHD-3 1.3 C"
    )
    assert criterion("Migraine days", migraine_days=None).detail == "not recorded, needs 8 or more in 28 days"
    assert criterion(LONG, days_recorded=18).detail == "not enough days to judge (18 of 28 recorded, needs 20)"
