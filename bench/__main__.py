"""Measure everything and write docs/performance.md: `make bench`.

Sizes are 1,000 and 10,000 sessions; MEDIUM=1 adds 100,000, FULL=1 adds that and 1,000,000. ONLY=pages,race chooses
measures, ENGINES=sqlite and SIZES=10000 choose where. What is not measured anew keeps its figure of an earlier run.
"""

import json
import os
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from bench.databases import database, environment, run, server
from bench.one import PREFIX
from bench.page import write_page
from bench.report import Row, keep, stored


def sizes() -> list[int]:
    """Return how many sessions to measure with."""
    if os.environ.get("SIZES"):
        return [int(size) for size in os.environ["SIZES"].split(",")]
    full = bool(os.environ.get("FULL"))
    medium = full or bool(os.environ.get("MEDIUM"))
    return [1000, 10_000, *([100_000] if medium else []), *([1_000_000] if full else [])]


def main() -> None:
    """Measure each engine at each size, keep the rows, write the page."""
    engines = os.environ.get("ENGINES", "sqlite,postgresql").split(",")
    with tempfile.TemporaryDirectory(prefix="bench-") as name, server() as url:
        folder = Path(name)
        list(run(["manage.py", "collectstatic", "--no-input", "-v0"], environment(folder, "static", "sqlite://")))
        for engine in engines:
            for size in sizes():
                keep(_measured(engine, size, folder, url))
        write_page(stored(), url)


def _measured(engine: str, size: int, folder: Path, url: str) -> Iterator[Row]:
    """Yield the rows of one database, and say how it goes."""
    began = time.monotonic()
    print(f"{engine}, {size:,} sessions", flush=True)
    with database(engine, f"bench_{engine}_{size}", folder, url) as settings:
        chosen = {"BENCH_ONLY": os.environ["ONLY"]} if os.environ.get("ONLY") else {}
        for line in run(["-m", "bench.one", engine, str(size)], settings | chosen):
            if not line.startswith(PREFIX):
                print(line, flush=True)
                continue
            row = Row(**json.loads(line.removeprefix(PREFIX)))
            print(f"  {row.what}: {row.ours:.1f} {row.unit} ({row.note})", flush=True)
            yield row
    print(f"  {time.monotonic() - began:.0f} s in all", flush=True)


if __name__ == "__main__":
    main()
