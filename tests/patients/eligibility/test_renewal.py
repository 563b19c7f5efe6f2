"""To go on: change against the baseline, at both sides of every limit."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from patients.eligibility import Answer, Count, Criterion, Findings, Outcome, Scale, assess_renewal
from patients.eligibility.policy import EHF, NICE, SAMPLE_A, SAMPLE_B, Policy, Stage

MET, NOT_MET, NOT_KNOWN = Answer.MET, Answer.NOT_MET, Answer.NOT_KNOWN
NOW = Findings(
    age=40,
    headache_days=14,
    long_headache_days=None,
    migraine_days=None,
    months_at_this_level=None,
    baseline=Count(20),
    cycles=2,
    last_months=(Count(16), Count(14), Count(14)),
    specialist=True,
    diagnosis_code="G43.709",
)


def first(policy: Policy, **changes: Any) -> Criterion:
    return assess_renewal(replace(NOW, **changes), policy).criteria[0]


def chronic(policy: Policy, *months: int | None) -> Answer:
    counts = tuple(None if one is None else Count(one) for one in months)
    return assess_renewal(replace(NOW, last_months=counts), policy).criteria[1].answer


@pytest.mark.parametrize(
    ("policy", "baseline", "now", "cycles", "answer"),
    [
        (NICE, 20, 14, 2, MET),  # exactly 30% is a response: NICE stops below 30%
        (NICE, 20, 15, 2, NOT_MET),  # 25%
        (NICE, 10, 7, 2, MET),
        (NICE, 28, 20, 2, NOT_MET),  # 28.5%
        (NICE, 28, 19, 2, MET),
        (NICE, 20, 22, 2, NOT_MET),
        (NICE, 20, 20, 1, MET),  # never judged before two cycles
        (NICE, 20, 20, 0, MET),
        (NICE, 20, 20, None, NOT_KNOWN),
        (NICE, 20, 14, None, MET),
        (EHF, 20, 15, 2, NOT_KNOWN),  # EHF looks from two, stops from three
        (EHF, 20, 15, 3, NOT_MET),
        (EHF, 20, 14, 3, MET),
        (NICE, 0, 0, 2, NOT_KNOWN),
        (NICE, 20, None, 2, NOT_KNOWN),
    ],
)
def test_the_response_at_its_limit(
    policy: Policy, baseline: int, now: int | None, cycles: int | None, answer: Answer
) -> None:
    assert first(policy, baseline=Count(baseline), headache_days=now, cycles=cycles).answer is answer


def test_no_baseline_is_not_known() -> None:
    assert first(NICE, baseline=None).answer is NOT_KNOWN


def test_missing_days_that_decide_leave_the_response_open() -> None:
    assert first(NICE, headache_days=14, days_recorded=28).answer is MET
    assert first(NICE, headache_days=14, days_recorded=27).answer is NOT_KNOWN
    assert first(NICE, headache_days=10, days_recorded=24).answer is MET
    assert first(NICE, headache_days=10, days_recorded=19).answer is NOT_KNOWN
    assert first(replace(NICE, scale=Scale.SCALED), headache_days=10, days_recorded=20).answer is MET
    assert first(replace(NICE, scale=Scale.SCALED), baseline=Count(14, 19)).answer is NOT_KNOWN


@pytest.mark.parametrize(
    ("policy", "months", "answer"),
    [
        (NICE, (14, 14, 14), NOT_MET),  # a stop is proposed below 15 three times in a row
        (NICE, (14, 15, 14), MET),
        (NICE, (15, 15, 15), MET),
        (NICE, (14, None, 14), NOT_KNOWN),
        (NICE, (None, 15, 14), MET),
        (NICE, (14, 14), NOT_KNOWN),
        (NICE, (), NOT_KNOWN),
        (EHF, (9, 9, 9), NOT_MET),  # EHF below 10
        (EHF, (9, 10, 9), MET),
        (EHF, (14, 14, 14), MET),
    ],
)
def test_a_stop_for_being_well_takes_three_months(
    policy: Policy, months: tuple[int | None, ...], answer: Answer
) -> None:
    assert chronic(policy, *months) is answer


def test_a_month_with_too_few_days_counts_neither_way() -> None:
    months = (Count(3, 19), Count(5, 28), Count(5, 28))
    assert assess_renewal(replace(NOW, last_months=months), NICE).criteria[1].answer is NOT_KNOWN


def test_a_stop_rule_proposes_and_leaves_the_decision() -> None:
    verdict = assess_renewal(replace(NOW, headache_days=16), NICE)
    assert verdict.outcome is Outcome.REVIEW
    assert verdict.sentence == (
        "A stop is proposed by NICE TA260 to continue: "
        "20 before, 16 now: 20% fewer headache days after 2 cycles, needs 30% or more after 2 cycles"
    )


@pytest.mark.parametrize(
    ("baseline", "recorded", "scale", "words"),
    [
        (Count(20), 20, Scale.RECORDED, "16% fewer headache days if the missing days were like the others"),
        (Count(18, 24), 28, Scale.RECORDED, "42.8% fewer headache days if the missing days were like the others"),
        (Count(20), 28, Scale.RECORDED, "40% fewer headache days after 3 cycles"),
        (Count(20), 20, Scale.SCALED, "scaled 16.8 now: 16% fewer headache days after 3 cycles"),
        (Count(20), 20, Scale.MONTH, "scaled 18 now: 16% fewer headache days after 3 cycles"),
    ],
)
def test_a_change_compares_as_many_days(baseline: Count, recorded: int, scale: Scale, words: str) -> None:
    found = {"baseline": baseline, "headache_days": 12, "days_recorded": recorded, "cycles": 3}
    assert words in first(replace(NICE, scale=scale), **found).detail


def test_a_term_that_is_not_met_is_no_proposal_to_stop() -> None:
    asked = replace(NICE, specialist=True)
    verdict = assess_renewal(replace(NOW, specialist=False), asked)
    assert verdict.outcome is Outcome.NOT_ELIGIBLE
    assert verdict.sentence.startswith(f"Does not meet {asked.title(Stage.CONTINUE)}")


@pytest.mark.parametrize(
    ("now", "hours", "answer"),
    [
        (13, None, MET),  # seven days fewer
        (14, None, NOT_KNOWN),
        (14, (300, 200), MET),  # or 100 hours fewer
        (14, (300, 201), NOT_MET),
        (13, (300, 300), MET),
        (None, (300, 200), MET),
        (None, (300, 201), NOT_KNOWN),
    ],
)
def test_test_a_takes_days_or_hours(now: int | None, hours: tuple[int, int] | None, answer: Answer) -> None:
    before, after = hours or (None, None)
    assert first(SAMPLE_A, headache_days=now, baseline_hours=before, headache_hours=after).answer is answer


def test_a_missing_day_that_decides_leaves_the_days_of_test_a_open() -> None:
    hours = {"baseline_hours": 300, "headache_hours": 300}
    assert first(SAMPLE_A, headache_days=13, days_recorded=27, **hours).answer is NOT_KNOWN
    assert first(SAMPLE_A, headache_days=14, days_recorded=27, **hours).answer is NOT_MET


@pytest.mark.parametrize(
    ("recorded", "after", "answer"),
    [
        (28, 200, MET),
        (27, 200, NOT_KNOWN),  # the missing day may hold the hours that decide
        (8, 20, NOT_KNOWN),
        (27, 201, NOT_MET),  # and it takes none away
    ],
)
def test_hours_of_a_diary_with_missing_days_are_the_least(recorded: int, after: int, answer: Answer) -> None:
    days = {"baseline": Count(10), "headache_days": 8, "days_recorded": recorded}
    found = first(SAMPLE_A, **days, baseline_hours=300, headache_hours=after)
    assert found.answer is answer


@pytest.mark.parametrize(
    ("recorded", "after", "answer"),
    [
        (None, 201, NOT_MET),
        (28, 201, NOT_MET),
        (27, 201, NOT_KNOWN),  # there may have been more before
        (27, 200, MET),
    ],
)
def test_hours_before_treatment_with_missing_days_are_the_least_too(
    recorded: int | None, after: int, answer: Answer
) -> None:
    days = {"baseline": Count(10, recorded), "headache_days": 8, "days_recorded": 28}
    found = first(SAMPLE_A, **days, baseline_hours=300, headache_hours=after)
    assert found.answer is answer


@pytest.mark.parametrize(("now", "answer"), [(19, MET), (20, NOT_MET), (21, NOT_MET), (0, MET), (None, NOT_KNOWN)])
def test_test_b_takes_any_reduction(now: int | None, answer: Answer) -> None:
    assert first(SAMPLE_B, headache_days=now).answer is answer


@pytest.mark.parametrize(
    ("scale", "after", "answer"),
    [(Scale.MONTH, 206, MET), (Scale.MONTH, 207, NOT_MET), (Scale.RECORDED, 200, MET), (Scale.RECORDED, 201, NOT_MET)],
)
def test_hours_are_counted_by_the_month_where_days_are(scale: Scale, after: int, answer: Answer) -> None:
    by_month = replace(SAMPLE_A, scale=scale)
    assert first(by_month, headache_days=19, baseline_hours=300, headache_hours=after).answer is answer


def test_hours_by_the_month_are_said_as_scaled() -> None:
    by_month = replace(SAMPLE_A, scale=Scale.MONTH)
    found = first(by_month, headache_days=19, baseline_hours=300, headache_hours=207)
    assert "300 hours before, 207 now, scaled 99.6 fewer; needs 7 days or 100 hours fewer" in found.detail
    more = first(by_month, headache_days=19, baseline_hours=207, headache_hours=300)
    assert "207 hours before, 300 now; needs" in more.detail


def test_a_payers_test_refuses() -> None:
    assert assess_renewal(replace(NOW, headache_days=20), SAMPLE_B).outcome is Outcome.NOT_ELIGIBLE


@pytest.mark.parametrize("policy", [NICE, EHF, SAMPLE_A, SAMPLE_B], ids=lambda policy: policy.key)
def test_a_renewal_never_asks_for_fifteen_or_more_now(policy: Policy) -> None:
    helped = replace(NOW, headache_days=4, last_months=(Count(16), Count(16), Count(4)))
    verdict = assess_renewal(helped, policy)
    assert verdict.outcome is Outcome.ELIGIBLE
    assert not any("15 or more" in one.detail for one in verdict.criteria)


@given(baseline=st.integers(1, 28), now=st.integers(0, 28), fewer=st.integers(0, 28))
def test_fewer_headache_days_never_make_a_response_worse(baseline: int, now: int, fewer: int) -> None:
    order = [NOT_MET, NOT_KNOWN, MET]
    worse = first(NICE, baseline=Count(baseline), headache_days=now).answer
    better = first(NICE, baseline=Count(baseline), headache_days=max(0, now - fewer)).answer
    assert order.index(better) >= order.index(worse)


@given(baseline=st.integers(1, 28), now=st.integers(0, 28))
def test_the_limit_is_exact(baseline: int, now: int) -> None:
    answer = first(NICE, baseline=Count(baseline), headache_days=now).answer
    assert (answer is MET) == (10 * (baseline - now) >= 3 * baseline)
