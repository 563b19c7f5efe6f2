"""Copies that fail or stay out: who is told, and who is left alone."""

import datetime as dt
import errno
from io import StringIO
from pathlib import Path

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import OperationalError
from pytest_django import Settings

from clinic.backups import copying
from clinic.models import Clinic, User
from reminders.models import Heartbeat
from reminders.watching import facts as watch
from tests.builders import NOW
from tests.clinic.monitoring.test_figures import fetch
from tests.clinic.monitoring.test_probes import ask
from tests.conftest import log_in

MINUTE, HOUR = dt.timedelta(minutes=1), dt.timedelta(hours=1)


def back_up(folder: Path) -> str:
    """Run the command; return what it printed."""
    printed = StringIO()
    call_command("backup", str(folder), stdout=printed, stderr=StringIO())
    return printed.getvalue().strip()


@pytest.fixture
def copied(db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A copy was made just now; what is in it is another test's."""
    monkeypatch.setattr(copying, "make", lambda folder, now: folder / "copy.tar")
    back_up(tmp_path)


def troubles(clinic: Clinic, at: dt.datetime) -> list[str]:
    """Return what an admin is told of the upkeep at a moment."""
    return [trouble.what for trouble in watch.look(clinic=clinic, now=at).upkeep]


def test_a_copy_that_fails_is_told_after_four_minutes(riverside: Clinic, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="is no folder"):
        back_up(tmp_path / "unmounted")
    assert troubles(riverside, NOW + 3 * MINUTE) == []
    assert troubles(riverside, NOW + 4 * MINUTE) == ["Copies of the data: failing since 10am."]


def test_a_folder_without_a_name_is_not_the_one_where_the_command_stands(
    riverside: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(copying, "make", lambda folder, now: folder / "copy.tar")
    with pytest.raises(CommandError, match="An empty name is no folder"):
        call_command("backup", "")
    assert troubles(riverside, NOW + 4 * MINUTE) == ["Copies of the data: failing since 10am."]


def test_a_full_disk_is_told_in_words(db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(copying, "make", full)
    with pytest.raises(CommandError, match="No space left on device"):
        back_up(tmp_path)


@pytest.mark.usefixtures("copied")
def test_the_next_copy_that_is_made_ends_it(riverside: Clinic, tmp_path: Path) -> None:
    with pytest.raises(CommandError):
        back_up(tmp_path / "unmounted")
    back_up(tmp_path)
    assert troubles(riverside, NOW + 4 * MINUTE) == []


@pytest.mark.usefixtures("copied")
def test_a_copy_that_stays_out_is_told_after_two_days(riverside: Clinic) -> None:
    assert troubles(riverside, NOW + 48 * HOUR) == []
    assert troubles(riverside, NOW + 49 * HOUR) == [
        "No copy of the data was made since 10am on Monday 23 November 2026."
    ]


def test_where_no_copy_was_ever_made_by_us_nobody_is_told(riverside: Clinic) -> None:
    assert troubles(riverside, NOW) == []


@pytest.mark.usefixtures("copied")
def test_where_copies_are_left_to_other_means_nobody_is_told(
    riverside: Clinic, tmp_path: Path, settings: Settings
) -> None:
    settings.BACKUP_WITHIN_HOURS = 0
    assert troubles(riverside, NOW + 49 * HOUR) == []
    with pytest.raises(CommandError):
        back_up(tmp_path / "unmounted")
    assert troubles(riverside, NOW + 49 * HOUR) == []


@pytest.mark.usefixtures("copied")
def test_admins_read_it_on_today_and_the_desk_does_not(admin: User, front_desk: User) -> None:
    with time_machine.travel(NOW + 49 * HOUR, tick=False):
        assert "No copy of the data was made" in log_in(admin).get("/today/").content.decode()
        assert "No copy of the data was made" in log_in(admin).get("/reminders/line/").content.decode()
        assert "No copy of the data" not in log_in(front_desk).get("/today/").content.decode()


@pytest.mark.usefixtures("copied")
def test_a_monitor_is_told(riverside: Clinic) -> None:
    with time_machine.travel(NOW + 48 * HOUR, tick=False):
        assert ask("/readyz").json()["checks"]["background"]["ok"]
    with time_machine.travel(NOW + 49 * HOUR, tick=False):
        assert ask("/readyz").json()["checks"]["background"] == {
            "ok": False, "failing_seconds": {}, "copy_age_seconds": 49 * 3600
        }  # fmt: skip
        assert fetch()["twelve_weeks_copy_age_seconds",] == 49 * 3600


def test_a_copy_of_a_database_that_takes_no_note_is_a_copy(
    db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def read_only(*_: object) -> None:
        raise OperationalError

    monkeypatch.setattr(Heartbeat, "note_done", read_only)
    monkeypatch.setattr(copying, "make", lambda folder, now: folder / "copy.tar")
    assert back_up(tmp_path) == str(tmp_path / "copy.tar")


@pytest.mark.parametrize("part", ["forget", "audit", "hooks"])
def test_other_work_that_fails_is_told_to_admins_too(riverside: Clinic, part: str) -> None:
    Heartbeat.note_fault(Heartbeat.Part(part), NOW)
    assert troubles(riverside, NOW + 4 * MINUTE) == [f"{Heartbeat.Part(part).label}: failing since 10am."]
