"""One database of one engine, size and shape: ``python -m bench.reminders.one ENGINE SIZE SHAPE``."""

import os
import sys
import time
from pathlib import Path

import django

from bench.report import hand_on


def main(engine: str, size: int, shape: str) -> None:
    """Fill, measure, and print each row as soon as it is known."""
    django.setup()
    from django.core.management import call_command
    from django.utils import timezone

    from bench.reminders import dispatching, planning
    from bench.reminders.crowd import fill

    call_command("migrate", verbosity=0)
    began = time.perf_counter()
    fill(size, shape, timezone.now())
    print(f"  filled in {time.perf_counter() - began:.0f} s", flush=True)
    folder = Path(os.environ["VAR_DIR"])
    rows = planning.spread(engine, size) if shape == "spread" else planning.dense(engine, size)
    hand_on(rows)
    if shape == "dense":
        hand_on(dispatching.measure(engine, size, folder))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), sys.argv[3])
