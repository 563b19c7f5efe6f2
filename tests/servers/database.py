"""A database of one's own, migrated, on the same engine as the run: for tests with processes that really commit."""

import os
import shutil
import subprocess
import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.db import connection

from tests.servers import migrated
from tests.servers.migrated import BASE
from tests.servers.processes import ROOT


@contextmanager
def own_database(folder: Path) -> Iterator[dict[str, str]]:
    """Copy the migrated database; give the environment that leads to it. On PostgreSQL the copy is dropped in the end."""
    if connection.vendor == "sqlite":
        file = folder / "own.sqlite3"
        shutil.copy(migrated.file_of(migrated.migrated()), file)
        yield BASE | {"DATABASE_URL": f"sqlite:///{file}", "VAR_DIR": str(folder)}
        return
    with _copy(migrated.name_of(migrated.migrated())) as name:
        yield BASE | {"DATABASE_URL": migrated.address(name), "VAR_DIR": str(folder)}


@contextmanager
def copied_database(environment: dict[str, str], folder: Path) -> Iterator[dict[str, str]]:
    """Copy a database of one's own with all that is in it; nobody may be connected to it."""
    url = environment["DATABASE_URL"]
    if connection.vendor == "sqlite":
        file = folder / "copy.sqlite3"
        shutil.copy(migrated.file_of(url), file)
        yield environment | {"DATABASE_URL": f"sqlite:///{file}", "VAR_DIR": str(folder)}
        return
    with _copy(migrated.name_of(url)) as name:
        yield environment | {"DATABASE_URL": migrated.address(name), "VAR_DIR": str(folder)}


@contextmanager
def _copy(template: str) -> Iterator[str]:
    """Make a copy of a database on the run's server, and drop it in the end."""
    name = f"own_{uuid.uuid4().hex[:12]}"
    migrated.copy(name, template)
    try:
        yield name
    finally:
        migrated.drop(name)


def run_python(*words: str, environment: dict[str, str], seconds: float = 300) -> str:
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
