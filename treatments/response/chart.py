"""The chart of headache days, in its own units; the template draws it and a table says the same.

Bars are scaled to 28 days where some were not filled in; the table has the days as they were recorded.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from patients.diary import Window
from patients.eligibility.counts import WINDOW_DAYS
from patients.eligibility.policy import Policy
from treatments.response.cycles import Period, Response

COLUMN, GAP, HEIGHT, LEFT = 64, 24, 200, 34
MARKS = (0, 7, 14, 21, 28)  # headache days on the axis
HALF = 50  # percent fewer, which trials call a response


@dataclass(frozen=True)
class Bar:
    """One period: bars for headache and, within them, migraine days; or the words for a gap."""

    period: Period
    left: int
    headache_top: int
    migraine_top: int

    @property
    def middle(self) -> int:
        """Where the column's middle is."""
        return self.left + (COLUMN - GAP) // 2

    @property
    def gap(self) -> str:
        """What stands in place of a bar when too few days were recorded."""
        window = self.period.window
        return "" if window.enough else f"{window.days_missing} days missing"


@dataclass(frozen=True)
class Line:
    """A dashed line across the chart at a share of the level before treatment."""

    top: int
    words: str


@dataclass(frozen=True)
class Chart:
    """Everything the template draws."""

    bars: tuple[Bar, ...]
    lines: tuple[Line, ...]
    marks: tuple[tuple[int, int], ...]
    width: int
    height: int = HEIGHT
    left: int = LEFT
    bar_width: int = COLUMN - GAP


def _top(days: Fraction | int) -> int:
    return round(HEIGHT - days * HEIGHT / WINDOW_DAYS)


def _bar_top(window: Window, days: int) -> int:
    return _top(window.scaled(days) or 0)


def chart(found: Response) -> Chart:
    """Place the periods of a response from left to right."""
    bars = tuple(
        Bar(
            period,
            LEFT + place * COLUMN + GAP // 2,
            _bar_top(period.window, period.window.headache_days),
            _bar_top(period.window, period.window.migraine_days),
        )
        for place, period in enumerate(found.periods)
    )
    before = found.before.window if found.before else None
    level = before.scaled(before.headache_days) if before else None
    lines = () if level is None else tuple(_lines(level, found.rule))
    return Chart(bars, lines, tuple((mark, _top(mark)) for mark in MARKS), LEFT + COLUMN * max(1, len(bars)) + 48)


def _lines(level: Fraction, rule: Policy) -> Iterator[Line]:
    """Yield the level before treatment, and what it is held against: the response that the stop rule asks for, and half."""
    yield Line(_top(level), "before")
    for share in sorted({rule.response_percent, HALF}):
        yield Line(_top(level * (100 - share) / 100), f"-{share}%")
