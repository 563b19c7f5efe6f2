"""One column of the calendar: a day of one injector as blocks that follow each other without a hole.

Values in, values out. Times are minutes of the clinic's wall clock after midnight, so that rows of one table mean the
same hour on both sides of a clock change.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import chain, pairwise
from typing import NamedTuple
from uuid import UUID

DAY = 24 * 60


class Span(NamedTuple):
    """A stretch of a day with what it is called."""

    start: int
    end: int
    label: str = ""


class Opening(NamedTuple):
    """Working hours: from, to, and how far apart visits may begin."""

    start: int
    end: int
    step: int
    room: int | None


class Visit(NamedTuple):
    """A visit as the calendar shows it. ``state`` is the key of its chip; one that does not ``hold`` its time did not come."""

    uid: UUID
    start: int
    end: int
    state: str
    short_name: str
    full_name: str
    holds: bool


@dataclass(slots=True)
class Block:
    """A stretch that is a free time (it has a room), one or more visits, or neither: then ``label`` says why."""

    start: int
    end: int
    label: str = ""
    room: str | None = None
    visits: list[Visit] = field(default_factory=list)


@dataclass(slots=True)
class Column:
    """A day of one injector: its blocks, how many times it has, and how many of them are free."""

    blocks: list[Block]
    spans: list[Span]
    times: int
    free: int

    def within(self, start: int, end: int) -> list[Block]:
        """Return the blocks with every hole between ``start`` and ``end`` filled and named."""
        filled: list[Block] = []
        for block in [*self.blocks, Block(end, end)]:
            if start < block.start:
                filled += self._fill(start, block.start)
            filled.append(block)
            start = block.end
        return filled[:-1]

    def _fill(self, start: int, end: int) -> Iterator[Block]:
        """Cut a hole where its name changes; the first span that covers a piece names it."""
        cuts = sorted({start, end, *(cut for span in self.spans for cut in span[:2] if start < cut < end)})
        piece: Block | None = None
        for since, until in pairwise(cuts):
            label = next(span.label for span in self.spans if span.start <= since and until <= span.end)
            if piece and piece.label == label:
                piece.end = until
                continue
            if piece:
                yield piece
            piece = Block(since, until, label)
        if piece:
            yield piece


def mask(start: int, end: int) -> int:
    """Return the minutes of a stretch as bits: whole days are then compared in one step."""
    return ((1 << (end - start)) - 1) << start


def mask_of(stretches: Iterable[Span | Block]) -> int:
    """Return the minutes of all of them."""
    minutes = 0
    for stretch in stretches:
        minutes |= mask(stretch.start, stretch.end)
    return minutes


def column(
    *,
    visits: Iterable[Visit],
    openings: Sequence[Opening],
    closed: Sequence[Span],
    length: int,
    begins: int,
    room_at: Callable[[Opening, int], str | None],
    exists: Callable[[int], bool],
) -> Column:
    """Lay out a day. Times before ``begins`` have passed; ``exists`` is false where the clocks skip or repeat one."""
    everyone = sorted(visits, key=lambda visit: visit.start)
    blocks = [Block(visit.start, visit.end, visits=[visit]) for visit in everyone if visit.holds]
    taken, shut = mask_of(blocks), mask_of(closed)
    times = chain.from_iterable(_times(opening, length) for opening in openings)
    grid = [time for time in times if not time.minutes & shut and exists(time.start)]
    refused, free = [], 0
    for opening, start, minutes in grid:
        if start < begins or minutes & taken:
            continue
        room = room_at(opening, minutes)
        if room:
            free += 1
            taken |= minutes
            blocks.append(Block(start, start + length, room=room))
        else:
            refused.append(Span(start, start + length, "Room taken"))
    _put_beside([visit for visit in everyone if not visit.holds], blocks)
    blocks.sort(key=lambda block: block.start)
    return Column(blocks, [*closed, *refused, *_hours(openings, begins)], _fitting(grid, length), free)


class Time(NamedTuple):
    """A time at which a visit may begin, with its minutes as bits."""

    opening: Opening
    start: int
    minutes: int


@lru_cache(maxsize=1024)
def _times(opening: Opening, length: int) -> Sequence[Time]:
    """Return the times of some hours; most people at a clinic work the same ones, each day."""
    starts = range(opening.start, opening.end - length + 1, opening.step)
    return tuple(Time(opening, start, mask(start, start + length)) for start in starts)


def _fitting(grid: Iterable[Time], length: int) -> int:
    """Count the visits that fit one after the other: where they last longer than their beginnings stand apart, fewer."""
    fitting = until = 0
    for time in grid:
        if time.start >= until:
            fitting, until = fitting + 1, time.start + length
    return fitting


def _put_beside(absent: Iterable[Visit], blocks: list[Block]) -> None:
    """Show who did not come beside whoever or whatever has the time now."""
    for visit in absent:
        beside = next((block for block in blocks if block.start < visit.end and visit.start < block.end), None)
        if beside:
            beside.visits.append(visit)
        else:
            blocks.append(Block(visit.start, visit.end, visits=[visit]))


def _hours(openings: Sequence[Opening], begins: int) -> Iterator[Span]:
    """Name what is neither free nor taken: passed, too short for a visit, a break, not working."""
    for opening in openings:
        if begins > opening.start:
            # Up to the next time that could begin: what is left of the one that runs is no gap of its own.
            steps = -(-(begins - opening.start) // opening.step)
            yield Span(opening.start, min(opening.end, opening.start + steps * opening.step), "Passed")
        yield Span(opening.start, opening.end, "Gap")
    if openings:
        yield Span(openings[0].start, max(opening.end for opening in openings), "Break")
    yield Span(0, DAY, "Not working")


class Cell(NamedTuple):
    """A block in its place: which column, and over how many rows."""

    column: int
    rows: int
    block: Block


class Row(NamedTuple):
    """A line of the table: the minute it begins at, and the cells that begin there."""

    start: int
    cells: list[Cell]


def table(columns: Sequence[Column]) -> list[Row]:
    """Put columns side by side: a line wherever something begins, and cells as tall as what they show."""
    edges = [edge for column in columns for block in column.blocks for edge in (block.start, block.end)]
    edges += [edge for column in columns for span in column.spans if span.label == "Break" for edge in span[:2]]
    if not edges:
        return []
    first, last = min(edges), max(edges)
    filled = [column.within(first, last) for column in columns]
    starts = sorted({block.start for blocks in filled for block in blocks})
    rows = {start: Row(start, []) for start in starts}
    for index, blocks in enumerate(filled):
        for block in blocks:
            # Where it ends nothing need begin: visits of the hour that comes twice stand over each other on the wall.
            height = bisect_left(starts, block.end) - bisect_left(starts, block.start)
            rows[block.start].cells.append(Cell(index, height, block))
    return list(rows.values())
