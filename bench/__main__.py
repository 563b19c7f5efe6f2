"""Measure everything, beside others, and write docs/performance.md: `make bench`.

With 10,000 sessions; FULL=1 takes 1,000, 100,000 and 1,000,000 too, and breaks things for an hour; SIZES=1000,10000 takes
what it names. PARTS=clinic,reminders chooses parts, ONLY=pages,race measures of the first part, ENGINES=sqlite where,
PEERS=0 leaves the others out. What is not measured anew keeps its figure of an earlier run. A run that broke off goes on
behind its last step when it is started with the same words; FRESH=1 starts it over.
"""

import json
import os
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from bench.databases import database, environment, run, server
from bench.page import write_page
from bench.peers.running import ask, peers
from bench.report import PREFIX, Row, keep, stored
from bench.under_way import UnderWay

SIZES, FULL = "10000", "1000,10000,100000,1000000"
# What is measured at every size, and what has a size of its own.
SIZED, ONCE = ("clinic", "reminders"), ("imports", "response", "start")
# What takes long and measures no time: with FULL=1, or by name.
AT_LENGTH = ("faults",)
# At a million one week of their calendars takes minutes.
LARGEST_OF_OTHERS = 100_000
SHAPES = ("dense", "spread")


@dataclass(frozen=True)
class Place:
    """Where it is measured: a folder, a PostgreSQL, and the Python of those beside us, if they are asked."""

    folder: Path
    url: str
    others: Path | None


# What a step is called, and what measures it.
Step = tuple[str, Callable[[Place], Iterable[Row]]]


def main() -> None:
    """Measure each engine at each size, keep the rows, write the page. What breaks off goes on with the same words."""
    engines = _chosen("ENGINES", "sqlite,postgresql")
    full = os.environ.get("FULL") == "1"
    sizes = [int(size) for size in _chosen("SIZES", FULL if full else SIZES)]
    parts = _chosen("PARTS", ",".join(SIZED + ONCE + (AT_LENGTH if full else ())))
    steps = list(_steps(engines, sizes, parts))
    under_way = UnderWay(
        " ".join([os.environ.get("ONLY", ""), os.environ.get("PEERS", ""), *(name for name, _ in steps)])
    )
    if os.environ.get("FRESH") != "1":
        under_way.take_up()
    with tempfile.TemporaryDirectory(prefix="bench-") as name, server() as url, others(Path(name), parts) as python:
        place = Place(Path(name), url, python)
        list(run(["manage.py", "collectstatic", "--no-input", "-v0"], environment(place.folder, "static", "sqlite://")))
        for step, measure in steps:
            if step not in under_way.done:
                keep(measure(place))
                under_way.note(step)
        write_page(stored(), url)
    under_way.end()


def _steps(engines: Sequence[str], sizes: Sequence[int], parts: Sequence[str]) -> Iterator[Step]:
    for engine in engines:
        for size in sizes:
            if "clinic" in parts:
                yield f"clinic {engine} {size}", partial(_clinic, engine, size)
            if "reminders" in parts:
                for shape in SHAPES:
                    yield f"reminders {engine} {size} {shape}", partial(_reminders, engine, size, shape)
        for part in ONCE + AT_LENGTH:
            if part in parts:
                yield f"{part} {engine}", partial(_alone, part, engine)


def others(folder: Path, parts: Sequence[str]) -> AbstractContextManager[Path | None]:
    """Return what gives the Python of those beside us, or None when they are left out."""
    wanted = os.environ.get("PEERS") != "0" and "clinic" in parts
    return peers(folder) if wanted else nullcontext()


def _chosen(name: str, otherwise: str) -> list[str]:
    return os.environ.get(name, otherwise).split(",")


def _clinic(engine: str, size: int, place: Place) -> Iterator[Row]:
    """Measure what staff do, beside others where they can be asked the same."""
    python = place.others if size <= LARGEST_OF_OTHERS else None
    theirs = ask(python, engine, size, place.folder, place.url) if python else {}
    only = {"BENCH_ONLY": os.environ["ONLY"]} if os.environ.get("ONLY") else {}
    for row in _measured(["bench.one", engine, str(size)], f"{engine}_{size}", engine, place, only):
        yield replace(row, peers=theirs.get(row.what, row.peers))


def _reminders(engine: str, size: int, shape: str, place: Place) -> Iterator[Row]:
    """Measure a crowd that is to be told now, or one spread over a year."""
    words = ["bench.reminders.one", engine, str(size), shape]
    yield from _measured(words, f"{engine}_{size}_{shape}", engine, place, {"UNDO_SECONDS": "0"})


def _alone(part: str, engine: str, place: Place) -> Iterator[Row]:
    yield from _measured(["bench.alone", part, engine], f"{part}_{engine}", engine, place)


def _measured(
    words: Sequence[str], name: str, engine: str, place: Place, extra: Mapping[str, str] | None = None
) -> Iterator[Row]:
    """Run a module on a database of its own; yield the rows that it prints, and say how it goes."""
    began = time.monotonic()
    print(" ".join(words), flush=True)
    with database(engine, f"bench_{name}", place.folder, place.url) as settings:
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
