"""The drill: copy, lose everything, put it back, and prove that nothing is missing; with our commands, on this engine."""

import json
import os
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.db import connection

from clinic.backups import copying, engines
from clinic.backups.archive import About, checksum
from tests.clinic.backups import NOTE
from tests.postgres import client_programs
from tests.servers.database import own_database, run_python
from tests.servers.processes import ROOT

KEY = Fernet.generate_key().decode()
pytestmark = pytest.mark.stack  # the commands read the real clock


@dataclass(frozen=True)
class Drill:
    """A clinic's database, the copy that was made of it, and a place to do things to both."""

    environment: dict[str, str]
    folder: Path
    copy: Path

    def run(self, *words: str) -> str:
        """Run a command to its end; return what it printed."""
        return run_python(*words, environment=self.environment)

    def hand(self, what: str) -> Any:
        """Do something to the database, or look at it."""
        printed = self.run("-m", "tests.clinic.backups.drill", what)
        return json.loads(printed) if printed else None

    def refused(self, *words: str, **settings: str) -> str:
        """Run a command that must fail; return what it said."""
        done = subprocess.run(
            [sys.executable, "manage.py", *words],
            cwd=ROOT,
            env=os.environ | self.environment | settings,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 1, done.stdout + done.stderr
        return done.stderr


@pytest.fixture(scope="module")
def drill(tmp_path_factory: pytest.TempPathFactory, django_db_setup: None) -> Iterator[Drill]:
    """A clinic with a visit, and a locked copy of it."""
    folder, copies = tmp_path_factory.mktemp("drill"), tmp_path_factory.mktemp("copies")
    with own_database(folder) as database:
        path = os.pathsep.join([*client_programs(), os.environ["PATH"]])
        environment = database | {"BACKUP_KEYS": KEY, "PATH": path}
        run_python("-m", "tests.clinic.backups.drill", "fill", environment=environment)
        printed = run_python("manage.py", "backup", str(copies), environment=environment)
        yield Drill(environment, folder, Path(printed.strip()))


def test_everything_is_lost_and_comes_back(drill: Drill) -> None:
    drill.hand("wipe")

    said = drill.run("manage.py", "restore", str(drill.copy))

    assert "as many as were taken" in said
    assert "rules that the database keeps" in said
    assert "the key of the clinical notes" in said
    found = drill.hand("look")
    assert found == {
        "note": NOTE,
        "starts_at": "2026-11-23T11:00:00+00:00",
        "status": "booked",
        "read": 1,
        # The rules are back, and they are the database's own.
        "books_twice": False,
        "alters_the_trace": False,
        "books_another_time": True,
    }
    drill.run("manage.py", "check", "--database", "default")


def test_a_database_with_people_in_it_is_not_replaced_by_accident(drill: Drill) -> None:
    assert "add --overwrite" in drill.refused("restore", str(drill.copy))
    drill.run("manage.py", "restore", str(drill.copy), "--overwrite")
    assert drill.hand("look")["books_twice"] is False


def test_a_locked_copy_holds_nothing_in_clear_and_opens_with_its_key_alone(drill: Drill) -> None:
    content = drill.copy.read_bytes()
    assert not [word for word in (b"Santos", b"maria", b"CREATE TABLE", b"PGDMP", b"SQLite format") if word in content]
    assert drill.copy.stat().st_mode & 0o077 == 0
    other = Fernet.generate_key().decode()
    assert "not in BACKUP_KEYS" in drill.refused("restore", str(drill.copy), "--overwrite", BACKUP_KEYS=other)
    # A new key in front locks what comes; the old one still opens what was.
    drill.environment["BACKUP_KEYS"] = f"{other},{KEY}"
    drill.run("manage.py", "restore", str(drill.copy), "--overwrite")


def test_a_copy_that_was_changed_touches_nothing(drill: Drill) -> None:
    spoiled = drill.folder / "spoiled.tar"
    content = bytearray(drill.copy.read_bytes())
    content[len(content) // 2] ^= 1
    spoiled.write_bytes(content)
    assert "checksum is wrong" in drill.refused("restore", str(spoiled), "--overwrite")


def rewritten(drill: Drill, change: Callable[[dict[str, Any], Path], None]) -> Path:
    """Make an unlocked copy and change what it says or holds, with a checksum that fits: whoever has it can do that."""
    drill.environment["BACKUP_KEYS"] = ""
    folder = Path(tempfile.mkdtemp(dir=drill.folder))
    with tarfile.open(drill.run("manage.py", "backup", str(folder)).strip()) as box:
        for name in ("manifest.json", "database"):
            (folder / name).write_bytes(box.extractfile(name).read())  # type: ignore[union-attr]
    manifest = json.loads((folder / "manifest.json").read_text())
    change(manifest, folder / "database")
    manifest["sha256"] = checksum(folder / "database")
    (folder / "manifest.json").write_text(json.dumps(manifest))
    with tarfile.open(folder / "rewritten.tar", "w") as box:
        for name in ("manifest.json", "database"):
            box.add(folder / name, name)
    return folder / "rewritten.tar"


def test_a_copy_that_says_other_numbers_is_noticed(drill: Drill) -> None:
    def claim_one_more(manifest: dict[str, Any], content: Path) -> None:
        manifest["rows"]["patients_patient"] += 1

    said = drill.refused("restore", str(rewritten(drill, claim_one_more)), "--overwrite")
    assert "Other numbers of rows in: patients_patient" in said


def test_a_copy_that_cannot_be_put_back_leaves_everything_as_it_was(drill: Drill) -> None:
    def lose_half(manifest: dict[str, Any], content: Path) -> None:
        content.write_bytes(content.read_bytes()[: content.stat().st_size // 2])

    said = drill.refused("restore", str(rewritten(drill, lose_half)), "--overwrite")
    assert ("damaged" if connection.vendor == "sqlite" else "nothing was changed") in said
    assert drill.hand("look")["note"] == NOTE


def test_a_copy_of_the_other_engine_is_refused_in_words(drill: Drill) -> None:
    def change_engine(manifest: dict[str, Any], content: Path) -> None:
        manifest["engine"] = "sqlite" if manifest["engine"] == "postgresql" else "postgresql"

    said = drill.refused("restore", str(rewritten(drill, change_engine)), "--overwrite")
    assert "Restore it to its own kind" in said


def test_a_copy_from_halfway_through_what_is_one_migration_now_is_refused(drill: Drill) -> None:
    def stop_earlier(manifest: dict[str, Any], content: Path) -> None:
        manifest["migrations"]["treatments"] = "0008_visits_left_open"

    said = drill.refused("restore", str(rewritten(drill, stop_earlier)), "--overwrite")
    assert "at treatments.0008_visits_left_open" in said
    assert "nothing was changed" in said


def test_a_copy_of_a_newer_version_is_put_back_with_a_warning(drill: Drill) -> None:
    def go_ahead(manifest: dict[str, Any], content: Path) -> None:
        manifest["migrations"]["patients"] = "9999_from_a_version_to_come"

    said = drill.run("manage.py", "restore", str(rewritten(drill, go_ahead)), "--overwrite")
    assert "CAREFUL: the copy is of a newer version, at patients.9999_from_a_version_to_come" in said


def test_a_copy_of_an_older_version_says_too_that_its_notes_cannot_be_read(
    db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(copying, "migrations_pending", lambda: True)
    older = About(engine="", made_at="", migrations={}, rows=engines.rows_now(), field_keys=["another"])

    _, careful, last = copying.verify(older)

    assert "CAREFUL: none of FIELD_ENCRYPTION_KEYS was in use" in careful
    assert "run migrate now" in last


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite is copied by no program")
def test_a_program_older_than_the_server_is_named_with_what_to_install(drill: Drill, tmp_path: Path) -> None:
    old = tmp_path / "pg_dump"
    old.write_text('#!/bin/sh\ntest "$1" != --version || exec echo "pg_dump (PostgreSQL) 9.6.24"\nexit 1\n')
    old.chmod(0o755)

    said = drill.refused("backup", str(tmp_path), PATH=f"{tmp_path}:{os.environ['PATH']}")

    assert f"{old} is of PostgreSQL 9" in said
    assert "Install postgresql-client-" in said
