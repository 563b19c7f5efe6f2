"""How soon a server answers after its start, and how much memory all of a small clinic's processes take."""

import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

from bench.report import ROOT, Row
from bench.timing import percentile
from clinic.demo.broker import free_port, private_broker
from clinic.demo.processes import Parts
from tests.servers.processes import wait_for

STARTS, SECONDS, MEGABYTES = 5, 1.0, 256
PAGES = 40
CELERY = [sys.executable, "-m", "celery", "--app", "clinic.celery", "--quiet"]
# Compiled, as docs/operations.md and the image have it: who may not write beside the code compiles it at each start.
ROOMS = ["clinic", "interface", "patients", "privacy", "reminders", "reports", "treatments"]
WEB = [
    sys.executable,
    "-m",
    "gunicorn",
    "clinic.wsgi",
    "--config",
    "python:clinic.gunicorn",
    "--workers",
    "2",
    "--log-level",
    "error",
]


def measure(engine: str) -> Iterator[Row]:
    """Start the server until it answers; then web, worker and broker, and weigh them after some pages."""
    subprocess.run([sys.executable, "-m", "compileall", "-q", *ROOMS], cwd=ROOT, check=True)
    began = [_first_answer() for _ in range(STARTS)]
    soonest = percentile(began, 0.5)
    yield Row(
        "Cold start", engine, 0, soonest, "s", target=f"within {SECONDS:.0f} s", met=soonest <= SECONDS,
        note="from the command to the first answer; compiled once, all pages loaded by then",
    )  # fmt: skip
    megabytes, words = _weighed(Path(os.environ["VAR_DIR"]))
    yield Row(
        "Memory of two web processes, a worker and the broker", engine, 0, megabytes, "MiB",
        target=f"at most {MEGABYTES} MiB", met=megabytes <= MEGABYTES, note=words,
    )  # fmt: skip


def _first_answer() -> float:
    """Return the seconds from the start of a server to its first answer, which asks the database for nothing."""
    port, since = free_port(), time.perf_counter()
    with subprocess.Popen([*WEB, "--bind", f"127.0.0.1:{port}"], cwd=ROOT) as server:
        wait_for(lambda: _answers(port, "healthz"), seconds=60)
        took = time.perf_counter() - since
        server.terminate()
    return took


def _weighed(folder: Path) -> tuple[float, str]:
    """Return the memory of all parts, shared pages counted once, and what each takes in words."""
    parts, port = Parts(dict(os.environ), ROOT, folder), free_port()
    try:
        parts.env["REDIS_URL"] = private_broker(parts.start, folder)
        parts.start("web", [*WEB, "--bind", f"127.0.0.1:{port}"])
        parts.start("worker", [*CELERY, "worker", "--pool", "solo", "--loglevel", "INFO"])
        wait_for(lambda: _answers(port), seconds=60)
        for _ in range(PAGES):
            _answers(port)
        wait_for(lambda: "ready" in (folder / "worker.log").read_text(), seconds=60)
        weights = {part.name: _weight(part.process.pid) for part in parts.running}
    finally:
        parts.stop()
    return sum(weights.values()), ", ".join(f"{name} {weight:.0f}" for name, weight in weights.items())


def _answers(port: int, page: str = "log-in/") -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/{page}", timeout=5):
            return True
    except OSError:
        return False


def _weight(session: int) -> float:
    """Return the MiB of the processes of one part: each leads a session of its own. Linux says what is shared."""
    kilobytes = 0
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if int((process / "stat").read_text().rpartition(")")[2].split()[3]) != session:
                continue
            rollup = (process / "smaps_rollup").read_text()
        except OSError:
            continue
        kilobytes += int(next(line.split()[1] for line in rollup.splitlines() if line.startswith("Pss:")))
    return kilobytes / 1024
