"""When a payer's agreement covers a day, and when to ask for the next one. Pure rules (clinical rule 27)."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from clinic.wording import day_words

RENEW_DAYS = 42  # renewal starts six weeks before the end (clinical rules 7)
FORGOTTEN_DAYS = 180  # an agreement that ended longer ago is a new start, not a renewal (clinical rules 3)


def number_key(number: str) -> str:
    """Return what tells an agreement's number from others: however it was typed, pa 100 is PA100."""
    return "".join(number.split()).casefold()


@dataclass(frozen=True)
class Window:
    """Dates that a payer agreed to, both ends included."""

    first: dt.date
    last: dt.date

    def covers(self, date: dt.date) -> bool:
        """Return whether the date of service lies inside."""
        return self.first <= date <= self.last


def uncovered(windows: Sequence[Window], date: dt.date) -> tuple[str, dt.date] | None:
    """Return why no window covers a date, with the day that matters; None where one does or nobody ever asked."""
    if not windows or any(window.covers(date) for window in windows):
        return None
    begins = [window.first for window in windows if window.first > date]
    if begins:
        return "before the authorization begins", min(begins)
    return "after the authorization ends", max(window.last for window in windows)


def covering(windows: Sequence[Window], date: dt.date) -> Window | None:
    """Return the window that lasts longest among those that cover a date."""
    return max((window for window in windows if window.covers(date)), key=lambda one: one.last, default=None)


def to_renew(last: dt.date, today: dt.date) -> bool:
    """Return whether it is time to ask for the next agreement, or high time."""
    days = (last - today).days
    return -FORGOTTEN_DAYS <= days <= RENEW_DAYS


@dataclass(frozen=True)
class Agreement:
    """What a payer agreed to, how much of it was used, and the units that one more visit will use; None for no limit.

    ``counts_waste``: units, used and planned alike, are counted with what is left in the vials and discarded.
    """

    number: str
    window: Window
    visits: int | None
    visits_used: int
    units: int | None
    units_used: int
    planned: int
    counts_waste: bool = False

    @property
    def lacks(self) -> str:
        """Why one more visit is more than what is left, or ""."""
        if self.visits is not None and self.visits_used >= self.visits:
            return f"{self.number} is used up: {self.visits_used} of {self.visits} visits"
        left = None if self.units is None else self.units - self.units_used
        if left is None or left >= self.planned:
            return ""
        waste = ", with waste" * self.counts_waste
        if left <= 0:
            return f"{self.number} is used up: {self.units_used} of {self.units} units{waste}"
        return f"{self.number} has {left} of {self.units} units left, and {self.planned} are planned{waste}"


def shortfall(agreements: Sequence[Agreement], date: dt.date) -> str:
    """Return why no agreement pays for a visit on a date (clinical rule 27), or ""; "" too where nobody ever asked."""
    if missed := uncovered([one.window for one in agreements], date):
        words, day = missed
        return f"{day_words(date)} is {words} ({day_words(day)})"
    lacks = {one: one.lacks for one in agreements if one.window.covers(date)}
    if not lacks or "" in lacks.values():
        return ""
    return lacks[max(lacks, key=lambda one: one.window.last)]
