"""A program that is told: a small web server of this process, which keeps what it heard and answers as it was told to."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import NamedTuple


class Heard(NamedTuple):
    """One call."""

    path: str
    headers: dict[str, str]
    body: bytes


class Listener:
    """What it heard, and the answers that it gives, one after the other; then 204 for ever."""

    def __init__(self) -> None:
        self.heard: list[Heard] = []
        self.answers: list[int] = []
        self.url = ""

    def hear(self, call: Heard) -> int:
        """Keep a call; return the answer to it."""
        self.heard.append(call)
        return self.answers.pop(0) if self.answers else 204


@contextmanager
def listening() -> Iterator[Listener]:
    """Run a listener at an address of its own."""
    listener = Listener()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            status = listener.hear(Heard(self.path, headers, body))
            self.send_response(status)
            if status == 302:
                self.send_header("location", f"{listener.url}elsewhere")
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    listener.url = f"http://127.0.0.1:{server.server_port}/"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield listener
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
