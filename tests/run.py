"""What `make test` does: the checks, then the suite on SQLite and, beside it, the same suite on PostgreSQL.

Only what no database has a part in runs once: tests/engines.py.
All of it runs whatever failed before; the end of the output names what did, so it tells it all.
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from typing import IO

import pytest

from tests.postgres import postgres

# Tests of running servers share one worker, so that each run starts them once.
PYTEST = (sys.executable, "-m", "pytest", "-p", "tests.summary", "--numprocesses=2", "--dist=loadgroup")
# What the suite decides itself, whatever lies in the environment: its database may be somebody's, and code that is kept
# compiled need not be compiled anew by each process that a test starts.
OWN = {"DATABASE_URL", "PYTHONDONTWRITEBYTECODE"}
# Of a choice with ARGS, the second run may have nothing left to do.
WELL = {pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED}


def main(arguments: Sequence[str]) -> int:
    """Run everything with pytest's ``arguments``; return the exit code."""
    broken = []
    _title("Checks")
    if _start(["make", "--no-print-directory", "lint"]).wait():
        broken.append("The checks failed: see the top, or run make lint.")
    with postgres() as url, tempfile.TemporaryFile("w+") as kept:
        # Side by side: alone, a run spends a quarter of its time waiting for browsers, servers and its slower worker.
        second = _start([*PYTEST, "-p", "tests.engines", *arguments], kept, DATABASE_URL=url)
        _title("Tests on SQLite")
        if _start([*PYTEST, *arguments]).wait():
            broken.append("The suite failed on SQLite: see its summary above.")
        failed = second.wait() not in WELL
        _title("Tests on PostgreSQL")
        kept.seek(0)
        _write(kept.read(), broken)
    return 1 if failed or broken else 0


def _start(command: Sequence[str], output: IO[str] | None = None, **settings: str) -> subprocess.Popen[bytes]:
    environment = {name: value for name, value in os.environ.items() if name not in OWN}
    return subprocess.Popen(command, env=environment | settings, stdout=output, stderr=output and subprocess.STDOUT)


def _title(words: str) -> None:
    sys.stdout.write(f"\n== {words}\n")
    sys.stdout.flush()


def _write(output: str, broken: Sequence[str]) -> None:
    """Write what a run printed, and above its last line what failed before."""
    above, _, last = output.rstrip().rpartition("\n")
    sys.stdout.write("\n".join([above, *broken, last, ""]))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
