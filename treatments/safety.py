"""The safety questions of the day, and whether they let the session go on.

Sources: label sections 4 (contraindications), 5 and the boxed warning, 7 (interactions), and the Medication Guide.
A clinician fixes the list before use; "not asked" never counts as "no".
"""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from treatments.protocol import MAX_UNITS_IN_THREE_MONTHS

OTHER_TOXIN_MONTHS = 4  # Medication Guide: any other botulinum toxin in the last four months
_LONGEST_MONTH = 31
THREE_MONTHS_DAYS = 92  # the longest three months can be: the longer reading is the safer one


class Effect(StrEnum):
    """What a Yes does."""

    STOP = "stop"  # no injection today, whoever asks
    BLOCK = "block"  # no injection unless a prescriber gives a reason
    WARN = "warn"  # go on, with care


@dataclass(frozen=True)
class Question:
    """One question, its effect when answered Yes, and what to do then."""

    key: str
    text: str
    effect: Effect
    advice: str


QUESTIONS = (
    Question(
        "allergy",
        "Allergy or reaction to any botulinum toxin before?",
        Effect.STOP,
        "Do not inject. Tell the prescriber.",
    ),
    Question(
        "infection", "Infection at a place to be injected?", Effect.STOP, "Do not inject until it has gone. Book again."
    ),
    Question(
        "swallowing",
        "New trouble swallowing, breathing or speaking since last time?",
        Effect.STOP,
        "Do not inject. This can be an emergency: call the prescriber now.",
    ),
    Question(
        "neuromuscular",
        "A muscle or nerve disease (myasthenia, ALS, Lambert-Eaton), or long-standing swallowing or lung trouble?",
        Effect.BLOCK,
        "Only a prescriber may decide to go on.",
    ),
    Question("pregnant", "Pregnant, or may be?", Effect.BLOCK, "Only a prescriber may decide to go on."),
    Question("breastfeeding", "Breastfeeding?", Effect.BLOCK, "Only a prescriber may decide to go on."),
    Question(
        "medicines",
        "New medicines: injected antibiotics (aminoglycosides), blood thinners, muscle relaxants?",
        Effect.WARN,
        "Aminoglycosides strengthen the effect: ask the prescriber. Blood thinners: press on each site.",
    ),
    Question(
        "other_toxin",
        f"Any other botulinum toxin in the last {OTHER_TOXIN_MONTHS} months, cosmetic too?",
        Effect.BLOCK,
        "Units of other products cannot be converted. Only a prescriber may decide to go on.",
    ),
)


@dataclass(frozen=True)
class Screening:
    """What the answers allow."""

    stopped: tuple[Question, ...]
    blocked: tuple[Question, ...]
    warnings: tuple[Question, ...]
    unanswered: tuple[Question, ...]


def screen(answers: Mapping[str, bool | None]) -> Screening:
    """Sort the answers (question key to Yes, No or None for not asked) by what they do."""

    def answered_yes(effect: Effect) -> tuple[Question, ...]:
        return tuple(q for q in QUESTIONS if q.effect is effect and answers.get(q.key))

    return Screening(
        stopped=answered_yes(Effect.STOP),
        blocked=answered_yes(Effect.BLOCK),
        warnings=answered_yes(Effect.WARN),
        unanswered=tuple(q for q in QUESTIONS if answers.get(q.key) is None),
    )


def window_start(day: dt.date) -> dt.date:
    """Return the first day of the three months that end with ``day``, over which doses are summed (label section 2)."""
    return day - dt.timedelta(days=THREE_MONTHS_DAYS)


def cumulative_fault(planned: int, earlier: Iterable[int]) -> str:
    """Return why the dose is too much together with what was given in the last three months, or "".

    Label section 2: at most 400 units in three months, all indications together. Exactly 400 is allowed.
    """
    before = sum(earlier)
    if planned + before <= MAX_UNITS_IN_THREE_MONTHS:
        return ""
    return (
        f"{planned} units with the {before} of the last three months are {planned + before}. "
        f"At most {MAX_UNITS_IN_THREE_MONTHS} may be given in three months, all reasons together."
    )


def other_toxin_since(day: dt.date) -> dt.date:
    """Return the first day from which another product still matters (Medication Guide), months taken at their longest."""
    return day - dt.timedelta(days=OTHER_TOXIN_MONTHS * _LONGEST_MONTH)
