"""A copy that cannot be read, or unpacked where it lies, says which of the two it is: nobody throws a good one away."""

import errno
import shutil
import tarfile
from pathlib import Path
from typing import Any

import pytest

from clinic.backups import Unfit, archive

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
