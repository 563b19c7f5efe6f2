"""How a figure changes when the table grows: nothing may grow faster than its answer."""

from collections.abc import Iterable, Iterator
from itertools import groupby

from bench.report import Row, number, size_words


def table(rows: Iterable[Row]) -> Iterator[str]:
    """Yield a line for each figure that was measured at several sizes on one engine: the smallest, the largest, and how much more."""
    yield "| figure | engine | smallest | largest | rows | cost |"
    yield "| --- | --- | --- | --- | --- | --- |"
    ordered = sorted(rows, key=lambda row: (row.what, row.engine, row.size))
    for (what, engine), group in groupby(ordered, key=lambda row: (row.what, row.engine)):
        first, *others = group
        if others:
            yield _line(what, engine, first, others[-1])


def _line(what: str, engine: str, small: Row, large: Row) -> str:
    grown = small.ours / large.ours if small.unit.endswith("per s") else large.ours / small.ours
    figures = (f"{number(row.ours)} {row.unit} at {size_words(row.size)}" for row in (small, large))
    return f"| {what} | {engine} | {' | '.join(figures)} | x {large.size / small.size:,.0f} | x {grown:.1f} |"
