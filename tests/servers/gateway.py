"""A text message gateway with Twilio's HTTP interface: ``python -m tests.servers.gateway --port P --log FILE``.

POST /2010-04-01/Accounts/{account}/Messages.json takes a message and answers 201; GET lists them, filtered by To. As they
are all still queued none has a date on which it was sent, so that none is found by one.
Each message taken becomes one line of JSON: sid, to, from, body, at. ``--delay`` waits after writing and before the
answer. ``--fail 500:3`` fails the first three posts; the file of ``--control`` holds how every post fails while it is
not empty. A post fails as 429, 500 or another status (301 leads to the same address), or as 400 with a longer number for
its code; refuse (the line is closed at once), hang (nothing is taken and
nothing answered), drop (taken, and the line closed) or silent (taken, and nothing answered). ``--unknown NUMBER``
answers error 21211 for that number, ``--stopped NUMBER`` 21610; with ``--mute`` it cannot be asked what it took.
"""

import argparse
import json
import threading
import time
import uuid
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

HANG_SECONDS = 30.0
TAKES = frozenset({"drop", "silent"})
LAST_STATUS = 599


class Gateway(ThreadingHTTPServer):
    """The server with what it knows."""

    daemon_threads = True

    def __init__(self, given: argparse.Namespace) -> None:
        super().__init__(("127.0.0.1", given.port), Handler)
        self.given, self.lock = given, threading.Lock()
        self.messages: list[dict[str, Any]] = []
        how, _, times = (given.fail or ":0").partition(":")
        self.failure, self.failures_left = how, int(times)

    def take(self, form: dict[str, str]) -> dict[str, Any]:
        """Keep a message and write it down."""
        message = {
            "sid": f"SM{uuid.uuid4().hex}",
            "to": form["To"],
            "from": form["From"],
            "body": form["Body"],
            "status": "queued",
            "date_created": formatdate(),
            "date_sent": None,
            "at": time.time(),
        }
        with self.lock, self.given.log.open("a", encoding="utf-8") as log:
            self.messages.append(message)
            log.write(json.dumps(message) + "\n")
        return message

    def next_failure(self) -> str:
        """Return how this post is to fail, or nothing."""
        control = self.given.control
        told = control.read_text() if control and control.exists() else ""
        if told:
            return told
        with self.lock:
            if not self.failures_left:
                return ""
            self.failures_left -= 1
            return self.failure


class Handler(BaseHTTPRequestHandler):
    """One request."""

    server: Gateway

    def do_POST(self) -> None:
        """Take a message, or fail as told."""
        form = self._form()
        failure, to = self.server.next_failure(), form.get("To", "")
        if failure in TAKES:
            self.server.take(form)
        if failure in {"hang", "silent"}:
            time.sleep(HANG_SECONDS)
        elif failure in {"refuse", "drop"}:
            self.close_connection = True
        elif failure:
            number = int(failure)
            status, code = (400, number) if number > LAST_STATUS else (number, 20000 + number)
            self._answer(status, {"code": code, "message": "told to fail"})
        elif to in self.server.given.unknown:
            self._answer(400, {"code": 21211, "message": "Invalid 'To' Phone Number"})
        elif to in self.server.given.stopped:
            self._answer(400, {"code": 21610, "message": "Attempt to send to unsubscribed recipient"})
        else:
            message = self.server.take(form)
            time.sleep(self.server.given.delay)
            self._answer(201, message)

    def do_GET(self) -> None:
        """List the messages to a number."""
        if self.server.given.mute:
            self._answer(405, {"code": 20004, "message": "Method not allowed"})
            return
        asked = parse_qs(urlsplit(self.path).query)
        by_date = any(name.startswith("DateSent") for name in asked)
        with self.server.lock:
            found = [one for one in self.server.messages if [one["to"]] == asked.get("To") and not by_date]
        self._answer(200, {"messages": found})

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 (the library's name)
        """Say nothing."""

    def _form(self) -> dict[str, str]:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        return {name: values[0] for name, values in parse_qs(body).items()}

    def _answer(self, status: int, content: dict[str, Any]) -> None:
        body = json.dumps(content).encode()
        try:
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            if status in {301, 302}:
                self.send_header("Location", self.path)
            self.end_headers()
            self.wfile.write(body)
        except ConnectionError:
            return  # the asker was killed


def main() -> None:
    """Serve until ended."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--log", type=Path, required=True)
    parser.add_argument("--delay", type=float, default=0.0, help="seconds before each yes")
    parser.add_argument("--fail", help="how:times, such as 500:3, 429:1 or hang:2")
    parser.add_argument("--control", type=Path, help="a file with how to fail, read for each post")
    parser.add_argument("--mute", action="store_true", help="cannot be asked")
    parser.add_argument("--unknown", action="append", default=[])
    parser.add_argument("--stopped", action="append", default=[])
    Gateway(parser.parse_args()).serve_forever()


if __name__ == "__main__":
    main()
