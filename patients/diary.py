"""What a diary says about 28 days. Days that were not filled in are missing, not clear.

Sources: PREEMPT counted 28-day periods and asked for 20 recorded days; the label counts days with 4 hours or longer.
"""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from math import ceil

from patients.eligibility import LONG_HEADACHE_MINUTES, MIN_DAYS_RECORDED, WINDOW_DAYS
from patients.eligibility.counts import tenths

MOST_DOSES = 50  # of one class of medicine on one day: ours; more is a slip

# What comes with a headache, in the diary's own fields (clinical rules 8 and 13).
SYMPTOMS = {
    "nausea": "Nausea",
    "vomiting": "Vomiting",
    "light": "Light hurts",
    "sound": "Sound hurts",
    "smell": "Smells hurt",
}


@dataclass(frozen=True)
class Day:
    """One recorded day: hours of headache (0 is a clear day, None a headache of unknown length), and whether migraine.

    ``symptoms`` are keys of SYMPTOMS; ``medicine`` says whether an acute medicine was taken. None for what had no place
    where the day was written down: a sheet of letters tells neither.
    """

    date: dt.date
    headache_hours: Decimal | None
    migraine: bool
    symptoms: frozenset[str] | None = frozenset()
    medicine: bool | None = False

    @property
    def headache(self) -> bool:
        """Whether there was any headache."""
        return self.headache_hours is None or self.headache_hours > 0

    @property
    def letter(self) -> str:
        """The day as a paper diary has it: 0 clear, H headache, M migraine."""
        return "M" if self.migraine else "H" if self.headache else "0"


@dataclass(frozen=True)
class Window:
    """Counts over the 28 days that end with ``last``, both ends included."""

    last: dt.date
    days_recorded: int
    headache_days: int
    long_headache_days: int
    migraine_days: int
    hours_unknown: int = 0  # headache days of which nobody said how long
    hours: int = 0  # of all days whose length is known, rounded up
    medicine_days: int | None = 0  # None where a day does not tell
    symptoms: Mapping[str, int] = field(
        default_factory=dict
    )  # key of SYMPTOMS to days; empty where a day does not tell

    @property
    def first(self) -> dt.date:
        """The first of the 28 days."""
        return self.last - dt.timedelta(days=WINDOW_DAYS - 1)

    @property
    def days_missing(self) -> int:
        """Days nobody filled in."""
        return WINDOW_DAYS - self.days_recorded

    def scaled(self, days: int) -> Fraction | None:
        """Return a count of this window as it would be in 28 days, where some were not filled in; None when too few were."""
        return Fraction(days * WINDOW_DAYS, self.days_recorded) if self.enough else None

    @property
    def scaled_headache_days(self) -> str:
        """Headache days as they would be in 28 days, as an assessment writes them; "" where too few were recorded."""
        scaled = self.scaled(self.headache_days)
        return "" if scaled is None else tenths(scaled)

    @property
    def enough(self) -> bool:
        """True when enough days were recorded to judge by."""
        return self.days_recorded >= MIN_DAYS_RECORDED

    @property
    def sentence(self) -> str:
        """Return the counts, or why there are none to judge by, as one sentence."""
        if not self.enough:
            return f"Not enough days to judge ({self.days_recorded} of {WINDOW_DAYS})"
        days = f"{_days(self.headache_days, 'headache')}, {_days(self.migraine_days, 'migraine')}"
        return f"{days}, {self.days_recorded} of {WINDOW_DAYS} recorded"


def _days(number: int, kind: str) -> str:
    return f"{number} {kind} day" if number == 1 else f"{number} {kind} days"


def squares(days: Iterable[Day], last: dt.date) -> list[tuple[dt.date, str]]:
    """Return the 28 dates that end with ``last``, each with its letter; "" for a day that nobody filled in."""
    letters = {day.date: day.letter for day in days}
    dates = [last - dt.timedelta(days=back) for back in range(WINDOW_DAYS - 1, -1, -1)]
    return [(date, letters.get(date, "")) for date in dates]


def window_before(today: dt.date) -> tuple[dt.date, dt.date]:
    """Return first and last day of the 28 whole days before ``today``, which is not over yet."""
    return today - dt.timedelta(days=WINDOW_DAYS), today - dt.timedelta(days=1)


def count(days: Iterable[Day], last: dt.date) -> Window:
    """Count the days that lie in the 28 days ending with ``last``; each date may come once."""
    first = last - dt.timedelta(days=WINDOW_DAYS - 1)
    inside = [day for day in days if first <= day.date <= last]
    return Window(
        last=last,
        days_recorded=len(inside),
        headache_days=sum(day.headache for day in inside),
        long_headache_days=sum((day.headache_hours or 0) * 60 >= LONG_HEADACHE_MINUTES for day in inside),
        migraine_days=sum(day.migraine for day in inside),
        hours_unknown=sum(day.headache_hours is None for day in inside),
        hours=ceil(sum(day.headache_hours or 0 for day in inside)),
        medicine_days=_medicine_days(inside),
        symptoms=_symptoms(inside),
    )


def _medicine_days(days: Sequence[Day]) -> int | None:
    told = [day.medicine for day in days if day.medicine is not None]
    return sum(told) if len(told) == len(days) else None


def _symptoms(days: Sequence[Day]) -> dict[str, int]:
    told = [day.symptoms for day in days if day.symptoms is not None]
    return {one: sum(one in symptoms for symptoms in told) for one in SYMPTOMS} if len(told) == len(days) else {}
