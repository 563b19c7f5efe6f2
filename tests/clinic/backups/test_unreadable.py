"""A copy that cannot be read, or unpacked where it lies, says which of the two it is: nobody throws a good one away."""

import contextlib
import errno
import shutil
import sqlite3
import tarfile
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from clinic.backups import Unfit, archive, engines

ABOUT = archive.About("sqlite", "2026-11-26T02:00:00+00:00", {}, {}, [])


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy as `backup` makes it."""
    content = tmp_path / "content"
    content.write_bytes(b"everything")
    archive.pack(content, tmp_path / "copy.tar", ABOUT, None)
    return tmp_path / "copy.tar"


def refused(path: Path) -> str:
    """Return why a copy was not opened."""
    with pytest.raises(Unfit) as error, archive.unpacked(path, []):
        pass
    return str(error.value)


def test_a_full_disk_is_not_called_a_damaged_copy(copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(shutil, "copyfileobj", full)
    assert "No space left on device" in refused(copy)
    assert [path.name for path in copy.parent.iterdir() if path.name.startswith(".copy-")] == []


def test_a_database_that_takes_no_more_says_so_and_stays_as_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("old", "new"):
        with contextlib.closing(sqlite3.connect(tmp_path / name)) as made:
            made.execute(f"CREATE TABLE {name} (number)")
    with contextlib.closing(sqlite3.connect(f"file:{tmp_path / 'old'}?mode=ro", uri=True)) as database:
        fake = SimpleNamespace(ensure_connection=lambda: None, connection=database)
        monkeypatch.setattr(engines, "connection", fake)
        with pytest.raises(Unfit, match="Nothing was changed"):
            engines._load_sqlite(tmp_path / "new")
        assert database.execute("SELECT name FROM sqlite_master").fetchall() == [("old",)]


@pytest.mark.parametrize("name", ["copies #2", "100%41", "copies?", "Kopien für März"])
def test_a_copy_is_put_back_from_a_folder_of_any_name(
    tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / name).mkdir()
    with contextlib.closing(sqlite3.connect(tmp_path / name / "new")) as made:
        made.execute("CREATE TABLE new (number)")
    with contextlib.closing(sqlite3.connect(tmp_path / "old")) as database:
        fake = SimpleNamespace(ensure_connection=lambda: None, connection=database)
        monkeypatch.setattr(engines, "connection", fake)
        monkeypatch.chdir(tmp_path)
        engines._load_sqlite(Path(name) / "new")
        assert database.execute("SELECT name FROM sqlite_master").fetchall() == [("new",)]


def test_a_file_that_is_not_there_is_not_called_damaged(tmp_path: Path) -> None:
    assert "No such file" in refused(tmp_path / "typed-wrong.tar")
    assert "No such file" in refused(tmp_path / "no-folder" / "copy.tar")


def test_a_folder_that_may_not_be_written_to_says_so(copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def read_only(*_: Any, **__: Any) -> str:
        raise OSError(errno.EROFS, "Read-only file system")

    monkeypatch.setattr("tempfile.mkdtemp", read_only)
    assert f"{copy.parent}: Read-only file system" in refused(copy)


@pytest.mark.parametrize("left", [0, 700, 2000])
def test_a_file_that_ends_too_soon_is_damaged(copy: Path, left: int) -> None:
    copy.write_bytes(copy.read_bytes()[:left])
    assert "damaged" in refused(copy)


def test_a_file_of_another_kind_is_none_of_ours(copy: Path) -> None:
    with tarfile.open(copy, "w") as box:
        box.add(Path(__file__), "database")
    assert "not one of our copies" in refused(copy)
