"""Starting the servers from a test, and waiting until they listen."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent.parent
PATIENCE = 20.0


@dataclass(frozen=True)
class Server:
    """A running server: where it listens, what it wrote down, and the settings that lead to it."""

    port: int
    log: Path
    environment: dict[str, str] = field(default_factory=dict)

    def tell(self, how: str) -> None:
        """Let everything from now on fail in a way that the server knows; with "" all is well again."""
        new = self.log.with_suffix(".telling")
        new.write_text(how)
        new.replace(self.log.with_suffix(".control"))

    def received(self) -> list[dict[str, Any]]:
        """Return what arrived so far, in order."""
        if not self.log.exists():
            return []
        lines = self.log.read_text(encoding="utf-8").split("\n")
        return [json.loads(line) for line in lines[:-1]]  # the last one is empty, or still being written


def free_port() -> int:
    """Return a TCP port that is free at the moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(what: Callable[[], bool], *, seconds: float = PATIENCE) -> None:
    """Wait until something is so; AssertionError when it does not become so in time."""
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end, "waited too long"
        time.sleep(0.05)


def listens(port: int) -> bool:
    """Return whether something takes connections on a port."""
    with socket.socket() as probe:
        probe.settimeout(0.5)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def start(command: Sequence[str], *, environment: dict[str, str] | None = None, log: Path) -> subprocess.Popen[bytes]:
    """Start a process as the head of its own group; what it says goes to ``log``."""
    with log.open("ab") as output:
        return subprocess.Popen(
            command,
            cwd=ROOT,
            env=os.environ | (environment or {}),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


def kill_group(process: subprocess.Popen[bytes]) -> None:
    """End a process and its children the hard way, without a chance to tidy up."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


@contextmanager
def mail_server(folder: Path, *options: str) -> Iterator[Server]:
    """Run a mail server; ``options`` as tests.servers.mail takes them."""
    with _running("mail", folder, options) as (port, log):
        yield Server(port, log, {"EMAIL_URL": f"smtp://127.0.0.1:{port}"})


@contextmanager
def sms_gateway(folder: Path, *options: str) -> Iterator[Server]:
    """Run a text message gateway; ``options`` as tests.servers.gateway takes them."""
    with _running("gateway", folder, options) as (port, log):
        environment = {
            "SMS_GATEWAY_URL": f"http://127.0.0.1:{port}",
            "SMS_GATEWAY_ACCOUNT": "AC0123456789",
            "SMS_GATEWAY_TOKEN": "a made-up token",
        }
        yield Server(port, log, environment)


@contextmanager
def _running(name: str, folder: Path, options: Sequence[str]) -> Iterator[tuple[int, Path]]:
    port, log = free_port(), folder / f"{name}.jsonl"
    command = [sys.executable, "-m", f"tests.servers.{name}", "--port", str(port), "--log", str(log)]
    command += ["--control", str(log.with_suffix(".control")), *options]
    process = start(command, log=folder / f"{name}.log")
    try:
        wait_for(lambda: process.poll() is not None or listens(port))
        assert process.poll() is None, (folder / f"{name}.log").read_text()
        yield port, log
    finally:
        kill_group(process)
