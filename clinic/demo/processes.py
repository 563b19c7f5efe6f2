"""Child processes of the demo: start them, notice when one dies, stop them all and leave none behind."""

import ctypes
import os
import signal
import subprocess  # nosec B404
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

LAST_LINES = 15
# How long each part gets to finish what it does before it is killed.
GRACE_SECONDS = 3.0
PR_SET_PDEATHSIG = 1


class PartDied(Exception):
    """A part of the demo ended by itself. The text names it and quotes its last lines."""


@dataclass(frozen=True)
class Part:
    """One running process, its own group's leader, and the file that holds what it said."""

    name: str
    process: subprocess.Popen[bytes]
    log: Path


@dataclass
class Parts:
    """The running parts, in the order in which they were started."""

    env: dict[str, str]
    folder: Path
    log_folder: Path
    running: list[Part] = field(default_factory=list)

    def start(self, name: str, command: Sequence[str]) -> None:
        """Start a part whose output goes to ``<log_folder>/<name>.log``.

        Each gets a session of its own: Ctrl-C in a terminal reaches only us, and we stop them in order.
        """
        log = self.log_folder / f"{name}.log"
        with log.open("ab") as output:
            process = subprocess.Popen(  # noqa: S603 - our own commands  # nosec B603
                command,
                cwd=self.folder,
                env=self.env,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=_end_with_parent,
            )
        self.running.append(Part(name, process, log))

    def check(self) -> None:
        """Raise PartDied when one has ended."""
        for part in self.running:
            code = part.process.poll()
            if code is not None:
                raise PartDied(f"The {part.name} stopped by itself (exit code {code}).\n{last_lines(part.log)}")

    def stop(self) -> None:
        """Stop all, the last started first, each with its children. What does not end in time is killed."""
        while self.running:
            _end(self.running.pop())


def last_lines(log: Path) -> str:
    """Return the end of a log, and where the rest is."""
    lines = log.read_text(errors="replace").splitlines()[-LAST_LINES:]
    return "\n".join([f"Last lines of {log}:", *(f"    {line}" for line in lines)])


def _end(part: Part) -> None:
    part.process.terminate()
    try:
        part.process.wait(GRACE_SECONDS)
    except subprocess.TimeoutExpired:
        part.process.kill()
        part.process.wait()
    try:
        os.killpg(part.process.pid, signal.SIGKILL)
    except ProcessLookupError:
        return  # the usual case: its children ended with it


def _end_with_parent() -> None:
    """Ask Linux to end this process when the demo is killed the hard way and cannot do it itself.

    The hard way too: asked to stop, a worker would first finish what it does, and nobody would be there to end its grace.
    Its own children, and those of the web server, notice that they are alone.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
