"""Where a copy is put together everybody's record lies unlocked: nothing of it is left behind."""

import os
import signal
import time
from pathlib import Path

import pytest

from clinic.backups import archive

HOUR = 3600


def left_behind(beside: Path, *, hours: int) -> Path:
    """Return a folder as a run leaves it that was killed some hours ago."""
    folder = beside / f".copy-{hours}"
    folder.mkdir()
    (folder / "content").write_text("Maria Santos")
    then = time.time() - hours * HOUR
    os.utime(folder, (then, then))
    return folder


def told_to_stop(beside: Path) -> None:
    """Put a copy together, and be told to stop in the middle."""
    with archive.workshop(beside) as folder:
        (folder / "content").write_text("Maria Santos")
        signal.raise_signal(signal.SIGTERM)


def test_a_run_that_is_told_to_stop_leaves_nothing(tmp_path: Path) -> None:
    before = signal.getsignal(signal.SIGTERM)
    with pytest.raises(SystemExit, match="143"):
        told_to_stop(tmp_path)
    assert list(tmp_path.iterdir()) == []
    assert signal.getsignal(signal.SIGTERM) == before


def test_what_a_run_left_that_was_killed_goes_with_the_next_copy(tmp_path: Path) -> None:
    old, at_work = left_behind(tmp_path, hours=25), left_behind(tmp_path, hours=2)
    with archive.workshop(tmp_path):
        assert not old.exists()
    assert at_work.exists()
