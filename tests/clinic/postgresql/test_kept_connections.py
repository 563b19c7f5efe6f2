"""A connection that was kept costs no question while it lives, and one that has ended is replaced in time."""

import select
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connection as suite
from django.db.backends.postgresql import base
from django.db.utils import ConnectionHandler

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(suite.vendor != "postgresql", reason="SQLite has no server that could end a connection"),
]


@contextmanager
def opened() -> Iterator[Any]:
    """Give a connection of its own, kept from request to request."""
    handler = ConnectionHandler({"default": suite.settings_dict | {"CONN_HEALTH_CHECKS": True, "CONN_MAX_AGE": 60}})
    connection = handler["default"]
    try:
        yield connection
    finally:
        connection.close()


@pytest.fixture
def kept() -> Iterator[Any]:
    """A connection that has answered one request, at the beginning of the next."""
    with opened() as connection:
        process(connection)
        connection.close_if_unusable_or_obsolete()
        yield connection


@pytest.fixture
def questions(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """The connections that were asked whether they live."""
    asked: list[object] = []
    ask = base.DatabaseWrapper.is_usable

    def listened(connection: base.DatabaseWrapper) -> bool:
        asked.append(connection)
        return ask(connection)

    monkeypatch.setattr(base.DatabaseWrapper, "is_usable", listened)
    return asked


def process(connection: Any) -> int:
    """Return the number of the server's process that answers here."""
    return int(tell(connection, "SELECT pg_backend_pid()"))


def tell(connection: Any, statement: str, *values: object) -> Any:
    """Send a statement; return what it answers first, or None."""
    with connection.cursor() as cursor:
        cursor.execute(statement, values or None)
        return cursor.fetchone()[0] if cursor.description else None


def test_a_living_connection_is_not_asked(kept: Any, questions: list[object]) -> None:
    before = kept.connection.info.backend_pid
    assert process(kept) == before
    assert not questions


def test_one_that_the_server_ended_is_replaced_before_the_next_statement(kept: Any) -> None:
    before = kept.connection.info.backend_pid
    with opened() as other:
        tell(other, "SELECT pg_terminate_backend(%s, 5000)", before)
    assert process(kept) != before


def test_one_to_which_the_server_has_sent_something_is_asked_and_kept(kept: Any, questions: list[object]) -> None:
    before = process(kept)
    tell(kept, "LISTEN news")
    with opened() as other:
        tell(other, "NOTIFY news")
    select.select([kept.connection], [], [], 5)
    kept.close_if_unusable_or_obsolete()
    assert process(kept) == before
    assert questions == [kept]


def test_one_in_a_transaction_that_failed_is_replaced(kept: Any) -> None:
    before = kept.connection.info.backend_pid
    kept.connection.execute("BEGIN")
    with pytest.raises(Exception, match="division by zero"):
        kept.connection.execute("SELECT 1 / 0")
    assert process(kept) != before
