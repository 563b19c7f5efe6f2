"""The databases that are measured: one of each engine for each size, made anew and dropped afterwards."""

import os
import secrets
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
from psycopg import sql

from bench.report import ROOT
from tests.postgres import postgres

# As a clinic runs it: what is committed is on the disk.
SERVER_OPTIONS = "-c shared_buffers=1GB -c max_wal_size=4GB -c max_connections=100 -c listen_addresses="


@contextmanager
def server() -> Iterator[str]:
    """Run PostgreSQL for the time of the measures, or use the one that TEST_DATABASE_URL names."""
    with postgres(SERVER_OPTIONS) as url:
        yield url


@contextmanager
def database(engine: str, name: str, folder: Path, url: str) -> Iterator[dict[str, str]]:
    """Make an empty database; give the environment in which this project uses it."""
    if engine == "sqlite":
        file = folder / f"{name}.sqlite3"
        yield environment(folder, name, f"sqlite:///{file}")
        for path in folder.glob(f"{name}.sqlite3*"):
            path.unlink()
        return
    identifier = sql.Identifier(name)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(identifier))
        connection.execute(sql.SQL("CREATE DATABASE {}").format(identifier))
        yield environment(folder, name, urlsplit(url)._replace(path=f"/{name}").geturl())
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(identifier))


def environment(folder: Path, name: str, url: str) -> dict[str, str]:
    """Return the settings of a clinic's own installation, only without HTTPS."""
    return {
        "DATABASE_URL": url,
        "DJANGO_SETTINGS_MODULE": "clinic.settings",
        "VAR_DIR": str(folder),
        "BENCH_FILLED": str(folder / f"{name}.filled"),
        "SECRET_KEY": secrets.token_urlsafe(50),
        "FIELD_ENCRYPTION_KEYS": "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=",
        "HTTPS": "false",
        "SECOND_FACTOR": "false",
        "ALLOWED_HOSTS": "127.0.0.1,testserver",
        "LOG_LEVEL": "ERROR",
    }


def run(words: list[str], settings: Mapping[str, str], python: str | Path = sys.executable) -> Iterator[str]:
    """Run a Python, this one unless said, with some words; yield its lines as they come. RuntimeError when it fails."""
    with subprocess.Popen(
        [python, *words], cwd=ROOT, env={**os.environ, **settings}, stdout=subprocess.PIPE, text=True
    ) as process:
        if process.stdout:
            yield from (line.rstrip("\n") for line in process.stdout)
    if process.returncode:
        raise RuntimeError(f"{' '.join(words)} ended with {process.returncode}")
