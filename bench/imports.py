"""A referral list of 10,000 people: how fast it comes in, in how much memory, and once more when nothing is new."""

import os
import resource
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from bench.report import Row

PEOPLE, FEW = 10_000, 500
MEGABYTES = 60


def measure(engine: str) -> Iterator[Row]:
    """Import a short list, so that all is loaded; then the long one, twice."""
    from tests.builders import make_clinic, make_injector

    make_injector(make_clinic(), "Dr Osei")
    folder = Path(os.environ["VAR_DIR"])
    _imported(_written(folder / "short.csv", 1, FEW))
    before = _peak()
    long = _written(folder / "long.csv", FEW + 1, PEOPLE)
    grown = 0.0
    for what in ("Import of 10,000 referrals", "Import of 10,000 referrals, nothing new"):
        seconds = _imported(long)
        grown = max(grown, _peak() - before)
        yield Row(
            what, engine, PEOPLE, PEOPLE / seconds, "per s",
            target=f"at most {MEGABYTES} MiB more memory than a list of {FEW}", met=grown <= MEGABYTES,
            note=f"{seconds:.0f} s, {grown:.0f} MiB more memory than the short list",
        )  # fmt: skip


def _written(file: Path, first: int, people: int) -> Path:
    from tests.treatments.referrals.lists import as_csv, row

    file.write_bytes(as_csv(row(number) for number in range(first, first + people)).read())
    return file


def _imported(file: Path) -> float:
    from django.core.management import call_command

    began = time.perf_counter()
    call_command("import_referrals", str(file), clinic="riverside", stdout=sys.stderr)
    return time.perf_counter() - began


def _peak() -> float:
    """Return the most memory that this process ever had, in MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
