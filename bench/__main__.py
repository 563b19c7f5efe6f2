"""Measure everything, beside others, and write docs/performance.md: `make bench`.

With 10,000 sessions; FULL=1 takes 1,000, 100,000 and 1,000,000 too, and breaks things for an hour; SIZES=1000,10000 takes
what it names. PARTS=clinic,reminders chooses parts, ONLY=pages,race measures of the first part, ENGINES=sqlite where,
PEERS=0 leaves the others out. What is not measured anew keeps its figure of an earlier run.
"""

import json
import os
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from pathlib import Path

from bench.databases import database, environment, run, server
from bench.page import write_page
from bench.peers.running import ask, peers
from bench.report import PREFIX, Row, keep, stored

SIZES, FULL = "10000", "1000,10000,100000,1000000"
# What is measured at every size, and what has a size of its own.
SIZED, ONCE = ("clinic", "reminders"), ("imports", "response", "start")
# What takes long and measures no time: with FULL=1, or by name.
AT_LENGTH = ("faults",)
# At a million one week of their calendars takes minutes.
LARGEST_OF_OTHERS = 100_000
SHAPES = ("dense", "spread")


def main() -> None:
    """Measure each engine at each size, keep the rows, write the page."""
    engines = _chosen("ENGINES", "sqlite,postgresql")
    full = os.environ.get("FULL") == "1"
    sizes = [int(size) for size in _chosen("SIZES", FULL if full else SIZES)]
    parts = _chosen("PARTS", ",".join(SIZED + ONCE + (AT_LENGTH if full else ())))
    with tempfile.TemporaryDirectory(prefix="bench-") as name, server() as url, others(Path(name), parts) as python:
        folder = Path(name)
        list(run(["manage.py", "collectstatic", "--no-input", "-v0"], environment(folder, "static", "sqlite://")))
        for engine in engines:
            for size in sizes:
                if "clinic" in parts:
                    theirs = ask(python, engine, size, folder, url) if python and size <= LARGEST_OF_OTHERS else {}
                    rows = _clinic(engine, size, folder, url)
                    keep(replace(row, peers=theirs.get(row.what, row.peers)) for row in rows)
                if "reminders" in parts:
                    keep(_reminders(engine, size, folder, url))
            for part in ONCE + AT_LENGTH:
                if part in parts:
                    keep(_measured(["bench.alone", part, engine], f"{part}_{engine}", engine, folder, url))
        write_page(stored(), url)


def others(folder: Path, parts: Sequence[str]) -> AbstractContextManager[Path | None]:
    """Return what gives the Python of those beside us, or None when they are left out."""
    wanted = os.environ.get("PEERS") != "0" and "clinic" in parts
    return peers(folder) if wanted else nullcontext()


def _chosen(name: str, otherwise: str) -> list[str]:
    return os.environ.get(name, otherwise).split(",")


def _clinic(engine: str, size: int, folder: Path, url: str) -> Iterator[Row]:
    only = {"BENCH_ONLY": os.environ["ONLY"]} if os.environ.get("ONLY") else {}
    yield from _measured(["bench.one", engine, str(size)], f"{engine}_{size}", engine, folder, url, only)


def _reminders(engine: str, size: int, folder: Path, url: str) -> Iterator[Row]:
    """Measure a crowd that is to be told now, and one spread over a year."""
    for shape in SHAPES:
        words = ["bench.reminders.one", engine, str(size), shape]
        yield from _measured(words, f"{engine}_{size}_{shape}", engine, folder, url, {"UNDO_SECONDS": "0"})


def _measured(
    words: Sequence[str], name: str, engine: str, folder: Path, url: str, extra: Mapping[str, str] | None = None
) -> Iterator[Row]:
    """Run a module on a database of its own; yield the rows that it prints, and say how it goes."""
    began = time.monotonic()
    print(" ".join(words), flush=True)
    with database(engine, f"bench_{name}", folder, url) as settings:
        for line in run(["-m", *words], settings | dict(extra or {})):
            if not line.startswith(PREFIX):
                print(line, flush=True)
                continue
            row = Row(**json.loads(line.removeprefix(PREFIX)))
            print(f"  {row.what}: {row.ours:.1f} {row.unit} ({row.note})", flush=True)
            yield row
    print(f"  {time.monotonic() - began:.0f} s in all", flush=True)


if __name__ == "__main__":
    main()
