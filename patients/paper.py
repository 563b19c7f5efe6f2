"""A paper diary typed in one go: one letter a day, such as MMH00H..0."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

CLEAR, HEADACHE, MIGRAINE = "0", "H", "M"
MISSING = (".", "-", "?")
MOST_DAYS = 28


@dataclass(frozen=True)
class Lettered:
    """One day of a paper diary."""

    date: dt.date
    letter: str


@dataclass(frozen=True)
class Paper:
    """What was read: the days that are filled, and a sentence for every letter that is none."""

    days: Sequence[Lettered]
    faults: Sequence[str]


def read_letters(text: str, first: dt.date, today: dt.date) -> Paper:
    """Read letters from the day ``first`` on: 0 clear, H headache, M migraine, a dot for a day that is not filled in.

    Blanks between letters do not count, so that weeks can be set apart. ``today`` is not over yet and is not taken.
    """
    letters = "".join(text.split()).upper()
    if not letters:
        return Paper((), ("Type one letter for each day.",))
    if len(letters) > MOST_DAYS:
        return Paper((), (f"{len(letters)} letters are more than the {MOST_DAYS} days of a sheet.",))
    dates = [first + dt.timedelta(days=place) for place in range(len(letters))]
    days, faults = [], []
    for place, (date, letter) in enumerate(zip(dates, letters, strict=True), 1):
        if letter in MISSING:
            continue
        if letter not in (CLEAR, HEADACHE, MIGRAINE):
            faults.append(f"Letter {place} is {letter}. Use 0 for clear, H, M, or a dot for a day not filled in.")
        elif date >= today:
            faults.append(f"Letter {place} would be {date.day} {date:%B %Y}, which is not over yet.")
        else:
            days.append(Lettered(date, letter))
    return Paper(tuple(days), tuple(faults))
