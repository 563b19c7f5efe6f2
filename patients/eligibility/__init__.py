"""Who may start: the label rule for onabotulinumtoxinA in chronic migraine, as a pure function.

Supports a clinical decision and does not replace it. Missing input is Not known, never a guess.

Sources: United States label, "15 days or more per month with headache lasting 4 hours a day or longer", adults, and
not established at 14 headache days or fewer; ICHD-3 1.3 criteria A and C; PREEMPT baseline for the 28-day window.
"""

from dataclasses import dataclass
from enum import StrEnum

# Name and version are stored with every assessment, so that an old verdict stays readable after a rule changes.
POLICY = "label"
POLICY_VERSION = 1

ADULT_YEARS = 18  # label: adults; an adolescent trial (12 to under 18) did not show efficacy
WINDOW_DAYS = 28  # PREEMPT counted 28-day periods, not calendar months
MIN_DAYS_RECORDED = 20  # PREEMPT entry: a diary on at least 20 of 28 days
MIN_HEADACHE_DAYS = 15  # label; ICHD-3 1.3 A
LONG_HEADACHE_MINUTES = 240  # label: 4 hours or longer, so exactly 240 counts
MIN_MIGRAINE_DAYS = 8  # ICHD-3 1.3 C
MIN_MONTHS = 3  # ICHD-3 1.3 A: for MORE than three months


class Answer(StrEnum):
    """How one criterion stands."""

    MET = "met"
    NOT_MET = "not_met"
    NOT_KNOWN = "not_known"


class Outcome(StrEnum):
    """What the criteria say together."""

    ELIGIBLE = "eligible"
    NOT_ELIGIBLE = "not_eligible"
    REVIEW = "review"


@dataclass(frozen=True)
class Findings:
    """What is known of a person. Counts are days per 28-day window; None is "not known"."""

    age: int | None
    headache_days: int | None
    long_headache_days: int | None  # days with headache of 4 hours or longer
    migraine_days: int | None
    months_at_this_level: int | None
    days_recorded: int | None = None  # of 28, when the counts come from a diary; None for a referral's own counts


@dataclass(frozen=True)
class Criterion:
    """One criterion with its answer, the number against the limit in words, and where the rule comes from."""

    name: str
    answer: Answer
    detail: str
    source: str


@dataclass(frozen=True)
class Verdict:
    """The outcome and the criteria it rests on."""

    outcome: Outcome
    criteria: tuple[Criterion, ...]

    @property
    def sentence(self) -> str:
        """Return the result as one sentence for a clinician."""
        met = sum(criterion.answer is Answer.MET for criterion in self.criteria)
        unknown = sum(criterion.answer is Answer.NOT_KNOWN for criterion in self.criteria)
        if self.outcome is Outcome.ELIGIBLE:
            return f"Meets the label rule: {met} of {len(self.criteria)} met"
        if self.outcome is Outcome.NOT_ELIGIBLE:
            return f"Does not meet the label rule: {met} of {len(self.criteria)} met"
        return f"Cannot say yet: {unknown} not known"


def assess(findings: Findings) -> Verdict:
    """Return the verdict of the label rule: eligible when all criteria are met, not when any is not met."""
    criteria = (
        _adult(findings.age),
        _long_headache_days(findings),
        _headache_days(findings),
        _migraine_days(findings),
        _duration(findings.months_at_this_level),
    )
    answers = {criterion.answer for criterion in criteria}
    if Answer.NOT_MET in answers:
        outcome = Outcome.NOT_ELIGIBLE
    else:
        outcome = Outcome.REVIEW if Answer.NOT_KNOWN in answers else Outcome.ELIGIBLE
    return Verdict(outcome, criteria)


def _at_least(value: int | None, limit: int) -> Answer:
    if value is None:
        return Answer.NOT_KNOWN
    return Answer.MET if value >= limit else Answer.NOT_MET


def _words(value: int | None, limit: str) -> str:
    return f"not recorded, needs {limit}" if value is None else f"{value}, needs {limit}"


def _adult(age: int | None) -> Criterion:
    return Criterion("Adult", _at_least(age, ADULT_YEARS), _words(age, f"{ADULT_YEARS} years or more"), "Label")


def _long_headache_days(findings: Findings) -> Criterion:
    """Rule 2: the days that the United States label counts."""
    name = "Days with headache of 4 hours or longer"
    return _counted(name, findings.long_headache_days, MIN_HEADACHE_DAYS, findings.days_recorded, "Label")


def _headache_days(findings: Findings) -> Criterion:
    """Rules 3 and 7: 14 headache days or fewer is episodic migraine, where the label claims no effect."""
    source = "ICHD-3 1.3 A; label"
    return _counted("Headache days", findings.headache_days, MIN_HEADACHE_DAYS, findings.days_recorded, source)


def _migraine_days(findings: Findings) -> Criterion:
    """Rule 3, second half."""
    return _counted("Migraine days", findings.migraine_days, MIN_MIGRAINE_DAYS, findings.days_recorded, "ICHD-3 1.3 C")


def _counted(name: str, days: int | None, limit: int, recorded: int | None, source: str) -> Criterion:
    """Compare a count of days. Too few diary days answer "not known", never "not met": a missing day is not clear."""
    if recorded is not None and recorded < MIN_DAYS_RECORDED:
        detail = f"not enough days to judge ({recorded} of {WINDOW_DAYS} recorded, needs {MIN_DAYS_RECORDED})"
        return Criterion(name, Answer.NOT_KNOWN, detail, source)
    return Criterion(name, _at_least(days, limit), _words(days, f"{limit} or more in {WINDOW_DAYS} days"), source)


def _duration(months: int | None) -> Criterion:
    """Rule 3: "for more than three months"; exactly three is for a clinician to judge."""
    answer = Answer.NOT_KNOWN if months == MIN_MONTHS else _at_least(months, MIN_MONTHS + 1)
    return Criterion("Months at this level", answer, _words(months, f"more than {MIN_MONTHS}"), "ICHD-3 1.3 A")
