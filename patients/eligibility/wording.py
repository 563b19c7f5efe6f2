"""How a policy's thresholds are called where staff read or edit them."""

from enum import StrEnum

from patients.eligibility.counts import SCALE_WORDS
from patients.eligibility.policy import CountBy, Policy, Renewal

COUNT_BY_WORDS: dict[StrEnum, str] = {CountBy.CLASS: "Different classes", CountBy.DRUG: "Different medicines"}
RENEWAL_WORDS: dict[StrEnum, str] = {
    Renewal.NONE: "Not asked",
    Renewal.STOP_RULE: "Stop rule: too small a response, or no longer chronic",
    Renewal.FEWER: "Test A: so many fewer days, or so many fewer hours",
    Renewal.ANY: "Test B: any reduction",
}

LABELS = {
    "name": "Name",
    "scale": "How counts are held against limits",
    "adult_years": "Least age in years",
    "headache_days": "Least headache days",
    "long_headache_days": "Least days with headache of 4 hours or longer",
    "migraine_days": "Least migraine days",
    "diary": "Ask for counts of a diary or a letter",
    "months": "Months at this level",
    "months_suffice": "Exactly so many months are enough",
    "attacks": "Least attacks of migraine",
    "no_better_diagnosis": "Ask for another diagnosis that fits better",
    "preventives": "Least preventives tried",
    "count_by": "Preventives are counted by",
    "preventive_days": "Days that each preventive was taken",
    "overuse": "Ask for a plan where medicines are overused",
    "specialist": "Ask for a neurologist, headache or pain specialist",
    "codes": "Diagnosis codes that are taken",
    "interval_days": "Days between sessions",
    "renewal": "Going on",
    "response_percent": "Stop rule: least percent fewer headache days",
    "warn_cycles": "Stop rule: look from this many cycles",
    "stop_cycles": "Stop rule: propose a stop from this many cycles",
    "episodic_below": "Stop rule: propose a stop below so many headache days, three months in a row",
    "fewer_days": "Test A: days fewer",
    "fewer_hours": "Test A: hours fewer",
}

_CHOICES: dict[StrEnum, str] = {**SCALE_WORDS, **COUNT_BY_WORDS, **RENEWAL_WORDS}


def differences(before: Policy, after: Policy) -> list[tuple[str, str, str]]:
    """Return what an edit changed: the threshold, how it was, how it is."""
    pairs = ((label, getattr(before, name), getattr(after, name)) for name, label in LABELS.items())
    return [(label, _words(old), _words(new)) for label, old, new in pairs if old != new]


def _words(value: object) -> str:
    """Return a threshold in words."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        return ", ".join(value) or "any"
    if isinstance(value, StrEnum):
        return _CHOICES[value]
    return "not asked" if value is None else str(value)
