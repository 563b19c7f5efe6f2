"""What every report is made of: numbers, each with its meaning, and tables, some drawn as a chart. No framework."""

from collections.abc import Sequence
from dataclasses import dataclass

from reports.numbers import LEAST, Share, many

# The chart in its own units: one bar a line, its name before it and its number behind it.
LINE, BAR, NAME, ROOM, NUMBER = 26, 16, 100, 124, 106


@dataclass(frozen=True)
class Figure:
    """One number: what it means, what it was counted from, and where its rows are."""

    label: str
    value: str
    meaning: str
    n: str
    href: str = ""


@dataclass(frozen=True)
class Row:
    """One line of a table; ``drawn`` is the length of its bar where there is a chart, None for no bar.

    A bar is as long as its part of ``full``: for a share the whole, otherwise, as 0 says, the longest of the chart.
    """

    cells: tuple[str, ...]
    href: str = ""
    drawn: float | None = None
    words: str = ""
    full: float = 0


@dataclass(frozen=True)
class Line:
    """One bar of a chart and where it stands."""

    name: str
    words: str
    top: int
    width: int

    @property
    def base(self) -> int:
        """Where its words stand."""
        return self.top + BAR - 4

    @property
    def end(self) -> int:
        """Where its number begins."""
        return NAME + self.width + 6


@dataclass(frozen=True)
class Table:
    """Rows under a heading; with bars, a chart stands above them."""

    title: str
    head: tuple[str, ...]
    rows: Sequence[Row]
    meaning: str = ""

    @property
    def named(self) -> list[dict[str, object]]:
        """Return each row as it is drawn: its name, and the other cells with the words above them."""
        return [
            {"name": row.cells[0], "cells": list(zip(self.head[1:], row.cells[1:], strict=True)), "href": row.href}
            for row in self.rows
        ]

    @property
    def lines(self) -> list[Line]:
        """Return the bars of the chart; none where no row has one."""
        lengths = [row.drawn for row in self.rows if row.drawn is not None]
        if not lengths:
            return []
        most = max(*lengths, *(row.full for row in self.rows)) or 1
        return [
            Line(row.cells[0], row.words or row.cells[1], place * LINE + 5, round(ROOM * (row.drawn or 0) / most))
            for place, row in enumerate(self.rows)
        ]

    @property
    def height(self) -> int:
        """How high the chart is."""
        return LINE * len(self.rows)

    @property
    def width(self) -> int:
        """How wide it is."""
        return NAME + ROOM + NUMBER


@dataclass(frozen=True)
class Report:
    """One page of numbers. ``few`` says that there is too little to speak of, and how little."""

    title: str
    about: str
    figures: Sequence[Figure]
    tables: Sequence[Table] = ()
    few: str = ""


def share_row(name: str, share: Share, *more: str, href: str = "") -> Row:
    """Return a row of a share: its bar is the percentage of a hundred, and there is none from fewer than ten."""
    drawn = None if share.percent is None else 100 * share.part / share.whole
    return Row((name, share.words, *more), href, drawn, share.short, full=100)


def too_few(number: int, thing: str, rest: str = "") -> str:
    """Return the sentence of a report that has hardly anything to count, or nothing; named as in `many`."""
    return "" if number >= LEAST else f"Not enough data: {many(number, thing, rest)}, needs {LEAST}."
