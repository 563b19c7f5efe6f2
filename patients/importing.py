"""The shape of every import: check the whole file, then write it in one transaction, and say what happened.

A list is checked before the first row is written, because half a list is worse than none. Rows are worked on in batches,
so that a list of any length takes the same memory.
"""

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import islice
from typing import Generic, TypeVar

from django.db import IntegrityError, OperationalError, transaction

from clinic.databases import lost_to_another

T = TypeVar("T")
BATCH = 500
ROWS_SHOWN = 10  # of a preview


class Effect(StrEnum):
    """What a good row does to what is stored."""

    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    DISPUTED = "disputed"  # kept beside what another source said, until a person settles it


@dataclass(frozen=True)
class Fault:
    """Why a row is refused: its line in the file, the column (empty for the whole row), and the reason in words."""

    line: int
    field: str
    reason: str

    def __str__(self) -> str:
        return f"Line {self.line}, {self.field}: {self.reason}" if self.field else f"Line {self.line}: {self.reason}"


@dataclass(frozen=True)
class Checked(Generic[T]):
    """A row after checking: what it would write and with which effect, or its faults and nothing else."""

    line: int
    effect: Effect | None = None
    value: T | None = None
    faults: tuple[Fault, ...] = ()


@dataclass
class Report:
    """What an import did, or would do. Counts are rows of the file."""

    new: int = 0
    changed: int = 0
    unchanged: int = 0
    disputed: int = 0
    refused: int = 0
    faults: list[Fault] = field(default_factory=list)
    written: bool = False

    def count(self, batch: Iterable[Checked[T]]) -> None:
        """Add a batch of checked rows."""
        for row in batch:
            self.faults.extend(row.faults)
            if row.effect is None:
                self.refused += 1
            else:
                setattr(self, row.effect, getattr(self, row.effect) + 1)

    @property
    def writes(self) -> int:
        """How many rows write something."""
        return self.new + self.changed + self.disputed

    @property
    def sentence(self) -> str:
        """Return the counts as one sentence."""
        counts = f"{self.new} new, {self.changed} changed, {self.unchanged} unchanged, {self.refused} refused."
        if self.disputed:
            counts += f" {self.disputed} said otherwise by another source: settle them in the diary."
        if not self.written:
            return f"Nothing written. {counts}"
        return counts if self.writes else f"Nothing changed. {counts}"


@dataclass
class Preview(Generic[T]):
    """What an import would do, and the first rows that it would write."""

    report: Report = field(default_factory=Report)
    first: list[tuple[Effect, T]] = field(default_factory=list)


class Collision(Exception):
    """Somebody changed the same people while the list was written; nothing of it is kept."""

    def __str__(self) -> str:
        return "Somebody changed the same people at the same time. Nothing was written. Try again."


class _FoundMore(Exception):
    """The data changed under the check: rows are refused now that were good before."""

    def __init__(self, report: Report) -> None:
        super().__init__()
        self.report = report


def preview_import(check: Iterable[Sequence[Checked[T]]]) -> Preview[T]:
    """Return what an import would do; nothing is written."""
    found = Preview[T]()
    for batch in check:
        found.report.count(batch)
        for row in batch:
            if row.value is not None and row.effect and row.effect is not Effect.UNCHANGED:
                found.first.append((row.effect, row.value))
        del found.first[ROWS_SHOWN:]
    return found


def run_import(
    *,
    check: Callable[[], Iterator[Sequence[Checked[T]]]],
    write: Callable[[Sequence[T]], None],
    dry_run: bool,
    skip_bad: bool,
    at_last: Callable[[], object] = lambda: None,
) -> Report:
    """Check all, and unless it is a dry run or bad rows stand in the way, check again and write, in one transaction.

    ``check`` starts from the top of the file at each call and yields batches; ``write`` gets the values of the new and
    changed rows of one batch; ``at_last`` comes after the last of them, in the same transaction. Raises Collision when
    somebody else changed the same people at the same time.
    """
    report = Report()
    for batch in check():
        report.count(batch)
    if dry_run or (report.faults and not skip_bad):
        return report
    try:
        return _write(check, write, at_last, skip_bad=skip_bad)
    except _FoundMore as found:
        return found.report
    except IntegrityError as error:
        raise Collision from error
    except OperationalError as error:
        # Two lists of the same people in another order wait for each other, and the database ends one of them.
        if lost_to_another(error):
            raise Collision from error
        raise


def _write(
    check: Callable[[], Iterator[Sequence[Checked[T]]]],
    write: Callable[[Sequence[T]], None],
    at_last: Callable[[], object],
    *,
    skip_bad: bool,
) -> Report:
    report = Report()
    with transaction.atomic():
        for batch in check():
            report.count(batch)
            write([row.value for row in batch if row.value is not None and row.effect is not Effect.UNCHANGED])
        if report.faults and not skip_bad:
            raise _FoundMore(report)
        at_last()
    report.written = True
    return report


def batches(rows: Iterable[T]) -> Iterator[list[T]]:
    """Yield the rows in lists of BATCH, the last one shorter."""
    rest = iter(rows)
    while batch := list(islice(rest, BATCH)):
        yield batch


class Repeats:
    """Knows which keys stand on more than one line; kept on disk rather than in memory once the list is long."""

    def __init__(self, keys: Iterable[tuple[int, str]]) -> None:
        """Read line numbers and keys. What goes wrong in reading them leaves nothing open."""
        # An empty name is SQLite's own temporary file: it spills to disk and vanishes when closed.
        self._store = sqlite3.connect("")
        try:
            self._read(keys)
        except BaseException:
            self.close()
            raise

    def _read(self, keys: Iterable[tuple[int, str]]) -> None:
        self._store.execute("CREATE TABLE seen (key TEXT PRIMARY KEY, first INTEGER, last INTEGER) WITHOUT ROWID")
        self._store.executemany(
            "INSERT INTO seen VALUES (:key, :line, :line) ON CONFLICT (key) DO UPDATE SET last = excluded.last",
            ({"line": line, "key": key} for line, key in keys),
        )

    def other_line(self, key: str, line: int) -> int | None:
        """Return another line with this key, or None when it stands on this line only."""
        found = self._store.execute("SELECT first, last FROM seen WHERE key = ?", (key,)).fetchone()
        return next((other for other in found or () if other != line), None)

    def close(self) -> None:
        """Drop everything."""
        self._store.close()
