"""What the rules answer: one criterion at a time, and all of them together."""

from dataclasses import dataclass
from enum import StrEnum


class Answer(StrEnum):
    """How one criterion stands."""

    MET = "met"
    NOT_MET = "not_met"
    NOT_KNOWN = "not_known"

    @classmethod
    def of(cls, *, surely: bool, perhaps: bool) -> "Answer":
        """Return met for what surely holds, not met for what cannot, and not known for what may."""
        if surely:
            return cls.MET
        return cls.NOT_KNOWN if perhaps else cls.NOT_MET


class Outcome(StrEnum):
    """What the criteria say together."""

    ELIGIBLE = "eligible"
    NOT_ELIGIBLE = "not_eligible"
    REVIEW = "review"


@dataclass(frozen=True)
class Criterion:
    """One criterion with its answer, the number against the limit in words, whose rule it is, and whose number."""

    name: str
    answer: Answer
    detail: str
    source: str
    came_from: str = ""


@dataclass(frozen=True)
class Verdict:
    """The outcome and the criteria it rests on. ``rule`` is how a sentence names what was asked."""

    outcome: Outcome
    criteria: tuple[Criterion, ...]
    rule: str = "the label rule"

    @property
    def sentence(self) -> str:
        """Return the result as one sentence for a clinician."""
        not_met = [criterion for criterion in self.criteria if criterion.answer is Answer.NOT_MET]
        met = sum(criterion.answer is Answer.MET for criterion in self.criteria)
        unknown = len(self.criteria) - met - len(not_met)
        if self.outcome is Outcome.ELIGIBLE:
            return f"Meets {self.rule}: {met} of {len(self.criteria)} met"
        if self.outcome is Outcome.NOT_ELIGIBLE:
            return f"Does not meet {self.rule}: {met} of {len(self.criteria)} met"
        if not_met:
            return f"A stop is proposed by {self.rule}: {not_met[0].detail}"
        return f"Cannot say yet: {unknown} not known"


def judge(criteria: tuple[Criterion, ...], rule: str, *, proposes: bool = False) -> Verdict:
    """Return eligible when all criteria are met, not eligible when any is not met.

    ``proposes``: the rule proposes a stop and leaves the decision to a clinician, so what is not met needs review.
    """
    answers = {criterion.answer for criterion in criteria}
    if answers == {Answer.MET}:
        return Verdict(Outcome.ELIGIBLE, criteria, rule)
    refused = Answer.NOT_MET in answers and not proposes
    return Verdict(Outcome.NOT_ELIGIBLE if refused else Outcome.REVIEW, criteria, rule)
