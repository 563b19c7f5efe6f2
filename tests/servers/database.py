"""A database of one's own, migrated, on the same engine as the run: for tests with processes that really commit."""

import atexit
import os
import shutil
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
from django.db import connection
from psycopg import sql

from tests.servers.processes import ROOT

# What every process on such a database needs beside its address.
BASE = {"DJANGO_SETTINGS_MODULE": "tests.settings", "DEBUG": "true", "HTTPS": "false"}


@contextmanager
def own_database(folder: Path) -> Iterator[dict[str, str]]:
    """Copy the migrated database; give the environment that leads to it. On PostgreSQL the copy is dropped in the end."""
    if connection.vendor == "sqlite":
        file = folder / "own.sqlite3"
        shutil.copy(_migrated_file(), file)
        yield BASE | {"DATABASE_URL": f"sqlite:///{file}", "VAR_DIR": str(folder)}
        return
    with _database(_migrated_name()) as name:
        yield BASE | {"DATABASE_URL": _address(name), "VAR_DIR": str(folder)}


@contextmanager
def copied_database(environment: dict[str, str], folder: Path) -> Iterator[dict[str, str]]:
    """Copy a database of one's own with all that is in it; nobody may be connected to it."""
    url = environment["DATABASE_URL"]
    if connection.vendor == "sqlite":
        file = folder / "copy.sqlite3"
        shutil.copy(url.removeprefix("sqlite:///"), file)
        yield environment | {"DATABASE_URL": f"sqlite:///{file}", "VAR_DIR": str(folder)}
        return
    with _database(urlsplit(url).path.removeprefix("/")) as name:
        yield environment | {"DATABASE_URL": _address(name), "VAR_DIR": str(folder)}


@cache
def _migrated_file() -> Path:
    """Return a file with all tables and nothing in them; made once in a run, for migrating takes seconds."""
    folder = Path(tempfile.mkdtemp(prefix="migrated-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    file = folder / "migrated.sqlite3"
    _migrate(f"sqlite:///{file}", folder)
    return file


@cache
def _migrated_name() -> str:
    """Return the name of a database with all tables and nothing in them; made once in a run."""
    kept = ExitStack()
    atexit.register(kept.close)
    name = kept.enter_context(_database("template1"))
    _migrate(_address(name), Path(tempfile.gettempdir()))
    return name


def _migrate(url: str, folder: Path) -> None:
    environment = BASE | {"DATABASE_URL": url, "VAR_DIR": str(folder)}
    run_python("manage.py", "migrate", "-v0", environment=environment, seconds=300)


@contextmanager
def _database(template: str) -> Iterator[str]:
    """Make a copy of a database on the run's server, and drop it in the end."""
    name = f"own_{uuid.uuid4().hex[:12]}"
    made = sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(template))
    _on_server(made)
    try:
        yield name
    finally:
        _on_server(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def run_python(*words: str, environment: dict[str, str], seconds: float = 180) -> str:
    """Run this Python with some arguments to its end; return what it printed."""
    done = subprocess.run(
        [sys.executable, *words],
        cwd=ROOT,
        env=os.environ | environment,
        timeout=seconds,
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def _address(name: str) -> str:
    """Return the address of another database on the run's server."""
    return urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}").geturl()


def _on_server(statement: sql.Composed) -> None:
    with psycopg.connect(_address("postgres"), autocommit=True) as server:
        server.execute(statement)
