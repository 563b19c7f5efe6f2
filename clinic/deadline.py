"""An end for all of a call over the network. A time-out is one for each piece: whoever sends a byte now and then has none.

The line is cut from outside, by whichever of its sockets: nothing of a library has to look at a clock for it.
"""

import os
import socket
import threading
from collections.abc import Mapping
from contextlib import suppress
from contextvars import ContextVar
from types import TracebackType

from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection

_running: ContextVar["Deadline | None"] = ContextVar("deadline", default=None)


class Deadline:
    """Cut every line that is used inside after so many seconds. Raises TimeoutError then, whatever else was raised."""

    def __init__(self, seconds: float) -> None:
        self._timer = threading.Timer(seconds, self._cut)
        self._timer.daemon = True
        self._lock, self._lines, self._over = threading.Lock(), list[socket.socket](), False

    def __enter__(self) -> "Deadline":
        self._before = _running.set(self)
        self._timer.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._timer.cancel()
        _running.reset(self._before)
        with self._lock:
            for line in self._lines:
                line.close()
            self._lines.clear()
        if self._over and (error is None or isinstance(error, Exception)):
            raise TimeoutError("the call took too long") from error

    def mind(self, line: socket.socket) -> None:
        """Cut this line too when the time is over. A copy is kept: encryption takes the first one over."""
        with self._lock:
            self._lines.append(socket.socket(fileno=os.dup(line.fileno())))
        if self._over:
            self._cut()

    def _cut(self) -> None:
        with self._lock:
            self._over = True
            for line in self._lines:
                with suppress(OSError):  # the other end has gone already
                    line.shutdown(socket.SHUT_RDWR)


def mind(line: socket.socket) -> socket.socket:
    """Let the running deadline, where there is one, cut this line too; return the line."""
    if running := _running.get():
        running.mind(line)
    return line


class _Minded(HTTPConnection):
    """A connection that the running deadline cuts, be it a new line or one kept open from before."""

    def _new_conn(self) -> socket.socket:
        return mind(super()._new_conn())

    def request(self, *words: object, **names: object) -> None:
        """Ask."""
        if self.sock is not None:
            mind(self.sock)
        super().request(*words, **names)  # type: ignore[arg-type]


class _MindedSecurely(_Minded, HTTPSConnection):
    """The same, encrypted."""


class Plain(HTTPConnectionPool):
    """Connections that a deadline can cut."""

    ConnectionCls = _Minded


class Secure(HTTPSConnectionPool):
    """Encrypted connections that a deadline can cut."""

    ConnectionCls = _MindedSecurely


POOLS: Mapping[str, type[HTTPConnectionPool]] = {"http": Plain, "https": Secure}
