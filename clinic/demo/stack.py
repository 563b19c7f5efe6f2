"""The whole clinic on one machine for a look: database, made-up people, broker, web, worker and beat.

A real installation starts web, worker and beat itself (docs/operations.md); this is what `make demo` runs.
"""

import fcntl
import signal
import socket
import subprocess  # nosec B404
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn

from clinic.demo.broker import private_broker
from clinic.demo.environment import BASE_DIR, build, folder, start_over
from clinic.demo.logins import LOGINS, PASSWORD
from clinic.demo.processes import PartDied, Parts, last_lines

PORT = 8000
START_SECONDS = 60
WATCH_SECONDS = 0.5


class CannotStart(Exception):
    """The demo cannot run; the text says why and what to do."""


class Stopped(Exception):
    """Somebody pressed Ctrl-C, closed the terminal or sent SIGTERM."""


def run(outside: Mapping[str, str]) -> int:
    """Run the demo until it is stopped; return the exit code. ``outside`` is the environment: PORT, RESET, settings."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _stop)
    try:
        port = _free(outside.get("PORT") or str(PORT))
        var_dir = folder(outside)
        with _alone_in(var_dir):
            if outside.get("RESET") == "1":
                _start_over(var_dir, outside)
            _serve(build(outside, var_dir, port), var_dir, port)
    except Stopped:
        say("Stopped.")
        return 0
    except (CannotStart, PartDied) as reason:
        say(str(reason))
        return 1


def say(text: str) -> None:
    """Print for the person at the terminal."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def _stop(number: int, frame: Any) -> None:
    raise Stopped


def _free(text: str) -> int:
    """Return the port, refused in words when it is no number or another program listens there."""
    if not text.isdecimal() or not 0 < int(text) < 65536:
        raise CannotStart(f"PORT is {text!r}. Write a number such as {PORT}.")
    with socket.socket() as probe:
        # As gunicorn does: a connection that is only fading away does not count as taken.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", int(text)))
        except OSError as error:
            raise CannotStart(f"Port {text} is not free. Choose another: make demo PORT={int(text) + 1}") from error
    return int(text)


@contextmanager
def _alone_in(var_dir: Path) -> Iterator[None]:
    """Keep a second demo off the same folder: it would start over under the feet of the first."""
    with (var_dir / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise CannotStart("The demo is already running. Stop it with Ctrl-C in its own terminal.") from error
        yield


def _start_over(var_dir: Path, outside: Mapping[str, str]) -> None:
    if "DATABASE_URL" in outside:
        raise CannotStart("RESET=1 empties only the demo's own database. Empty the one in DATABASE_URL yourself.")
    start_over(var_dir)


def _serve(env: dict[str, str], var_dir: Path, port: int) -> NoReturn:
    logs = var_dir / "logs"
    logs.mkdir(exist_ok=True)
    parts = Parts(env, BASE_DIR, logs)
    try:
        _prepare(env, logs / "prepare.log")
        if "REDIS_URL" not in env:
            env["REDIS_URL"] = private_broker(parts.start, var_dir)
        _start(parts, port)
        _wait_for_web(parts, port)
        say(_welcome(env, var_dir))
        while True:
            time.sleep(WATCH_SECONDS)
            parts.check()
    finally:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        parts.stop()


def _prepare(env: dict[str, str], log: Path) -> None:
    """Bring database and static files up to date; load the made-up clinics into an empty database."""
    say("Preparing the database. The first time takes about half a minute.")
    with log.open("ab") as output:
        done = subprocess.run(  # our own code  # nosec B603
            [sys.executable, "-m", "clinic.demo.preparation"],
            cwd=BASE_DIR,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            check=False,
        )
    if done.returncode:
        raise CannotStart(f"The demo could not be prepared.\n{last_lines(log)}")


def _start(parts: Parts, port: int) -> None:
    celery = [sys.executable, "-m", "celery", "--app", "clinic.celery", "--quiet"]
    # Threads, because browsers open connections ahead of need and a worker without them would wait on the idle ones.
    gunicorn = [sys.executable, "-m", "gunicorn", "clinic.wsgi", "--config", "python:clinic.gunicorn"]
    gunicorn += ["--workers", "2", "--bind", f"127.0.0.1:{port}"]
    parts.start("web", gunicorn)
    parts.start("worker", [*celery, "worker", "--concurrency", "2", "--loglevel", "INFO", "--without-mingle"])
    parts.start("beat", [*celery, "beat", "--loglevel", "INFO", "--pidfile="])


def _wait_for_web(parts: Parts, port: int) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        parts.check()
        if _answers(port):
            return
        time.sleep(0.2)
    raise CannotStart(
        f"The web server did not answer within {START_SECONDS} seconds.\n{last_lines(parts.log_folder / 'web.log')}"
    )


def _answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/log-in/", timeout=5):  # nosec B310
            return True
    except OSError:
        return False


def _welcome(env: Mapping[str, str], var_dir: Path) -> str:
    width = max(len(login.email) for login in LOGINS)
    people = [
        f"    {login.email:<{width}}  {', '.join(f'{role} at {clinic}' for clinic, role in login.roles.items())}"
        for login in LOGINS
    ]
    return "\n".join(
        [
            "",
            f"Twelve Weeks runs at {env['BASE_URL']}",
            "",
            f"Log in with the password: {PASSWORD}",
            *(line.replace("_", " ") for line in people),
            "",
            f"Everybody is made up. Logs are in {var_dir / 'logs'}. Ctrl-C stops it.",
        ]
    )
