"""A database of one's own, migrated, on the same engine as the run: for tests with processes that really commit."""

import os
import subprocess
import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
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
    """Make a database; give the environment that leads to it. On PostgreSQL it is dropped in the end."""
    if connection.vendor == "sqlite":
        environment = BASE | {"DATABASE_URL": f"sqlite:///{folder / 'own.sqlite3'}", "VAR_DIR": str(folder)}
        run_python("manage.py", "migrate", "-v0", environment=environment)
        yield environment
        return
    name = f"own_{uuid.uuid4().hex[:12]}"
    _on_server(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    try:
        environment = BASE | {"DATABASE_URL": _address(name), "VAR_DIR": str(folder)}
        run_python("manage.py", "migrate", "-v0", environment=environment)
        yield environment
    finally:
        _on_server(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def run_python(*words: str, environment: dict[str, str], seconds: float = 60) -> str:
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
