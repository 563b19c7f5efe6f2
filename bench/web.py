"""Booking as it is done: over HTTP, with a log-in, a session, CSRF, permissions and history, at 8 and 32 connections."""

import http.client
import os
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.crypto import get_random_string

from bench.booking import raw_rate
from bench.clients import Act, Outcome, share, together
from bench.report import ROOT, Row
from bench.world import DESK, World, counted
from tests.servers.processes import free_port, listens, wait_for
from treatments.models import Course
from treatments.slots import Slot

BOOKINGS = {8: 480, 32: 640}
# So many are booked first, and have a row of their own: a server runs for weeks, and starts once.
FIRST = 80
TARGET_RATIO, TARGET_P99 = 0.15, 50
# As deploy/ starts it, with one process a core.
GUNICORN = ("--config", "python:clinic.gunicorn", "--workers", "2", "--log-level", "error")


class Browser:
    """One connection to the server with the cookies of somebody who has logged in."""

    def __init__(self, port: int, cookies: dict[str, str]) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self.cookies = cookies

    def ask(self, method: str, path: str, body: str | None = None) -> tuple[int, bytes]:
        """Send a request; a connection that the server has closed meanwhile is opened again."""
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        try:
            answer, content = self._send(method, path, body, headers)
        except (http.client.RemoteDisconnected, ConnectionError):
            # The server closes a connection that was idle for two seconds. The form's uid makes a second copy harmless.
            self.connection.close()
            answer, content = self._send(method, path, body, headers)
        return answer.status, content

    def _send(
        self, method: str, path: str, body: str | None, headers: dict[str, str]
    ) -> tuple[http.client.HTTPResponse, bytes]:
        self.connection.request(method, path, body, headers)
        answer = self.connection.getresponse()
        return answer, answer.read()

    def post(self, path: str, **form: str) -> int:
        """Send a form as this browser, with its token."""
        return self.ask("POST", path, urlencode({"csrfmiddlewaretoken": self.cookies["csrftoken"]} | form))[0]


def cookies(world: World) -> dict[str, str]:
    """Return the cookies of a new session. Logging in itself is slow by design, so it is left out of the measure."""
    session = world.client(DESK).cookies["session"].value
    return {"session": session, "csrftoken": get_random_string(32)}


@contextmanager
def server(world: World) -> Iterator[int]:
    """Run gunicorn on this database; give its port."""
    port, log = free_port(), world.folder / "web.log"
    command = [sys.executable, "-m", "gunicorn", "clinic.wsgi", "--bind", f"127.0.0.1:{port}", *GUNICORN]
    with log.open("ab") as output:
        process = subprocess.Popen(command, cwd=ROOT, env=os.environ, stdout=output, stderr=subprocess.STDOUT)
    try:
        wait_for(lambda: process.poll() is not None or listens(port))
        if process.poll() is not None:
            raise RuntimeError(log.read_text())
        yield port
    finally:
        process.terminate()
        process.wait(20)


def measure(world: World) -> list[Row]:
    """Book over HTTP just after a start, then with 8 and with 32 connections, beside the raw transaction at 8."""
    statements = _statements(world)
    with server(world) as port:
        rows = [_first(world, port)]
        for clients, number in BOOKINGS.items():
            rows.append(_row(world, port, clients, number, statements))
            time.sleep(1)
    return rows


def _first(world: World, port: int) -> Row:
    found = _booked(world, port, 8, FIRST)
    return Row(
        "Booking over HTTP, the first after a start, p99", world.engine, world.size, found.p99,
        note=f"{FIRST} bookings on 8 connections: each process connects to the database and asks it all for the first time",
    )  # fmt: skip


def _booked(world: World, port: int, clients: int, number: int) -> Outcome:
    pairs = list(zip(world.candidates(number), world.free_times(number), strict=True))
    sessions = [cookies(world) for _ in range(clients)]

    def prepare(index: int) -> Sequence[Act]:
        browser = Browser(port, sessions[index])
        browser.ask("GET", reverse("treatments:recall"))  # nobody books who has opened no page
        return [_book(browser, course, slot) for course, slot in share(pairs, index, clients)]

    return together(prepare, clients)


def _row(world: World, port: int, clients: int, number: int, statements: int) -> Row:
    raw = raw_rate(world)  # first: it books too, and takes people and times with it
    found = _booked(world, port, clients, number)
    ratio = found.rate / raw.rate
    right = found.tally["won"] == number
    if clients == 8:
        target = f"at least {TARGET_RATIO} of raw; p99 {TARGET_P99} ms"
        met = ratio >= TARGET_RATIO and found.p99 <= TARGET_P99 and right
    else:
        target, met = "no error", right
    return Row(
        f"Booking over HTTP, {clients} connections", world.engine, world.size, found.rate, "per s", raw.rate,
        target=target, met=met,
        note=f"p99 {found.p99:.0f} ms, {number - found.tally['won']} errors, {statements} statements a request",
    )  # fmt: skip


def _book(browser: Browser, course: Course, slot: Slot) -> Act:
    path = reverse("treatments:book", args=[course.uid])

    def act() -> str:
        try:
            status = browser.post(path, slot=slot.code, uid=str(uuid.uuid4()), note="")
        except (OSError, http.client.HTTPException) as error:
            browser.connection.close()
            return type(error).__name__
        return {302: "won", 409: "lost"}.get(status, str(status))

    return act


def _statements(world: World) -> int:
    """Return how many statements one booking over HTTP sends."""
    client = world.client(DESK)
    course, slot = world.candidates(1)[0], world.free_times(1)[0]
    with counted() as sent:
        answer = client.post(
            reverse("treatments:book", args=[course.uid]), {"slot": slot.code, "uid": str(uuid.uuid4())}
        )
    if answer.status_code != 302:
        raise ValueError(f"booking answered {answer.status_code}")
    return len(sent)
