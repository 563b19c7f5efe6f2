"""One writes at a time, and a turn that is over is over: after a commit, an error, a lost connection."""

import fcntl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.db import OperationalError
from django.db.backends.sqlite3 import base
from django.db.utils import ConnectionHandler

TURN = "clinic.sqlite3-turn"

pytestmark = pytest.mark.django_db


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A database file with a table of names."""
    path = tmp_path / "clinic.sqlite3"
    with opened(path) as connection, connection.cursor() as cursor:
        cursor.execute("CREATE TABLE names (name text)")
    return path


@contextmanager
def opened(path: Path, timeout: float = 5) -> Iterator[Any]:
    """Give a connection of our kind to a file."""
    options = {"transaction_mode": "IMMEDIATE", "timeout": timeout}
    handler = ConnectionHandler({"default": {"ENGINE": "clinic.sqlite", "NAME": str(path), "OPTIONS": options}})
    connection = handler["default"]
    try:
        yield connection
    finally:
        connection.close()


def begin(connection: Any) -> None:
    connection.set_autocommit(False, force_begin_transaction_with_broken_autocommit=True)


def is_free(path: Path) -> bool:
    """Return whether nobody has the turn."""
    with path.with_name(TURN).open() as turn:
        try:
            fcntl.flock(turn, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True


def test_who_writes_has_the_turn_until_the_commit(file: Path) -> None:
    with opened(file) as connection:
        begin(connection)
        assert not is_free(file)
        connection.commit()
        assert is_free(file)


def test_a_rollback_gives_the_turn_up(file: Path) -> None:
    with opened(file) as connection:
        begin(connection)
        connection.rollback()
        assert is_free(file)


def test_a_connection_that_closes_in_the_middle_gives_the_turn_up(file: Path) -> None:
    with opened(file) as connection:
        begin(connection)
        connection.close()
        assert is_free(file)


def test_who_only_reads_needs_no_turn(file: Path) -> None:
    with opened(file) as writer, opened(file) as reader:
        begin(writer)
        with reader.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM names")
            assert cursor.fetchone() == (0,)


def test_the_second_writer_waits_for_the_first(file: Path) -> None:
    with opened(file) as first:
        begin(first)
        waiting = threading.Thread(target=write, args=[file])
        waiting.start()
        time.sleep(0.05)
        assert waiting.is_alive()
        first.commit()
        waiting.join(timeout=5)
        assert not waiting.is_alive()
        with first.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM names")
            assert cursor.fetchone() == (1,)


def write(path: Path) -> None:
    with opened(path) as connection:
        begin(connection)
        with connection.cursor() as cursor:
            cursor.execute("INSERT INTO names VALUES ('Maria')")
        connection.commit()


def test_after_the_time_that_one_waits_sqlite_says_that_the_file_is_locked(file: Path) -> None:
    with opened(file) as first, opened(file, timeout=0.02) as second:
        begin(first)
        with pytest.raises(OperationalError, match="locked"):
            begin(second)
        first.commit()
        assert is_free(file)


def test_a_program_that_knows_no_turns_is_waited_for_all_the_same(file: Path) -> None:
    """SQLite's own lock stays what keeps two writers apart."""
    with opened(file) as first, opened(file, timeout=0.02) as second:
        with first.cursor() as cursor:
            cursor.execute("BEGIN IMMEDIATE")
        with pytest.raises(OperationalError, match="locked"):
            begin(second)
        assert is_free(file)
        with first.cursor() as cursor:
            cursor.execute("ROLLBACK")


def test_a_database_in_memory_has_no_file_for_turns(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with opened(Path(":memory:")) as connection:
        begin(connection)
        connection.commit()
        connection.connection.close()  # Django leaves such a database open: it would be gone
    assert not list(tmp_path.iterdir())


def test_whoever_made_the_file_for_turns_shuts_nobody_out(file: Path) -> None:
    """The copy may be root's work, and the pages another's: reading the file is enough to lock it."""
    turn = file.with_name(TURN)
    assert turn.stat().st_mode & 0o444 == 0o444
    turn.chmod(0o444)
    write(file)
    assert is_free(file)


def test_a_connection_that_cannot_be_closed_gives_the_turn_up(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: Any) -> None:
        raise OperationalError("unable to close")

    with opened(file) as connection:
        begin(connection)
        left = connection.connection
        with monkeypatch.context() as patch:
            patch.setattr(base.DatabaseWrapper, "_close", fail)
            with pytest.raises(OperationalError, match="unable to close"):
                connection.close()
        assert is_free(file)
        left.close()
