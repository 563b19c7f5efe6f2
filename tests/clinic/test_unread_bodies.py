"""What is sent to a page that does not read it, by gunicorn's own way of reading."""

import socket
from collections.abc import Iterator
from typing import Any

import pytest
from gunicorn.config import Config
from gunicorn.http.parser import RequestParser

from clinic.unread_bodies import post_request

# More than gunicorn reads by itself of what no page read, and no more than waits in a connection.
LENGTH = 100_000


@pytest.fixture
def ends() -> Iterator[tuple[socket.socket, socket.socket]]:
    """The two ends of a connection: who asks, and the server."""
    asking, serving = socket.socketpair()
    with asking, serving:
        yield asking, serving


def asked(ends: tuple[socket.socket, socket.socket], *, sent: int) -> Any:
    """Return the request for a form of which so much has been sent."""
    asking, serving = ends
    asking.sendall(f"POST /import/ HTTP/1.1\r\nContent-Length: {LENGTH}\r\n\r\n".encode() + b"a" * sent)
    return next(RequestParser(Config(), serving, ("127.0.0.1", 1)))


def test_is_read_to_its_end_so_that_the_answer_arrives(ends: tuple[socket.socket, socket.socket]) -> None:
    request = asked(ends, sent=LENGTH)
    post_request(None, request)
    ends[1].setblocking(False)
    with pytest.raises(BlockingIOError):
        ends[1].recv(1)


def test_from_somebody_slow_is_given_up(ends: tuple[socket.socket, socket.socket]) -> None:
    request = asked(ends, sent=LENGTH // 2)
    post_request(None, request, seconds=0.05)
    assert request.body.read(0) == b""


def test_from_somebody_who_has_gone_is_no_error(ends: tuple[socket.socket, socket.socket]) -> None:
    request = asked(ends, sent=LENGTH // 2)
    ends[0].close()
    post_request(None, request)
