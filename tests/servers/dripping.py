"""A server of this process that never stops answering: a few bytes at once, then one now and then."""

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

# Less than every time-out, and an end after half a minute in any case.
PAUSE_SECONDS, MOST_BYTES = 0.1, 300


@contextmanager
def dripping(
    begin: bytes = b"HTTP/1.1 204 No Content\r\n",
    drop: bytes = b"x-more: y\r\n",
    secure: ssl.SSLContext | None = None,
    *,
    greets: bool = False,
) -> Iterator[int]:
    """Run a server that answers so, or ``greets`` so whoever connects; give its port."""
    ended = threading.Event()

    def drip(plain: socket.socket) -> None:
        with suppress(OSError), secure.wrap_socket(plain, server_side=True) if secure else plain as line:
            if not greets:
                line.recv(65536)
            line.sendall(begin)
            for number in range(MOST_BYTES):
                if ended.wait(PAUSE_SECONDS):
                    return
                line.sendall(drop[number % len(drop)].to_bytes())

    def serve() -> None:
        while not ended.is_set():
            with suppress(OSError):
                threading.Thread(target=drip, args=(listening.accept()[0],), daemon=True).start()

    with socket.create_server(("127.0.0.1", 0)) as listening:
        threading.Thread(target=serve, daemon=True).start()
        try:
            yield listening.getsockname()[1]
        finally:
            ended.set()
            listening.shutdown(socket.SHUT_RDWR)
