"""Databases of a test's own, for tests with several processes: they commit for good, so they cannot share one."""

import os
import subprocess
import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
from django.db import connection

ROOT = Path(__file__).resolve().parent.parent


@contextmanager
def own_database(folder: Path) -> Iterator[str]:
    """Yield the address of a fresh, migrated database of the kind this run tests, and drop it afterwards."""
    if connection.vendor == "postgresql":
        with _own_postgres() as url:
            migrate(url)
            yield url
    else:
        url = f"sqlite:///{folder / 'own.sqlite3'}"
        migrate(url)
        yield url


def migrate(url: str) -> None:
    """Bring a database up to date, as an operator would."""
    manage(url, "migrate", "--verbosity", "0")


def manage(url: str, *arguments: str) -> str:
    """Run a management command against a database and return what it printed."""
    done = subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env=environment(url),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def environment(url: str, **more: str) -> dict[str, str]:
    """Return the environment of a process that works on this database."""
    return os.environ | {"DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "tests.settings"} | more


@contextmanager
def _own_postgres() -> Iterator[str]:
    parts = urlsplit(os.environ["DATABASE_URL"])
    name = f"own_{uuid.uuid4().hex[:12]}"
    admin = urlunsplit(parts._replace(path="/postgres"))
    with psycopg.connect(admin, autocommit=True) as server:
        server.execute(f'CREATE DATABASE "{name}"'.encode())
    try:
        yield urlunsplit(parts._replace(path=f"/{name}"))
    finally:
        with psycopg.connect(admin, autocommit=True) as server:
            server.execute(f'DROP DATABASE "{name}" WITH (FORCE)'.encode())
