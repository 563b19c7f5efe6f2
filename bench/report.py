"""What was measured, kept between runs, and written down as docs/performance.md."""

import datetime as dt
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# Kept with the code, so that a figure of a long run is not lost with the folder that it was measured in.
STORE = ROOT / "bench" / "figures.json"
PAGE = ROOT / "docs" / "performance.md"


# What a process that measures puts before each row that it prints.
PREFIX = "ROW "


@dataclass(frozen=True)
class Row:
    """One figure: what was measured, on which engine, with how many sessions in the table.

    ``ours`` and ``floor`` are in ``unit`` ("ms": a median of server time, or "per s"); ``ratio`` is ours beside the
    floor, so more than 1 for a time that is longer and less than 1 for a rate that is lower. ``peers`` holds the same
    figure of others in words. ``target`` is what it should be and ``met`` whether it is.
    """

    what: str
    engine: str
    size: int
    ours: float
    unit: str = "ms"
    floor: float | None = None
    peers: dict[str, str] = field(default_factory=dict)
    target: str = ""
    met: bool | None = None
    note: str = ""
    measured: str = ""

    @property
    def ratio(self) -> float | None:
        """Ours beside the floor of the same run."""
        return self.ours / self.floor if self.floor else None

    @property
    def key(self) -> str:
        """What a later run replaces."""
        return f"{self.what}|{self.engine}|{self.size}"


def stored() -> list[Row]:
    """Return every row of earlier runs that none since has replaced."""
    return [Row(**row) for row in json.loads(STORE.read_text())] if STORE.exists() else []


def keep(rows: Iterable[Row]) -> None:
    """Put rows in the place of those that an earlier run left."""
    merged = {row.key: row for row in stored()} | {row.key: row for row in rows}
    ordered = sorted(merged.values(), key=lambda row: row.key)
    STORE.write_text(json.dumps([asdict(row) for row in ordered], indent=1) + "\n")


def hand_on(rows: Iterable[Row]) -> None:
    """Print each row, with today's date, as soon as it is known, for the process that started this one."""
    today = dt.datetime.now(dt.UTC).date().isoformat()
    for row in rows:
        print(PREFIX + json.dumps(asdict(replace(row, measured=today))), flush=True)


def number(value: float) -> str:
    """Return a figure as people read it: three digits that matter."""
    if value >= 100 or not value:
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def size_words(size: int) -> str:
    """Return 1k, 10k, 100k or 1M; nothing for what has no size."""
    if not size:
        return ""
    return f"{size // 1_000_000}M" if size >= 1_000_000 else f"{size // 1000}k"
