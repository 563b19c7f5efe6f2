"""Several processes that write to the log and link it at the same time, against a database of their own.

Run as a program (`python -m tests.clinic.sealing_race`); prints what came of it as JSON.
"""

import json
import multiprocessing
import random
import sys
import time
from typing import Any

import django

django.setup()

from django.db import connections, transaction  # noqa: E402

from clinic import audit, chain  # noqa: E402
from clinic.models import AuditEntry, AuditLink, Clinic  # noqa: E402
from tests.builders import NOW, make_clinic  # noqa: E402

PROCESSES = 6
ROUNDS = 25


def work(index: int, clinic: Clinic, results: Any) -> None:
    """Write entries in transactions of any length, some in vain, and link what there is in between."""
    dice, written, failed = random.Random(index), 0, 0
    for _ in range(ROUNDS):
        try:
            with transaction.atomic():
                for _ in range(2):
                    audit.record(clinic=clinic, by=None, at=NOW, action=AuditEntry.Action.READ, kind=f"page {index}")
                    time.sleep(dice.random() / 200)
                undone = dice.random() < 0.2
                transaction.set_rollback(undone)
            written += 0 if undone else 2
            chain.seal(at=NOW)
        except Exception:
            failed += 1
    results.put((written, failed))


def main() -> None:
    """Run the race and print its outcome."""
    clinic = make_clinic()
    connections.close_all()
    context = multiprocessing.get_context("fork")
    results = context.Queue()
    workers = [context.Process(target=work, args=(index, clinic, results)) for index in range(PROCESSES)]
    for worker in workers:
        worker.start()
    outcomes = [results.get(timeout=120) for _ in workers]
    for worker in workers:
        worker.join()
    chain.seal(at=NOW, everything=True)
    outcome = {
        "written": sum(written for written, _ in outcomes),
        "failed": sum(failed for _, failed in outcomes),
        "entries": AuditEntry.objects.count(),
        "links": AuditLink.objects.count(),
        "wrong": chain.verify().wrong,
    }
    sys.stdout.write(json.dumps(outcome))


if __name__ == "__main__":
    main()
