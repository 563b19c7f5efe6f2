"""Measure everything, beside others, and write docs/performance.md: `make bench`.

With 10,000 sessions; SIZES=1000,10000,100000,1000000 chooses others. ONLY=pages,race chooses measures, ENGINES=sqlite
where, PEERS=0 leaves the others out. What is not measured anew keeps its figure of an earlier run.
"""

import json
import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from pathlib import Path

from bench.databases import database, environment, run, server
from bench.one import PREFIX
from bench.page import write_page
from bench.peers.running import ask, peers
from bench.report import Row, keep, stored

SIZES = "10000"


def main() -> None:
    """Measure each engine at each size, keep the rows, write the page."""
    engines = os.environ.get("ENGINES", "sqlite,postgresql").split(",")
    sizes = [int(size) for size in os.environ.get("SIZES", SIZES).split(",")]
    with tempfile.TemporaryDirectory(prefix="bench-") as name, server() as url, others(Path(name)) as python:
        folder = Path(name)
        list(run(["manage.py", "collectstatic", "--no-input", "-v0"], environment(folder, "static", "sqlite://")))
        for engine in engines:
            for size in sizes:
                theirs = ask(python, engine, size, folder, url) if python else {}
                keep(
                    replace(row, peers=theirs.get(row.what, row.peers)) for row in _measured(engine, size, folder, url)
                )
        write_page(stored(), url)


def others(folder: Path) -> AbstractContextManager[Path | None]:
    """Return what gives the Python of those beside us, or None when they are left out."""
    return nullcontext() if os.environ.get("PEERS") == "0" else peers(folder)


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
