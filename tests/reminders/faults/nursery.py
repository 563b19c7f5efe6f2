"""Workers that are born again when they are killed: ``python -m tests.reminders.faults.nursery FOLDER WORKERS``.

Each plans and sends like the plain command, again and again and in small batches. The numbers of the living are in
FOLDER/workers; a new one is there as soon as an old one is dead.
"""

import logging
import os
import sys
import time
from pathlib import Path

import django

django.setup()

from django.db import DatabaseError, connections  # noqa: E402
from django.utils import timezone  # noqa: E402

from reminders.dispatch import send_due  # noqa: E402
from reminders.planning import reconcile  # noqa: E402

BATCH = 5
PAUSE = 0.3


def main(folder: Path, number: int) -> None:
    """Keep so many alive."""
    connections.close_all()
    living: set[int] = set()
    while True:
        while len(living) < number:
            child = os.fork()
            if child == 0:
                work()
            living.add(child)
        new = folder / "workers.new"
        new.write_text(" ".join(map(str, living)))
        new.replace(folder / "workers")
        dead, _ = os.wait()
        living.discard(dead)


def work() -> None:
    """Plan and send for ever. A database that is away is asked again: a lost round is nothing but delay."""
    while True:
        try:
            reconcile(now=timezone.now())
            send_due(clock=timezone.now, limit=BATCH)
        except DatabaseError:
            logging.getLogger(__name__).warning("the database is away")
        connections.close_all()
        time.sleep(PAUSE)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
