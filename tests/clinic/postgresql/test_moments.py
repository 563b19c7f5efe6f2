"""Moments are read as Django reads them, only sooner."""

import datetime as dt
from typing import Any

import pytest
from django.db import DataError, connection
from django.db.backends.postgresql.psycopg_any import BaseTzLoader
from psycopg.types.datetime import TimestamptzLoader

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(connection.vendor != "postgresql", reason="only PostgreSQL has readers of its own"),
]

AS_WRITTEN = [
    "2026-11-23 10:30:00+00",
    "2026-11-23 10:30:00.5+00",
    "2026-11-23 10:30:00.000001+00",
    "2026-11-23 10:30:59.99999+00",
    "0001-01-01 00:00:00+00",
    "9999-12-31 23:59:59.999999+00",
]


def read(written: str) -> Any:
    """Return what a connection makes of a moment."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT CAST(%s AS timestamptz)", [written])
        return cursor.fetchone()[0]


@pytest.mark.parametrize("written", AS_WRITTEN)
def test_each_is_what_the_regular_expression_finds(written: str) -> None:
    found = read(written)
    assert found == TimestamptzLoader(0, connection.connection).load(written.encode())
    assert found.tzinfo is dt.UTC


def test_none_of_them_is_taken_apart_in_python(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[object] = []
    monkeypatch.setattr(BaseTzLoader, "load", lambda _loader, data: asked.append(data))
    for written in AS_WRITTEN:
        read(written)
    assert asked == []


@pytest.mark.parametrize("written", ["infinity", "10000-01-01 00:00:00+00", "0044-03-15 12:00:00+00 BC"])
def test_what_python_cannot_say_is_refused_as_before(written: str) -> None:
    with pytest.raises(DataError):
        read(written)


def test_a_moment_given_with_another_offset_comes_back_as_the_same_one() -> None:
    assert read("2026-11-23 12:30:00+02") == dt.datetime(2026, 11, 23, 10, 30, tzinfo=dt.UTC)
