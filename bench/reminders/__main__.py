"""Measure the reminders and write docs/performance-reminders.md: ``python -m bench.reminders``.

SIZES=10000,100000 and ENGINES=sqlite chooses; what is not measured anew keeps its figure, with its date.
"""

import json
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

from bench.databases import database, run, server
from bench.one import PREFIX
from bench.reminders.page import PAGE_STORE, keep, write_page
from bench.report import Row

SIZES = "10000,100000,1000000"


def main() -> None:
    """Measure each engine at each size: a crowd that is to be told now, and one spread over a year."""
    engines = os.environ.get("ENGINES", "sqlite,postgresql").split(",")
    with tempfile.TemporaryDirectory(prefix="bench-") as name, server() as url:
        for engine in engines:
            for size in map(int, os.environ.get("SIZES", SIZES).split(",")):
                for shape in ("dense", "spread"):
                    keep(_measured(engine, size, shape, Path(name), url))
    write_page()
    print(f"kept in {PAGE_STORE}")


def _measured(engine: str, size: int, shape: str, folder: Path, url: str) -> Iterator[Row]:
    print(f"{engine}, {size:,} visits, {shape}", flush=True)
    with database(engine, f"bench_{engine}_{size}_{shape}", folder, url) as settings:
        quick = {"UNDO_SECONDS": "0"}
        for line in run(["-m", "bench.reminders.one", engine, str(size), shape], settings | quick):
            if not line.startswith(PREFIX):
                print(line, flush=True)
                continue
            row = Row(**json.loads(line.removeprefix(PREFIX)))
            print(f"  {row.what}: {row.ours:.2f} {row.unit} ({row.note})", flush=True)
            yield row


if __name__ == "__main__":
    main()
