"""The demo as a running thing: start it, wait for it, stop it."""

import datetime as dt
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

import requests

from tests.servers.processes import ROOT, Server, free_port, wait_for

# A first start computes for half a minute, for a minute on a slow machine, and two suites run beside it. What dies is
# seen at once all the same.
START_SECONDS = 600.0
STOP_SECONDS = 20.0
# Longer than a file of tests takes on a slow machine.
LONGEST_FILE = dt.timedelta(minutes=5)
SOMEBODY_IS_LATE = dt.time(0, 2)
LONDON = ZoneInfo("Europe/London")
# All that is handed on of this process's own environment: the tests' settings must not leak into the demo.
INHERITED = ("PATH", "HOME", "LANG", "TMPDIR")


@dataclass(frozen=True)
class Demo:
    """A demo that was started: its process, its folder and what it prints."""

    process: subprocess.Popen[bytes]
    folder: Path
    port: int
    printed: Path
    environment: dict[str, str]

    @property
    def url(self) -> str:
        """The address, without a slash at the end."""
        return f"http://127.0.0.1:{self.port}"

    def output(self) -> str:
        """Return what it has printed so far."""
        return self.printed.read_text()

    def log(self, part: str) -> str:
        """Return the log of web, worker, beat or broker."""
        return (self.folder / "logs" / f"{part}.log").read_text()

    def page(self, path: str) -> str:
        """Return a page that needs no log-in."""
        answer = requests.get(f"{self.url}{path}", timeout=20)
        answer.raise_for_status()
        return answer.text

    def beat(self) -> int:
        """Return the number of the process that says when it is time."""
        under = self.pids()
        return next(
            pid for line in processes("pid=,args=") if " beat" in line and (pid := int(line.split()[0])) in under
        )

    def pids(self) -> dict[int, str]:
        """Return all processes under the demo, those of its parts too: number and name."""
        known = [re.split(r"\s+", row.strip(), maxsplit=2) for row in processes("pid=,ppid=,comm=")]
        found = {self.process.pid: "demo"}
        while more := {int(pid): name for pid, parent, name in known if int(parent) in found and int(pid) not in found}:
            found |= more
        return found

    def stop(self, number: signal.Signals = signal.SIGINT) -> int:
        """Send a signal, as Ctrl-C does; return the exit code."""
        self.process.send_signal(number)
        return self.process.wait(STOP_SECONDS)

    def manage(self, *words: str) -> str:
        """Run a manage.py command on the demo's database; return what it printed."""
        done = subprocess.run(
            [sys.executable, "manage.py", *words],
            cwd=ROOT,
            env=self.settings(),
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def settings(self) -> dict[str, str]:
        """Return the environment that the demo's own parts run in."""
        secrets = dict(line.split("=", 1) for line in (self.folder / "secrets.env").read_text().splitlines())
        own = {
            "DATABASE_URL": f"sqlite:///{self.folder / 'clinic.sqlite3'}",
            "DEMO": "true",
            "HTTPS": "false",
            "SECOND_FACTOR": "false",
        }
        return own | secrets | self.environment


def processes(columns: str) -> list[str]:
    """Return a line for each process of the machine, whole: COLUMNS in the environment would cut it."""
    words = ("ps", "-A", "-ww", "-o", columns)
    return subprocess.run(words, capture_output=True, text=True, check=True).stdout.splitlines()


def demo_environment(folder: Path, port: int, extra: Mapping[str, str]) -> dict[str, str]:
    """Return the whole environment of a demo in ``folder``."""
    inherited = {name: os.environ[name] for name in INHERITED if name in os.environ}
    return {**inherited, "VAR_DIR": str(folder), "PORT": str(port), "PYTHONWARNINGS": "default", **extra}


@contextmanager
def run_demo(folder: Path, extra: Mapping[str, str], *, port: int | None = None) -> Iterator[Demo]:
    """Start `python -m clinic.demo` in ``folder`` with some settings; end it when it has not ended itself."""
    port = port or free_port()
    environment = demo_environment(folder, port, extra)
    printed = folder.parent / f"{folder.name}-{port}.out"
    with printed.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "clinic.demo"], cwd=ROOT, env=environment, stdout=output, stderr=subprocess.STDOUT
        )
    try:
        yield Demo(process, folder, port, printed, environment)
    finally:
        if process.poll() is None:
            process.terminate()
            process.wait(STOP_SECONDS)


def wait_until_ready(demo: Demo) -> None:
    """Wait for the address to be printed; AssertionError with the output when it ends before."""
    wait_for(lambda: demo.process.poll() is not None or "Log in with" in demo.output(), seconds=START_SECONDS)
    assert demo.process.poll() is None, demo.output()


@dataclass(frozen=True)
class Stack:
    """A running demo with a real mail server and a real text message gateway behind it."""

    demo: Demo
    mail: Server
    gateway: Server

    @property
    def url(self) -> str:
        """The address, without a slash at the end."""
        return self.demo.url


def run_beside(stack: Stack, module: str, *words: str) -> str:
    """Run a module of the tests on the stack's database, as itself; return what it printed."""
    done = subprocess.run(
        [sys.executable, "-m", module, *words],
        cwd=ROOT,
        env=os.environ | {"DJANGO_SETTINGS_MODULE": "clinic.settings"} | stack.demo.settings(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def make_for_today(stack: Stack, module: str, *words: str) -> str:
    """Run a module that puts visits into today, which has to last for a file of tests: shortly before midnight, into tomorrow.

    The first minutes of a day have to be over too: those are the minutes of who is late.
    """
    now = dt.datetime.now(LONDON)
    begins = dt.datetime.combine((now + LONGEST_FILE).date(), SOMEBODY_IS_LATE, LONDON)
    if now < begins:
        time.sleep((begins - now).total_seconds())
    return run_beside(stack, module, *words)


def in_room(stack: Stack, injector: str = "osei") -> str:
    """Put somebody new into an injector's room; return the address of their session form."""
    return f"/sessions/{run_beside(stack, 'tests.stack.room', injector).strip()}/record/"
