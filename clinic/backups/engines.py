"""Taking everything out of a database and putting it back, in the way that each engine can be trusted with.

PostgreSQL: its own pg_dump, on the snapshot in which the rows are counted, and pg_restore; all or nothing. SQLite: its
backup interface, which waits for nobody and copies a whole.
"""

import contextlib
import os
import re
import shutil
import sqlite3
import subprocess  # nosec B404
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.db import connection, transaction

from clinic.backups import Unfit

EMPTY = "DROP SCHEMA public CASCADE; CREATE SCHEMA public;"
# Filled by migrate and by processes that run: a database with nothing but these holds nobody.
OF_MIGRATE = frozenset({"django_migrations", "django_content_type", "auth_permission"})
OF_PROCESSES = frozenset(
    {"reminders_heartbeat", "reminders_tries", "clinic_audithead", "clinic_auditcheck", "clinic_cache"}
    | {"clinic_staffsession", "clinic_setuptoken"}
)
SQLITE_OWN = "sqlite_"


def counts(cursor: Any, tables: list[str]) -> dict[str, int]:
    """Return how many rows each table holds."""
    found = {}
    for table in sorted(tables):
        cursor.execute(f"SELECT count(*) FROM {connection.ops.quote_name(table)}")  # noqa: S608  # nosec B608
        found[table] = cursor.fetchone()[0]
    return found


def rows_now() -> dict[str, int]:
    """Return how many rows each table of ours holds."""
    with connection.cursor() as cursor:
        names = connection.introspection.table_names(cursor)
        return counts(cursor, [name for name in names if not name.startswith(SQLITE_OWN)])


def in_use() -> bool:
    """Return whether anything would be lost by putting a copy over the database."""
    return any(number for table, number in rows_now().items() if table not in OF_MIGRATE | OF_PROCESSES)


def dump(target: Path) -> dict[str, int]:
    """Write everything to a file; return the number of rows of each table in it."""
    return _dump_sqlite(target) if connection.vendor == "sqlite" else _dump_postgresql(target)


def load(source: Path) -> None:
    """Replace everything by what is in the file, or change nothing."""
    if connection.vendor == "sqlite":
        _load_sqlite(source)
    else:
        _load_postgresql(source)


def _dump_sqlite(target: Path) -> dict[str, int]:
    connection.ensure_connection()
    with contextlib.closing(sqlite3.connect(target)) as copy:
        try:
            connection.connection.backup(copy)
        except sqlite3.Error as error:
            raise Unfit(f"SQLite cannot write the copy: {error}.") from error
        # A file that stands alone: no side file with the newest rows.
        copy.execute("PRAGMA journal_mode=DELETE")
        names = [
            name
            for (name,) in copy.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
            if not name.startswith(SQLITE_OWN)
        ]
        return counts(copy.cursor(), names)


def _load_sqlite(source: Path) -> None:
    connection.ensure_connection()
    with contextlib.closing(sqlite3.connect(f"{source.resolve().as_uri()}?mode=ro", uri=True)) as copy:
        try:
            sound = copy.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        except sqlite3.DatabaseError:
            sound = False
        if not sound:
            raise Unfit("The copy is damaged: SQLite cannot read it whole.")
        try:
            copy.backup(connection.connection)
        except sqlite3.Error as error:
            raise Unfit(f"SQLite cannot write the copy into the database: {error}. Nothing was changed.") from error


def _dump_postgresql(target: Path) -> dict[str, int]:
    """Dump the very snapshot in which the rows are counted: what is booked meanwhile is in neither."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        cursor.execute("SELECT pg_export_snapshot()")
        snapshot = cursor.fetchone()[0]
        found = counts(cursor, connection.introspection.table_names(cursor))
        _run(
            "pg_dump", "--format=custom", "--no-owner", "--no-privileges", f"--snapshot={snapshot}", f"--file={target}"
        )
        return found


def _load_postgresql(source: Path) -> None:
    """Empty and fill in one transaction: a copy that does not fit leaves everything as it was."""
    name = connection.settings_dict["NAME"]
    connection.close()
    script = source.with_suffix(".sql")
    try:
        _run("pg_restore", "--no-owner", "--no-privileges", f"--file={script}", str(source))
        words = ("--no-psqlrc", "--quiet", "--single-transaction", "--set=ON_ERROR_STOP=1", "--output=/dev/null")
        _run("psql", *words, f"--command={EMPTY}", f"--file={script}", f"--dbname={name}")
    finally:
        script.unlink(missing_ok=True)


def _run(program: str, *words: str) -> None:
    """Run one of PostgreSQL's programs on our database. The password goes by the environment: a command line can be read."""
    path = shutil.which(program)
    if path is None:
        raise Unfit(f"{program} is not installed here: it comes with postgresql-client.")
    done = subprocess.run(  # noqa: S603  # nosec B603
        [path, *words], env=os.environ | dict(_address()), stdin=subprocess.DEVNULL, capture_output=True, check=False
    )
    if done.returncode:
        _refuse_older(path)
        # What the program says may quote a row.
        raise Unfit(f"{program} failed with code {done.returncode}. Run it by hand to see why; nothing was changed.")


def _refuse_older(path: str) -> None:
    """Say so where a program is older than the server: it reads nothing of a newer one."""
    words = (path, "--version")
    done = subprocess.run(words, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)  # noqa: S603  # nosec B603
    found = re.search(r"\d+", done.stdout)
    connection.ensure_connection()
    server: int = connection.connection.info.server_version // 10_000
    if found and int(found.group()) < server:
        raise Unfit(
            f"{path} is of PostgreSQL {found.group()}, too old for the server, which is {server}. "
            f"Install postgresql-client-{server}; nothing was changed."
        )


def _address() -> Iterator[tuple[str, str]]:
    """Yield our database's address as PostgreSQL's programs take it."""
    own = connection.settings_dict
    options = own.get("OPTIONS", {})
    places = {
        "PGDATABASE": own["NAME"],
        "PGUSER": own["USER"],
        "PGPASSWORD": own["PASSWORD"],
        "PGHOST": own["HOST"] or options.get("host"),
        "PGPORT": own["PORT"] or options.get("port"),
        "PGSSLMODE": options.get("sslmode"),
        "PGSSLROOTCERT": options.get("sslrootcert"),
        "PGSSLCERT": options.get("sslcert"),
        "PGSSLKEY": options.get("sslkey"),
    }
    yield from ((name, str(value)) for name, value in places.items() if value)
