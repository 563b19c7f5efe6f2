"""What `make test` does: the checks, then the suite on SQLite, then the same suite on PostgreSQL.

Only what no database has a part in runs once: tests/engines.py.
All of it runs whatever failed before; the last run's summary names what did, so the end of the output tells it all.
"""

import os
import subprocess
import sys
from collections.abc import Sequence

from tests.postgres import postgres

BROKEN = "BROKEN_BEFORE"
# Tests of running servers share one worker, so that each run starts them once. One worker a core: all that runs at once
# keeps two cores busy, and a third worker made no run shorter.
PYTEST = (sys.executable, "-m", "pytest", "-p", "tests.summary", "--numprocesses=2", "--dist=loadgroup")


def main(arguments: Sequence[str]) -> int:
    """Run everything with pytest's ``arguments``; return the exit code."""
    broken = []
    if _run(["make", "--no-print-directory", "lint"], "Checks"):
        broken.append("The checks failed: see the top, or run make lint.")
    if _suite("SQLite", arguments):
        broken.append("The suite failed on SQLite: see its summary above.")
    with postgres() as url:
        failed = _suite("PostgreSQL", arguments, DATABASE_URL=url, **{BROKEN: "\n".join(broken)})
    return 1 if failed or broken else 0


def _suite(name: str, arguments: Sequence[str], **settings: str) -> int:
    return _run([*PYTEST, *arguments], f"Tests on {name}", **settings)


def _run(command: Sequence[str], title: str, **settings: str) -> int:
    sys.stdout.write(f"\n== {title}\n")
    sys.stdout.flush()
    # The suite decides its database itself; one that lies in the environment may be somebody's.
    environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    return subprocess.run(command, env=environment | settings, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
