"""Medicines taken against migraine: those that prevent it and those that stop an attack, by class.

Sources: classes of preventives as payers and commissioners count them (clinical rules 1.3 and 1.5); classes of acute
medicines and their days a month from ICHD-3 8.2 (1.6).
"""

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum


class PreventiveClass(StrEnum):
    """What payers count: two tablets of one class are one try."""

    ANTIDEPRESSANT = "antidepressant"
    ANTICONVULSANT = "anticonvulsant"
    BETA_BLOCKER = "beta_blocker"
    ANGIOTENSIN = "angiotensin"
    CALCIUM = "calcium"
    CGRP = "cgrp"
    OTHER = "other"


PREVENTIVE_WORDS: dict[StrEnum, str] = {
    PreventiveClass.ANTIDEPRESSANT: "Antidepressant",
    PreventiveClass.ANTICONVULSANT: "Anticonvulsant",
    PreventiveClass.BETA_BLOCKER: "Beta-blocker",
    PreventiveClass.ANGIOTENSIN: "ACE inhibitor or sartan",
    PreventiveClass.CALCIUM: "Calcium channel blocker",
    PreventiveClass.CGRP: "CGRP antibody or gepant",
    PreventiveClass.OTHER: "Other",
}


class Result(StrEnum):
    """What became of a preventive."""

    NO_EFFECT = "no_effect"
    NOT_TOLERATED = "not_tolerated"
    UNSUITABLE = "unsuitable"
    HELPING = "helping"


RESULT_WORDS: dict[StrEnum, str] = {
    Result.NO_EFFECT: "No effect",
    Result.NOT_TOLERATED: "Not tolerated",
    Result.UNSUITABLE: "Unsuitable for safety reasons",
    Result.HELPING: "Helping",
}


class AcuteClass(StrEnum):
    """Classes of acute medicines, as ICHD-3 8.2 counts them."""

    SIMPLE = "simple"
    TRIPTAN = "triptan"
    ERGOT = "ergot"
    OPIOID = "opioid"
    COMBINATION = "combination"
    GEPANT = "gepant"


ACUTE_WORDS: dict[StrEnum, str] = {
    AcuteClass.SIMPLE: "Simple analgesic",
    AcuteClass.TRIPTAN: "Triptan",
    AcuteClass.ERGOT: "Ergot",
    AcuteClass.OPIOID: "Opioid",
    AcuteClass.COMBINATION: "Combination analgesic",
    AcuteClass.GEPANT: "Gepant",
}


@dataclass(frozen=True)
class Trial:
    """One preventive, and what became of it. A date that nobody knows is None."""

    drug_class: PreventiveClass
    drug: str
    dose: str
    started_on: dt.date | None
    ended_on: dt.date | None
    result: Result
    reason: str = ""

    @property
    def class_words(self) -> str:
        """The class as it is read."""
        return PREVENTIVE_WORDS[self.drug_class]

    @property
    def result_words(self) -> str:
        """The result as it is read."""
        return RESULT_WORDS[self.result]

    def days(self, on: dt.date) -> int | None:
        """Return how many days it was taken by ``on``, both ends included; None where the dates do not say."""
        if self.started_on is None or self.ended_on is None:
            return None
        return max(0, (min(self.ended_on, on) - self.started_on).days + 1)
