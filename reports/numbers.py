"""Shares and medians, said so that few people are never made to look like many. No framework."""

from collections.abc import Mapping
from dataclasses import dataclass

# From fewer than ten, one person more or less moves a percentage by more than ten points: then it is "3 of 7".
LEAST = 10


@dataclass(frozen=True)
class Share:
    """How many of how many."""

    part: int
    whole: int

    @property
    def percent(self) -> int | None:
        """Percent, a half rounded up; None from fewer than ten."""
        return (200 * self.part + self.whole) // (2 * self.whole) if self.whole >= LEAST else None

    @property
    def words(self) -> str:
        """The share as it is written: a percentage where there is one, and always what it was counted from."""
        if not self.whole:
            return "none to count"
        counted = f"{self.part:,} of {self.whole:,}"
        return counted if self.percent is None else f"{self._rounded} ({counted})"

    @property
    def short(self) -> str:
        """The same beside a bar, where there is less room."""
        return f"{self.part} of {self.whole}" if self.percent is None else f"{self._rounded} of {self.whole:,}"

    @property
    def _rounded(self) -> str:
        if self.part and not self.percent:
            return "under 1%"
        return "over 99%" if self.percent == 100 and self.part < self.whole else f"{self.percent}%"


def many(number: int, thing: str, rest: str = "") -> str:
    """Return how many of a thing, in words: "1 visit", "2 visits"; ``rest`` is said of it behind."""
    return f"{number:,} {thing}{'' if number == 1 else 's'}{rest}"


def median(counts: Mapping[int, int]) -> float | None:
    """Return the median of numbers that are given as how often each comes; None of nothing."""
    total = sum(counts.values())
    if not total:
        return None
    places = {(total - 1) // 2, total // 2}
    found, passed = [], 0
    for number in sorted(counts):
        found += [number for place in places if passed <= place < passed + counts[number]]
        passed += counts[number]
    return sum(found) / len(found)
