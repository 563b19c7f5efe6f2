"""An end for all of a call over the network. A time-out is one for each piece: whoever sends a byte now and then has none.

The line is cut from outside, by whichever of its sockets: nothing of a library has to look at a clock for it.
"""

import os
import socket
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from contextvars import ContextVar
from math import inf
from types import TracebackType

from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection

_running: ContextVar["Deadline | None"] = ContextVar("deadline", default=None)


class Deadline:
    """Cut every line that is used inside after so many seconds. Raises TimeoutError then, whatever else was raised."""

    def __init__(self, seconds: float) -> None:
        self._seconds, self.at = seconds, inf
        self._lock, self._lines, self._over = threading.Lock(), list[socket.socket](), False

    def __enter__(self) -> "Deadline":
        self._before = _running.set(self)
        self.at = time.monotonic() + self._seconds
        _watch.begin(self)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        _watch.end(self)
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
            self.cut()

    def cut(self) -> None:
        """Cut all lines, and each that is used from now on."""
        with self._lock:
            self._over = True
            for line in self._lines:
                with suppress(OSError):  # the other end has gone already
                    line.shutdown(socket.SHUT_RDWR)


class _Watch:
    """One thread that cuts what is late, for all deadlines of a process: one for each cost as much as a twentieth of a letter.

    It sleeps until the first that it knows of, also when that was met: most are, and the next is later than the last.
    """

    def __init__(self) -> None:
        self.anew()

    def anew(self) -> None:
        """Begin with nothing: in a process that was forked no thread of its parent runs, and nobody lets go of its locks."""
        self._changed, self._running = threading.Condition(), set[Deadline]()
        self._thread: threading.Thread | None = None
        self._wakes_at = inf

    def begin(self, deadline: Deadline) -> None:
        """Mind a deadline from now on."""
        with self._changed:
            self._running.add(deadline)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="deadlines", daemon=True)
                self._thread.start()
            elif deadline.at < self._wakes_at:
                self._changed.notify()

    def end(self, deadline: Deadline) -> None:
        """Mind it no longer: it was met, or it is over."""
        with self._changed:
            self._running.discard(deadline)

    def _run(self) -> None:
        while True:
            for deadline in self._wait():
                deadline.cut()

    def _wait(self) -> list[Deadline]:
        """Return those that are over, once any may be."""
        with self._changed:
            self._wakes_at = min((deadline.at for deadline in self._running), default=inf)
            self._changed.wait(None if self._wakes_at == inf else max(0.0, self._wakes_at - time.monotonic()))
            now = time.monotonic()
            late = [deadline for deadline in self._running if deadline.at <= now]
            self._running.difference_update(late)
            return late


_watch = _Watch()
os.register_at_fork(after_in_child=_watch.anew)


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
