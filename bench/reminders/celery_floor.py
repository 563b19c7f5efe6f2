"""How many tasks that do nothing a second Celery takes from the same broker: what one task for each message would cost."""

import sys
import time
from functools import cache
from pathlib import Path

from celery import Celery

from tests.servers.broker import broker
from tests.servers.processes import kill_group, start, wait_for

TASKS = 2000


@cache
def tasks_a_second(folder: Path) -> float:
    """Return the rate of a worker of two processes, once they are warm."""
    done = folder / "noop.done"
    with broker(folder) as address:
        environment = {"NOOP_BROKER": address, "NOOP_DONE": str(done)}
        command = [sys.executable, "-m", "celery", "-A", "bench.reminders.noop", "worker", "--concurrency", "2"]
        worker = start(
            [*command, "--without-mingle", "--without-gossip"], environment=environment, log=folder / "noop.log"
        )
        try:
            app = Celery(broker=address)
            app.conf.task_ignore_result = True
            _run(app, done, 50)
            return _run(app, done, TASKS)
        finally:
            kill_group(worker)


def _run(app: Celery, done: Path, number: int) -> float:
    """Send so many, then one that says that it was reached; return how many a second were taken after the sending."""
    done.unlink(missing_ok=True)
    began = time.perf_counter()
    for _ in range(number):
        app.send_task("noop")
    app.send_task("say")
    wait_for(done.exists, seconds=120)
    return number / (time.perf_counter() - began)
