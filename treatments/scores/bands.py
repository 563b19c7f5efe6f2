"""Ranges and bands of questionnaire totals, as pure functions.

Sources: HIT-6 36 to 78 with bands at 50, 56 and 60; MIDAS sum of five day counts with grades at 6, 11 and 21 (three
months, so no count above 92); MSQ 0 to 100, higher is better; PGIC 1 to 7, 2 or less counts as a response.
"""

from collections.abc import Sequence

from patients.scales import HIT6

QUARTER_DAYS = 92  # the longest three months, over which MIDAS counts days
MIDAS_COUNTS = 5
MIDAS = (0, MIDAS_COUNTS * QUARTER_DAYS)
MSQ = (0, 100)
PGIC = (1, 7)
ONSET_WEEKS = (0, 12)
WEAR_OFF_WEEKS = (1, 16)
ASKED_WEAR_OFF_WEEKS = (6, 12)  # what a session asks about; mostly it is two to four weeks before the next one

# field of a score row -> lowest and highest number that makes sense
RANGES = {
    "hit6": HIT6,
    "midas": MIDAS,
    "msq_restrictive": MSQ,
    "msq_preventive": MSQ,
    "msq_emotional": MSQ,
    "pgic": PGIC,
    "onset_weeks": ONSET_WEEKS,
    "wear_off_week": WEAR_OFF_WEEKS,
}

_PGIC_WORDS = (
    "very much better",
    "much better",
    "a little better",
    "no change",
    "a little worse",
    "much worse",
    "very much worse",
)


def hit6_band(total: int) -> str:
    """Return what a HIT-6 total means."""
    if total >= 60:
        return "severe impact"
    if total >= 56:
        return "substantial impact"
    return "some impact" if total >= 50 else "little or no impact"


def midas_band(total: int) -> str:
    """Return the MIDAS grade with its words."""
    if total >= 21:
        return "grade IV, severe" + (" (41 or more)" if total >= 41 else "")
    if total >= 11:
        return "grade III, moderate"
    return "grade II, mild" if total >= 6 else "grade I, little or none"


def msq_words(score: int) -> str:
    """Return how to read an MSQ score."""
    return f"{score} of 100, higher is better"


def pgic_words(answer: int) -> str:
    """Return the answer in words."""
    return _PGIC_WORDS[answer - 1]


def midas_doubts(counts: Sequence[int]) -> list[str]:
    """Return what the five day counts can hardly be, a sentence each (clinical rule 38).

    Counts 1 and 2, and counts 3 and 4, share one calendar: together they are no more than three months have.
    """
    pairs = ((1, 2), (3, 4))
    sums = [(first, second, counts[first - 1] + counts[second - 1]) for first, second in pairs]
    return [
        f"Counts {first} and {second} are {days} days together, more than the {QUARTER_DAYS} of three months."
        for first, second, days in sums
        if days > QUARTER_DAYS
    ]
