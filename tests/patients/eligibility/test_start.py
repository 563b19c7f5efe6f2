"""To start: each threshold of each policy, at both sides of its limit."""

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest

from patients.eligibility import LABEL, Answer, Count, Criterion, Findings, Outcome, assess
from patients.eligibility.medicines import PreventiveClass, Result, Trial
from patients.eligibility.overuse import Overuse
from patients.eligibility.policy import EHF, ICHD3, NICE, SAMPLE_A, SAMPLE_B, SHIPPED, CountBy, Policy, from_plain

MET, NOT_MET, NOT_KNOWN = Answer.MET, Answer.NOT_MET, Answer.NOT_KNOWN
TODAY = dt.date(2026, 11, 23)
TRIED, OVERUSE, CODE = "Preventives tried", "Medication overuse managed", "Diagnosis code"


def trial(
    drug: str = "Propranolol",
    drug_class: PreventiveClass = PreventiveClass.BETA_BLOCKER,
    *,
    days: int | None = 90,
    result: Result = Result.NO_EFFECT,
) -> Trial:
    start = dt.date(2026, 1, 1)
    end = None if days is None else start + dt.timedelta(days=days - 1)
    return Trial(drug_class, drug, "80 mg", end and start, end, result)


TOPIRAMATE = trial("Topiramate", PreventiveClass.ANTICONVULSANT)
AMITRIPTYLINE = trial("Amitriptyline", PreventiveClass.ANTIDEPRESSANT)
FITTING = Findings(
    age=40,
    headache_days=20,
    long_headache_days=18,
    migraine_days=12,
    months_at_this_level=6,
    attacks=50,
    better_diagnosis=False,
    preventives=(trial(), TOPIRAMATE, AMITRIPTYLINE),
    overuse=Overuse(NOT_MET, "no class reaches its limit", "Told at the clinic"),
    specialist=True,
    diagnosis_code="G43.709",
    on=TODAY,
)


def criterion(policy: Policy, name: str, **changes: Any) -> Criterion:
    verdict = assess(replace(FITTING, **changes), policy)
    return next(one for one in verdict.criteria if one.name == name)


@pytest.mark.parametrize("policy", [LABEL, ICHD3, NICE, EHF, SAMPLE_A, SAMPLE_B], ids=lambda policy: policy.key)
def test_somebody_who_fits_meets_every_policy(policy: Policy) -> None:
    assert assess(FITTING, policy).outcome is Outcome.ELIGIBLE


@pytest.mark.parametrize(
    ("policy", "name", "changes", "answer"),
    [
        (LABEL, "Adult", {"age": 17}, NOT_MET),  # FDA label: adults
        (NICE, "Adult", {"age": 18}, MET),
        (ICHD3, "Headache days", {"headache_days": 14}, NOT_MET),  # ICHD-3 1.3 A
        (ICHD3, "Headache days", {"headache_days": 15}, MET),
        (ICHD3, "Migraine days", {"migraine_days": 7}, NOT_MET),  # ICHD-3 1.3 C
        (ICHD3, "Migraine days", {"migraine_days": 8}, MET),
        (ICHD3, "Attacks of migraine", {"attacks": 4}, NOT_MET),  # ICHD-3 1.3 B
        (ICHD3, "Attacks of migraine", {"attacks": 5}, MET),
        (ICHD3, "Attacks of migraine", {"attacks": None}, NOT_KNOWN),
        (ICHD3, "No better diagnosis", {"better_diagnosis": True}, NOT_MET),  # ICHD-3 1.3 D
        (ICHD3, "No better diagnosis", {"better_diagnosis": False}, MET),
        (ICHD3, "No better diagnosis", {"better_diagnosis": None}, NOT_KNOWN),
        (NICE, "Months at this level", {"months_at_this_level": 3}, NOT_KNOWN),  # for more than three months
        (NICE, "Months at this level", {"months_at_this_level": 4}, MET),
        (LABEL, "Months at this level", {"last_months": (Count(15), Count(14), Count(20))}, NOT_KNOWN),
        (LABEL, "Months at this level", {"last_months": (Count(15), Count(15), Count(20))}, MET),
        (LABEL, "Months at this level", {"last_months": (None, Count(14, 27), Count(20))}, MET),  # a day may be missing
        (SAMPLE_A, "Months at this level", {"last_months": (Count(14), None, Count(20))}, NOT_KNOWN),
        (SAMPLE_A, "Months at this level", {"months_at_this_level": 2}, NOT_MET),  # payers: three or more
        (SAMPLE_A, "Months at this level", {"months_at_this_level": 3}, MET),
        (SAMPLE_A, CODE, {"diagnosis_code": ""}, NOT_KNOWN),
        (SAMPLE_A, CODE, {"diagnosis_code": "G43.E09"}, MET),
        (SAMPLE_A, CODE, {"diagnosis_code": "G43.E09", "aura": True, "intractable": False}, MET),
        (SAMPLE_A, CODE, {"diagnosis_code": "G43.E09", "aura": False}, NOT_KNOWN),  # the record says without aura
        (SAMPLE_A, CODE, {"diagnosis_code": "G43.E09", "intractable": True}, NOT_KNOWN),
        (SAMPLE_A, CODE, {"diagnosis_code": "G43.70"}, NOT_MET),  # a heading
        (SAMPLE_A, CODE, {"diagnosis_code": "G43.109"}, NOT_MET),  # episodic
        (replace(SAMPLE_A, codes=("G43.709",)), CODE, {"diagnosis_code": "G43.E09"}, NOT_MET),
    ],
)
def test_each_criterion_at_its_limit(policy: Policy, name: str, changes: dict[str, Any], answer: Answer) -> None:
    assert criterion(policy, name, **changes).answer is answer


SPECIALIST = "Prescribed by or with a neurologist, headache or pain specialist"


@pytest.mark.parametrize("policy", [ICHD3, NICE, EHF], ids=lambda policy: policy.key)
def test_the_persons_word_alone_leaves_the_diagnosis_open(policy: Policy) -> None:
    told = assess(replace(FITTING, self_reported=True), policy)
    assert told.outcome is Outcome.REVIEW
    assert [one.name for one in told.criteria if one.answer is NOT_KNOWN] == ["Counts from a diary or a letter"]
    assert assess(replace(FITTING, self_reported=True), LABEL).outcome is Outcome.ELIGIBLE


@pytest.mark.parametrize(("value", "answer"), [(True, MET), (False, NOT_MET), (None, NOT_KNOWN)])
def test_a_payer_asks_who_prescribes(value: bool | None, answer: Answer) -> None:
    assert criterion(SAMPLE_A, SPECIALIST, specialist=value).answer is answer


@pytest.mark.parametrize(
    ("policy", "trials", "answer"),
    [
        # NICE TA260: three medicines not worked, not tolerated, or unsuitable; no minimum of days.
        (NICE, (trial(), TOPIRAMATE), NOT_MET),
        (NICE, (trial(), TOPIRAMATE, trial("Candesartan", PreventiveClass.ANGIOTENSIN, days=None)), MET),
        (
            NICE,
            (trial(), TOPIRAMATE, trial("Venlafaxine", PreventiveClass.ANTIDEPRESSANT, result=Result.UNSUITABLE)),
            MET,
        ),
        (NICE, (trial(), TOPIRAMATE, trial("Venlafaxine", result=Result.HELPING)), NOT_MET),
        (NICE, (trial(), TOPIRAMATE, trial("propranolol ")), NOT_MET),  # the same medicine twice
        (replace(NICE, preventives=4), (trial(), TOPIRAMATE, AMITRIPTYLINE), NOT_MET),  # NHS Greater Glasgow
        (EHF, (trial(),), NOT_MET),  # EHF 2018: two or three
        (EHF, (trial(), TOPIRAMATE), MET),
        # Payers: two classes, 60 days each, or not tolerated, or contraindicated.
        (SAMPLE_A, (trial(days=60), TOPIRAMATE), MET),
        (SAMPLE_A, (trial(days=59), TOPIRAMATE), NOT_MET),
        (SAMPLE_A, (trial(days=3, result=Result.NOT_TOLERATED), TOPIRAMATE), MET),
        (SAMPLE_A, (trial(days=None, result=Result.UNSUITABLE), TOPIRAMATE), MET),
        (SAMPLE_A, (trial(days=None), TOPIRAMATE), NOT_KNOWN),  # documentation missing
        (SAMPLE_A, (trial(), trial("Metoprolol")), NOT_MET),  # one class twice
        (replace(SAMPLE_A, count_by=CountBy.DRUG), (trial(), trial("Metoprolol")), MET),
        (SAMPLE_A, (trial(days=40), trial("Metoprolol", days=60), TOPIRAMATE), MET),
        (SAMPLE_A, (trial(), trial("Metoprolol", days=None)), NOT_MET),  # dates would not make two of one class
        (SAMPLE_A, (replace(trial(), started_on=TODAY - dt.timedelta(days=9), ended_on=None), TOPIRAMATE), NOT_KNOWN),
        # Ended later than the day that is asked about: what was taken until then counts.
        (
            SAMPLE_A,
            (replace(trial(), started_on=TODAY - dt.timedelta(days=58), ended_on=dt.date(2027, 1, 1)), TOPIRAMATE),
            NOT_MET,
        ),
    ],
)
def test_which_preventives_count(policy: Policy, trials: tuple[Trial, ...], answer: Answer) -> None:
    assert criterion(policy, TRIED, preventives=trials).answer is answer


@pytest.mark.parametrize(
    ("policy", "words"),
    [
        (replace(NICE, preventives=1), "1 preventive, needs 1 preventive"),
        (NICE, "1 preventive, needs 3 preventives"),
        (replace(SAMPLE_A, preventives=1, preventive_days=0), "1 class, needs 1 class"),
        (replace(SAMPLE_A, preventives=2, preventive_days=0), "1 class, needs 2 classes"),
    ],
)
def test_one_preventive_is_named_as_one(policy: Policy, words: str) -> None:
    assert criterion(policy, TRIED, preventives=(trial(),)).detail == words


@pytest.mark.parametrize(
    ("policy", "told", "answer"),
    [
        (NICE, 3, MET),
        (NICE, 2, NOT_MET),
        (NICE, None, NOT_KNOWN),
        (SAMPLE_A, 5, NOT_KNOWN),
        (SAMPLE_A, 1, NOT_MET),
        (replace(NICE, preventive_days=60), 5, NOT_KNOWN),
    ],
)
def test_a_bare_number_of_a_letter_shows_no_classes_and_no_days(
    policy: Policy, told: int | None, answer: Answer
) -> None:
    found = criterion(policy, TRIED, preventives=(), preventives_told=told)
    assert found.answer is answer
    assert ("documentation missing" in found.detail) == (answer is NOT_KNOWN and told == 5)


@pytest.mark.parametrize("policy", [NICE, EHF, SAMPLE_A, SAMPLE_B], ids=lambda policy: policy.key)
@pytest.mark.parametrize(
    ("overuse", "plan", "answer"),
    [
        (None, "", NOT_KNOWN),
        (NOT_MET, "", MET),
        (MET, "", NOT_KNOWN),
        (NOT_KNOWN, "", NOT_KNOWN),
        (MET, "Withdraw the triptan from Monday", MET),
        (None, "Withdraw the triptan from Monday", MET),
    ],
)
def test_overuse_asks_for_a_plan_and_never_refuses(
    overuse: Answer | None, plan: str, answer: Answer, policy: Policy
) -> None:
    found = Overuse(overuse, "triptan on 12 days", "Told at the clinic") if overuse else None
    assert criterion(policy, OVERUSE, overuse=found, overuse_plan=plan).answer is answer
    assert assess(replace(FITTING, overuse=found, overuse_plan=plan), policy).outcome is not Outcome.NOT_ELIGIBLE


def test_the_sentence_names_the_policy_and_the_question() -> None:
    assert assess(FITTING, NICE).sentence == "Meets NICE TA260 to start: 9 of 9 met"
    assert assess(FITTING, ICHD3).sentence == "Meets ICHD-3 1.3: 6 of 6 met"
    assert assess(replace(FITTING, attacks=None), ICHD3).sentence == "Cannot say yet: 1 not known"


def test_a_criterion_says_where_its_number_came_from() -> None:
    found = criterion(NICE, "Headache days", sources={"headache_days": "Diary, 26 Oct to 22 Nov 2026"})
    assert found == Criterion(
        "Headache days", MET, "20, needs 15 or more in 28 days", "ICHD-3 1.3 A; label", "Diary, 26 Oct to 22 Nov 2026"
    )


@pytest.mark.parametrize("policy", [*SHIPPED.values(), SAMPLE_A, SAMPLE_B], ids=lambda policy: policy.key)
def test_a_policy_survives_being_stored(policy: Policy) -> None:
    assert from_plain(policy.plain()) == policy


def test_payers_ask_for_84_or_90_days_between_sessions() -> None:
    assert [policy.interval_days for policy in (LABEL, NICE, SAMPLE_A, SAMPLE_B)] == [84, 84, 84, 90]
