"""Days counted over 28, honestly: a day that nobody filled in may have been either.

Sources: PREEMPT counted 28-day periods and asked for 20 recorded days; a month is no 28 days (clinical rules 0.10 and 8).
"""

from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from patients.eligibility.answers import Answer

WINDOW_DAYS = 28  # PREEMPT counted 28-day periods, not calendar months
MIN_DAYS_RECORDED = 20  # PREEMPT entry: a diary on at least 20 of 28 days
LONG_HEADACHE_MINUTES = 240  # label: 4 hours or longer, so exactly 240 counts
MONTH_DAYS = 30  # what "a month" is taken for where a policy counts by the month


class Scale(StrEnum):
    """How a count is held against a limit."""

    RECORDED = "recorded"
    SCALED = "scaled"
    MONTH = "month"


SCALE_WORDS: dict[StrEnum, str] = {
    Scale.RECORDED: "As recorded in 28 days; missing days are not known",
    Scale.SCALED: "Scaled to 28 days where days are missing",
    Scale.MONTH: "Scaled to a month of 30 days",
}


@dataclass(frozen=True)
class Count:
    """Days of one kind in a window of 28; ``recorded`` is None for a count that somebody told as a whole."""

    days: int
    recorded: int | None = None

    @property
    def enough(self) -> bool:
        """True when enough days were recorded to judge by."""
        return self.recorded is None or self.recorded >= MIN_DAYS_RECORDED

    @property
    def partial(self) -> bool:
        """True when some of the 28 days were not recorded."""
        return self.recorded is not None and self.recorded < WINDOW_DAYS

    def bounds(self, scale: Scale) -> tuple[Fraction, Fraction]:
        """Return the least and the most that the count can be on a scale."""
        if scale is Scale.RECORDED:
            missing = WINDOW_DAYS - (WINDOW_DAYS if self.recorded is None else self.recorded)
            return Fraction(self.days), Fraction(self.days + missing)
        length = MONTH_DAYS if scale is Scale.MONTH else WINDOW_DAYS
        scaled = Fraction(self.days * length, self.recorded or WINDOW_DAYS)
        return scaled, scaled

    def at_least(self, limit: int, scale: Scale) -> Answer:
        """Return whether the count reaches a limit; not known where the missing days decide."""
        if not self.enough:
            return Answer.NOT_KNOWN
        least, most = self.bounds(scale)
        return Answer.of(surely=least >= limit, perhaps=most >= limit)

    def words(self, scale: Scale) -> str:
        """Return the count as recorded, and as scaled where it was."""
        said = f"{self.days} in {self.recorded} recorded days" if self.partial else str(self.days)
        if scale is Scale.MONTH or (scale is Scale.SCALED and self.partial):
            said += f", scaled {tenths(self.bounds(scale)[0])}"
        return said


def unit(scale: Scale) -> str:
    """Return what limits on this scale are counted in."""
    return f"{MONTH_DAYS if scale is Scale.MONTH else WINDOW_DAYS} days"


def tenths(value: Fraction) -> str:
    """Return a number with one decimal at most, cut off: a value just short of a limit must not read as the limit."""
    whole, tenth = divmod(value.numerator * 10 // value.denominator, 10)
    return f"{whole}.{tenth}" if tenth else str(whole)
