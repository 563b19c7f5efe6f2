"""How quickly somebody has to act: the escalation table, case by case."""

import pytest

from treatments.effects.catalogue import EFFECTS, OTHER, WHAT_TO_DO, Level, Severity, label, to_report, triage

# What patients are commonly told to look out for; the software must be able to hold each.
TOLD_TO_PATIENTS = [
    "tiredness",
    "local_weakness",
    "site_pain",
    "rash",
    "back",
    "lung_inflammation",
    "stiffness",
    "swallowing",
    "breathing",
    "nausea",
    "diarrhoea",
    "stomach",
]
# The label's table of adverse reactions.
LABEL_TABLE = [
    "neck_pain",
    "headache",
    "worse_migraine",
    "eyelid_droop",
    "local_weakness",
    "stiffness",
    "site_pain",
    "muscle_pain",
    "facial_weakness",
    "spasm",
    "blood_pressure",
    "bronchitis",
    "swallowing",
]


@pytest.mark.parametrize("key", ["breathing", "swallowing", "speaking", "general_weakness", "anaphylaxis"])
@pytest.mark.parametrize("severity", Severity)
def test_the_boxed_warning_is_an_emergency_however_mild(key: str, severity: Severity) -> None:
    assert triage(key, severity) is Level.EMERGENCY


@pytest.mark.parametrize(
    "key",
    [
        "eyelid_droop",
        "double_vision",
        "voice",
        "head_drop",
        "infection",
        "thunderclap",
        "status_migraine",
        "facial_weakness",
    ],
)
def test_these_are_looked_at_the_same_day(key: str) -> None:
    assert triage(key, Severity.MILD) is Level.SAME_DAY


@pytest.mark.parametrize("key", ["neck_pain", "stiffness", "bruising", "brow", "headache"])
def test_these_are_routine(key: str) -> None:
    assert triage(key, Severity.SEVERE) is Level.ROUTINE


def test_a_migraine_that_is_much_worse_is_looked_at_the_same_day() -> None:
    assert triage("worse_migraine", Severity.MODERATE) is Level.ROUTINE
    assert triage("worse_migraine", Severity.SEVERE) is Level.SAME_DAY


@pytest.mark.parametrize("key", [OTHER, "", "purple hair"])
def test_what_is_not_known_is_looked_at_the_same_day(key: str) -> None:
    assert triage(key, Severity.MILD) is Level.SAME_DAY
    assert label(key) == "Something else"


@pytest.mark.parametrize(
    ("key", "serious", "needed"),
    [("neck_pain", False, False), ("neck_pain", True, True), (OTHER, False, True), ("breathing", False, False)],
)
def test_a_serious_or_unexpected_effect_is_reported_or_declined(key: str, serious: bool, needed: bool) -> None:
    assert to_report(key, serious=serious) is needed


@pytest.mark.parametrize("key", sorted({*TOLD_TO_PATIENTS, *LABEL_TABLE}))
def test_every_known_effect_can_be_held(key: str) -> None:
    assert EFFECTS[key].label


def test_every_level_says_what_to_do() -> None:
    assert set(WHAT_TO_DO) == set(Level)
