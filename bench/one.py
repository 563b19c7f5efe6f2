"""One database of one engine and one size: fill it, measure everything on it, print the rows as JSON lines.

``python -m bench.one ENGINE SIZE``, with the settings in the environment as `bench.databases` makes them.
"""

import datetime as dt
import importlib
import os
import sys
import time
from pathlib import Path

import django

from bench.report import hand_on

# In order: what reads before what books, so that every size is read as it was filled; last what replaces it all.
MEASURES = ("slot_search", "calendar_week", "pages", "booking", "race", "web", "trail")


def main(engine: str, size: int) -> None:
    """Fill, measure, and print each row as soon as it is known."""
    django.setup()
    from django.core.management import call_command

    from bench.fill import fill
    from bench.world import World
    from clinic.models import Clinic

    today = dt.datetime.now(dt.UTC).date()
    if not Path(os.environ["BENCH_FILLED"]).exists():
        call_command("migrate", verbosity=0)
        began = time.perf_counter()
        fill(size, today)
        print(f"  filled in {time.perf_counter() - began:.1f} s", flush=True)
        Path(os.environ["BENCH_FILLED"]).touch()
    world = World(engine, size, Clinic.objects.get(), today, Path(os.environ["VAR_DIR"]))
    for name in os.environ.get("BENCH_ONLY", ",".join(MEASURES)).split(","):
        module = importlib.import_module(f"bench.{name}")
        hand_on(module.measure(world))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
