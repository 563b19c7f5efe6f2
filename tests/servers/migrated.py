"""The database with all tables and nothing in them: a run migrates one, and whoever needs a database copies it.

The process that leads the run makes it while its workers still read the tests, and removes it in the end. The file of
SQLite is kept for the next run, until what it is made of changes: to make it takes longer than most tests one asks for.
"""

import fcntl
import hashlib
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest
from django.db import connection
from psycopg import sql

from tests.servers.processes import ROOT

# What every process on such a database needs beside its address.
BASE = {"DJANGO_SETTINGS_MODULE": "tests.settings", "DEBUG": "true", "HTTPS": "false"}
# Where the workers of a run find it.
FOLDER = "MIGRATED_FOLDER"
# Where the file of an earlier run is, if its tables are still these.
KEPT = "MIGRATED_KEPT"
# What the tables come from.
ORIGINS = (
    "*/migrations/*.py",
    "*/models/*.py",
    "clinic/constraints/*.py",
    "clinic/making_tables.py",
    "requirements.txt",
)


def pytest_configure(config: pytest.Config) -> None:
    """Begin a run. Workers read the tests first: meanwhile it is made."""
    if hasattr(config, "workerinput"):
        return
    os.environ[FOLDER] = tempfile.mkdtemp(prefix="migrated-")
    os.environ[KEPT] = str(config.cache.mkdir("migrated") / f"{_digest()}.sqlite3")
    config.add_cleanup(_remove)
    if getattr(config.option, "numprocesses", None) and not config.option.collectonly:
        maker = threading.Thread(target=migrated)
        maker.start()
        config.add_cleanup(maker.join)


def _digest() -> str:
    found = hashlib.sha256()
    for path in sorted(path for pattern in ORIGINS for path in ROOT.glob(pattern)):
        found.update(bytes(path.relative_to(ROOT)) + path.read_bytes())
    return found.hexdigest()


def _remove() -> None:
    folder = Path(os.environ[FOLDER])
    if connection.vendor != "sqlite" and (folder / "made").exists():
        drop(name_of((folder / "made").read_text()))
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings: None, django_db_keepdb: bool) -> Iterator[None]:
    """Let the database of this process be a copy of the migrated one, unless an old one is to be used again."""
    if django_db_keepdb:
        yield
    elif connection.vendor == "sqlite":
        # A database in memory is there as long as somebody holds it.
        name = connection.creation._get_test_db_name()  # type: ignore[attr-defined]  # SQLite's has one
        with closing(sqlite3.connect(name, uri=True)) as held:
            with closing(sqlite3.connect(file_of(migrated()))) as template:
                template.backup(held)
            yield
    else:
        connection.settings_dict["TEST"]["TEMPLATE"] = name_of(migrated())
        yield


def migrated() -> str:
    """Return the address of the migrated database; whoever asks first makes it, and all others wait."""
    folder = Path(os.environ[FOLDER])
    made = folder / "made"
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.exists():
            made.write_text(_make(folder))
    return made.read_text()


def _make(folder: Path) -> str:
    if connection.vendor == "sqlite":
        return f"sqlite:///{_make_file(folder / 'migrated.sqlite3')}"
    name = f"migrated_{folder.name.removeprefix('migrated-').lower()}"
    copy(name, "template1")
    migrate(BASE | {"DATABASE_URL": address(name), "VAR_DIR": str(folder)})
    return address(name)


def _make_file(file: Path) -> Path:
    kept = Path(os.environ[KEPT])
    if kept.is_file():
        shutil.copy(kept, file)
        return file
    migrate(BASE | {"DATABASE_URL": f"sqlite:///{file}", "VAR_DIR": str(file.parent)})
    for old in kept.parent.iterdir():
        old.unlink(missing_ok=True)
    shutil.copy(file, kept.with_suffix(".new"))
    kept.with_suffix(".new").replace(kept)
    return file


def migrate(environment: dict[str, str]) -> None:
    """Make all tables in an empty database."""
    command = [sys.executable, "manage.py", "migrate", "-v0", "--skip-checks"]
    subprocess.run(command, cwd=ROOT, env=os.environ | environment, timeout=300, check=True)


def file_of(url: str) -> Path:
    """Return the file of a database of SQLite."""
    return Path(url.removeprefix("sqlite:///"))


def name_of(url: str) -> str:
    """Return the name of a database of PostgreSQL."""
    return urlsplit(url).path.removeprefix("/")


def address(name: str) -> str:
    """Return the address of another database on the run's server."""
    return urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}").geturl()


def copy(name: str, template: str) -> None:
    """Copy a database on the run's server; nobody may be connected to it."""
    _on_server(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(template)))


def drop(name: str) -> None:
    """Drop a database on the run's server."""
    _on_server(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def _on_server(statement: sql.Composed) -> None:
    with psycopg.connect(address("postgres"), autocommit=True) as server:
        server.execute(statement)
