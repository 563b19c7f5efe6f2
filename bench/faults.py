"""What is lost or repeated when things break: the fault suite of the tests, at length.

Ten times the people and the kills of `make test`, and a broker that is away for ten minutes; LONG=3 asks for less.
"""

import os
import re
import subprocess
import sys
from collections.abc import Iterator

from bench.report import ROOT, Row

TIMES = "10"
SUITE = [sys.executable, "-m", "pytest", "-p", "tests.summary", "tests/reminders/faults"]
COUNTED = re.compile(
    r"^Reminders: .+: (\d+) sent, (\d+) lost, (\d+) texts and (\d+) letters repeated, (\d+) late$", re.M
)


def measure(engine: str) -> Iterator[Row]:
    """Run the suite on the database server of the settings, and add up its scenarios; RuntimeError where it has none."""
    times = os.environ.get("LONG", TIMES)
    environment = os.environ | {"LONG": times, "DJANGO_SETTINGS_MODULE": "tests.settings"}
    done = subprocess.run(SUITE, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True, check=False)
    counted = [[int(number) for number in scenario] for scenario in COUNTED.findall(done.stdout)]
    if done.returncode or not counted:
        print(done.stdout, flush=True)
    if not counted:
        raise RuntimeError("The fault suite counted nothing.")
    sent, lost, texts, letters, late = map(sum, zip(*counted, strict=True))
    yield Row(
        "Lost when things break", engine, 0, lost, f"of {sent:,}",
        target="none lost, no text repeated, no scenario failed", met=not (done.returncode or lost or texts),
        note=f"{len(counted)} scenarios, {times} times as long as in `make test`; {texts} texts and {letters} letters repeated, {late} late",
    )  # fmt: skip
