"""Child processes: they end when told, take their children along, and are named when they end by themselves."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from clinic.demo.processes import PartDied, Parts
from tests.engines import once
from tests.servers.processes import wait_for

pytestmark = [pytest.mark.stack, once("processes are watched without a database")]

SLEEP = "import time; time.sleep(60)"
# Says the number of a child that it leaves behind when it ends.
WITH_CHILD = "import subprocess, sys; c = subprocess.Popen(['sleep', '60']); print(c.pid, flush=True); c.wait()"
DEAF = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); time.sleep(60)"


@pytest.fixture
def parts(tmp_path: Path) -> Iterator[Parts]:
    """Nothing running yet; whatever a test starts is ended."""
    parts = Parts(dict(os.environ), tmp_path, tmp_path)
    yield parts
    parts.stop()


def python(parts: Parts, program: str, *, says: bool = False) -> Path:
    """Start a small program; wait for its first line when it says something. Return its log."""
    parts.start("part", [sys.executable, "-c", program])
    log = parts.log_folder / "part.log"
    if says:
        wait_for(lambda: log.read_text() != "")
    return log


def gone(pid: int) -> bool:
    """Return whether no such process runs any more."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True


def test_a_running_part_is_no_cause_for_alarm(parts: Parts) -> None:
    python(parts, SLEEP)
    parts.check()


def test_a_part_that_ends_is_named_with_its_last_lines(parts: Parts) -> None:
    python(parts, "print('out of paper'); raise SystemExit(3)")
    parts.running[0].process.wait()
    with pytest.raises(PartDied, match=r"The part stopped by itself \(exit code 3\)\.[^$]*out of paper"):
        parts.check()


def test_stopping_ends_the_children_of_a_part_too(parts: Parts) -> None:
    child = int(python(parts, WITH_CHILD, says=True).read_text())
    parts.stop()
    wait_for(lambda: gone(child))


def test_a_part_that_ignores_being_told_is_killed(parts: Parts, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("clinic.demo.processes.GRACE_SECONDS", 0.2)
    python(parts, DEAF, says=True)
    process = parts.running[0].process
    parts.stop()
    assert process.poll() == -9


def test_stopping_twice_does_nothing_more(parts: Parts) -> None:
    python(parts, SLEEP)
    parts.stop()
    parts.stop()
    assert parts.running == []
