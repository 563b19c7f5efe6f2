"""The safety questions of the day, and whether they let the session go on.

Sources: label sections 4 (contraindications), 5 and the boxed warning, 7 (interactions), and the Medication Guide.
A clinician fixes the list before use. Neither "not asked" nor "not known" ever counts as "no": the first has to be
asked, the second is for a prescriber, as every answer that needs a review is.
"""

import datetime as dt
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from treatments.protocol import MAX_UNITS, MAX_UNITS_IN_THREE_MONTHS

OTHER_TOXIN_MONTHS = 4  # Medication Guide: any other botulinum toxin in the last four months
_LONGEST_MONTH = 31
THREE_MONTHS_DAYS = 92  # the longest three months can be: the longer reading is the safer one
FOR_A_PRESCRIBER = "Only a prescriber may decide to go on."
UNKNOWN_ADVICE = f"Not known is not No: find out first. {FOR_A_PRESCRIBER}"


class Effect(StrEnum):
    """What a Yes does. Not known blocks, whatever a Yes would do."""

    STOP = "stop"  # no injection today, whoever asks
    BLOCK = "block"  # no injection unless a prescriber gives a reason
    WARN = "warn"  # go on, with care


@dataclass(frozen=True)
class Question:
    """One question, its effect when answered Yes, and what to do then. ``lasting``: a Yes does not pass by itself."""

    key: str
    text: str
    effect: Effect
    advice: str
    lasting: bool = False


QUESTIONS = (
    Question(
        "allergy",
        "Allergy or reaction to any botulinum toxin before, or to human albumin, which is in it?",
        Effect.STOP,
        "Do not inject. Tell the prescriber.",
        lasting=True,
    ),
    Question(
        "infection", "Infection at a place to be injected?", Effect.STOP, "Do not inject until it has gone. Book again."
    ),
    Question(
        "swallowing",
        "New trouble swallowing, breathing or speaking since last time, or toxin that spread badly before?",
        Effect.STOP,
        "Do not inject. This can be an emergency: call the prescriber now.",
        lasting=True,
    ),
    Question(
        "new_headache",
        "A new kind of headache: sudden and worst ever, with fever, with weakness, numbness or confusion, or the first "
        "after the age of 50?",
        Effect.BLOCK,
        f"A clinician looks today, before any injection. {FOR_A_PRESCRIBER}",
    ),
    Question(
        "neuromuscular",
        "A muscle or nerve disease (myasthenia, ALS, Lambert-Eaton, neuropathy), a wasted or inflamed muscle, "
        "or long-standing swallowing or lung trouble?",
        Effect.BLOCK,
        FOR_A_PRESCRIBER,
        lasting=True,
    ),
    Question("pregnant", "Pregnant, may be, or trying to be?", Effect.BLOCK, FOR_A_PRESCRIBER),
    Question("breastfeeding", "Breastfeeding?", Effect.BLOCK, FOR_A_PRESCRIBER),
    Question(
        "antibiotics",
        "Injected antibiotics lately (gentamicin, tobramycin, amikacin, neomycin), or another medicine that blocks "
        "nerve and muscle?",
        Effect.BLOCK,
        f"They strengthen the effect: wait until they are over. {FOR_A_PRESCRIBER}",
    ),
    Question(
        "other_toxin",
        f"Any other botulinum toxin in the last {OTHER_TOXIN_MONTHS} months, cosmetic too?",
        Effect.BLOCK,
        f"Units of other products cannot be converted. {FOR_A_PRESCRIBER}",
    ),
    Question(
        "medicines",
        "Blood thinners or easy bleeding, muscle relaxants, anticholinergic medicines?",
        Effect.WARN,
        "Bleeding: press on each site. Relaxants and anticholinergics add to weakness and a dry mouth: say so.",
    ),
    Question(
        "care",
        "Fainted before, an operation planned, a slight build, a weak or painful neck, a weak forehead, a drooping lid, "
        "surgery on the face?",
        Effect.WARN,
        "Fainted: lie down. Operation: tell the anaesthetist. Neck, forehead and lids: note how they are today.",
    ),
)


@dataclass(frozen=True)
class Screening:
    """What the answers allow."""

    stopped: tuple[Question, ...]
    blocked: tuple[Question, ...]
    warnings: tuple[Question, ...]
    unknown: tuple[Question, ...]
    unanswered: tuple[Question, ...]


def screen(answers: Mapping[str, bool | None], asked: Collection[str] | None = None) -> Screening:
    """Sort the answers by what they do: question key to Yes, No or None for not known; a key that is missing was not asked.

    ``asked``: the keys of the questions that had to be asked, where not all of today's had to.
    """
    questions = [q for q in QUESTIONS if asked is None or q.key in asked]

    def answered_yes(effect: Effect) -> tuple[Question, ...]:
        return tuple(q for q in questions if q.effect is effect and answers.get(q.key))

    return Screening(
        stopped=answered_yes(Effect.STOP),
        blocked=answered_yes(Effect.BLOCK),
        warnings=answered_yes(Effect.WARN),
        unknown=tuple(q for q in questions if q.key in answers and answers[q.key] is None),
        unanswered=tuple(q for q in questions if q.key not in answers),
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


def sure_room(earlier: Iterable[int], unknown: int) -> int:
    """Return how many units surely keep to the limit, where nobody knows those of some sessions: each may have had the most."""
    return max(0, MAX_UNITS_IN_THREE_MONTHS - sum(earlier) - unknown * MAX_UNITS)


def room_words(earlier: Iterable[int]) -> str:
    """Return how much may be given after what was given in the last three months, or "" where that is any dose of ours."""
    before = sum(earlier)
    left = max(0, MAX_UNITS_IN_THREE_MONTHS - before)
    if left >= MAX_UNITS:
        return ""
    return (
        f"{before} units were given in the last three months: {f'at most {left}' if left else 'none'} may be given now."
    )


def other_toxin_since(day: dt.date) -> dt.date:
    """Return the first day from which another product still matters (Medication Guide), months taken at their longest."""
    return day - dt.timedelta(days=OTHER_TOXIN_MONTHS * _LONGEST_MONTH)
