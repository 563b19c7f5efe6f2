"""Arithmetic of times in which no visit can begin. Whole seconds since 1970, no framework, no clock.

A visit of length L that begins at s collides with what lasts from a to b when a - L < s < b. So whatever is taken
becomes the open span (a - L, b) of starts, and two such spans merge exactly when no start fits between them.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple


class Span(NamedTuple):
    """The open interval of starts after ``low`` and before ``high``."""

    low: int
    high: int


class Window(NamedTuple):
    """Starts from ``first`` to ``last``, both included: right after what comes before, or right before what follows."""

    first: int
    last: int


def merge(spans: Iterable[tuple[int, int]]) -> list[Span]:
    """Return the same starts as sorted spans of which no two overlap."""
    merged: list[Span] = []
    for low, high in sorted(spans):
        if merged and low < merged[-1].high:
            if high > merged[-1].high:
                merged[-1] = Span(merged[-1].low, high)
        else:
            merged.append(Span(low, high))
    return merged


def blocks(spans: Sequence[tuple[int, int]], start: int) -> bool:
    """Return whether a start lies in one of the merged spans."""
    before = bisect_left(spans, (start,)) - 1
    return before >= 0 and start < spans[before][1]


def windows(spans: Sequence[tuple[int, int]], first: int, last: int) -> Iterator[Window]:
    """Yield what the merged spans leave of the starts from ``first`` to ``last``, both included."""
    for index in range(max(0, bisect_left(spans, (first,)) - 1), len(spans)):
        low, high = spans[index]
        if low >= last:
            break
        if high <= first:
            continue
        if low >= first:
            yield Window(first, low)
        first = high
        if first > last:
            return
    if first <= last:
        yield Window(first, last)
