"""The demo: it starts with one command, runs all its parts, stops cleanly, and starts over only when told to."""

import os
import signal
import socket
import sqlite3
import stat
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from clinic.demo.logins import LOGINS, PASSWORD
from tests.engines import once
from tests.servers.database import own_database, run_python
from tests.servers.processes import free_port, wait_for
from tests.stack.running import Demo, Stack, run_demo, wait_until_ready

pytestmark = pytest.mark.stack
SETTINGS = {"REMINDER_TICK_SECONDS": "1"}


# A demo without DATABASE_URL keeps its data in SQLite, whatever engine the rest of the run is on.
on_sqlite = once("a demo's own database is SQLite")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where a demo of its own keeps its data."""
    return tmp_path / "demo"


MARKED = """
import django
django.setup()
from tests.builders import make_clinic, make_patient
make_patient(make_clinic(), family="Marked")
"""
PARTS = 8  # the demo itself, its broker, web and two of its own, worker and one of its own, beat


@dataclass(frozen=True)
class Ended:
    """A demo that ran and was ended: its exit code, all it printed, the processes it had, the names in its database."""

    code: int
    printed: str
    pids: dict[int, str]
    names: list[str]


def run_and_end(folder: Path, end: Callable[[Demo], int], **settings: str) -> Ended:
    """Run a demo in ``folder`` until all its parts are there, and end it with ``end``."""
    with run_demo(folder, SETTINGS | settings) as demo:
        wait_until_ready(demo)
        wait_for(lambda: len(demo.pids()) >= PARTS)
        pids = demo.pids()
        code = end(demo)
    return Ended(code, demo.output(), pids, patients(folder))


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Ended]:
    """A demo told to start over where an earlier one was, beside a letter of somebody's; stopped by Ctrl-C."""
    folder = tmp_path_factory.mktemp("demo")
    leave_a_database(folder)
    (folder / "letter.txt").write_text("mine")
    return folder, run_and_end(folder, lambda demo: demo.stop(signal.SIGINT), RESET="1")


@pytest.fixture(scope="module")
def second(first: tuple[Path, Ended]) -> tuple[Path, Ended]:
    """The same demo once more, with somebody renamed before; stopped by SIGTERM."""
    folder, _ = first
    rename_somebody(folder)
    return folder, run_and_end(folder, lambda demo: demo.stop(signal.SIGTERM))


@pytest.fixture(scope="module")
def third(second: tuple[Path, Ended]) -> tuple[Path, Ended]:
    """The same demo a third time; killed the hard way while its worker is in the middle of a task."""
    folder, _ = second
    return folder, run_and_end(folder, kill_in_the_middle)


def leave_a_database(folder: Path) -> None:
    """Leave a demo's own database with somebody called Marked in it."""
    with own_database(folder) as environment:
        run_python("-c", MARKED, environment=environment)
    (folder / "own.sqlite3").rename(folder / "clinic.sqlite3")
    assert patients(folder) == ["Marked"]


def patients(folder: Path) -> list[str]:
    """Return the names in a demo's own database."""
    with closing(sqlite3.connect(folder / "clinic.sqlite3")) as database, database:
        return [name for (name,) in database.execute("SELECT family_name FROM patients_patient ORDER BY id")]


def rename_somebody(folder: Path) -> None:
    """Leave a mark in a demo's own database."""
    with closing(sqlite3.connect(folder / "clinic.sqlite3")) as database, database:
        database.execute(
            "UPDATE patients_patient SET family_name = 'Marked' WHERE id = (SELECT min(id) FROM patients_patient)"
        )


def kill_in_the_middle(demo: Demo) -> int:
    """Kill a demo while a task waits for its database, and see all its parts end without getting it."""
    with closing(sqlite3.connect(demo.folder / "clinic.sqlite3", isolation_level=None)) as database:
        database.execute("BEGIN IMMEDIATE")
        wait_for(lambda: in_the_middle(demo.log("worker")))
        pids = demo.pids()
        code = demo.stop(signal.SIGKILL)
        wait_for(lambda: not [pid for pid in pids if alive(pid)])
    return code


def in_the_middle(log: str) -> bool:
    """Return whether a worker, since its newest start, has begun more tasks than it has ended."""
    since = log.rpartition('"- ready."')[2]
    return since.count('"task_started"') > since.count('"task_succeeded"')


def test_the_log_in_page_answers(stack: Stack) -> None:
    assert "Sign in" in stack.demo.page("/log-in/")


def test_the_worker_runs_what_beat_asks_for(stack: Stack) -> None:
    wait_for(lambda: all(words in stack.demo.log("worker") for words in ('"task": "reminders.tick"', "task_succeeded")))
    assert '"child_task_name": "reminders.tick"' in stack.demo.log("beat")


def test_it_prints_the_address_and_every_log_in(stack: Stack) -> None:
    printed = stack.demo.output()
    assert stack.url in printed
    assert PASSWORD in printed
    assert all(login.email in printed for login in LOGINS)


@pytest.mark.browser
def test_somebody_logs_in_and_sees_the_day(browser_page: Page) -> None:
    browser_page.goto("/log-in/")
    browser_page.get_by_label("Email").fill(LOGINS[0].email)
    browser_page.get_by_label("Password").fill(PASSWORD)
    browser_page.get_by_role("button", name="Sign in").click()
    browser_page.wait_for_url("**/today/")
    expect(browser_page.get_by_role("table").first).to_be_visible()


@on_sqlite
@pytest.mark.parametrize("run", ["first", "second"], ids=["ctrl-c", "sigterm"])
def test_a_signal_stops_all_and_leaves_no_process(request: pytest.FixtureRequest, run: str) -> None:
    _, ended = request.getfixturevalue(run)
    assert ended.code == 0
    assert ended.printed.endswith("Stopped.\n")
    wait_for(lambda: not [pid for pid in ended.pids if alive(pid)])


@on_sqlite
def test_killed_the_hard_way_it_takes_its_parts_along(third: tuple[Path, Ended]) -> None:
    _, ended = third
    assert ended.code == -signal.SIGKILL
    assert not [pid for pid in ended.pids if alive(pid)]


@on_sqlite
def test_a_part_that_dies_stops_the_rest_and_is_named(third: tuple[Path, Ended]) -> None:
    def lose_the_broker(demo: Demo) -> int:
        os.kill(next(pid for pid, name in demo.pids().items() if name.startswith("valkey")), signal.SIGKILL)
        return demo.process.wait(20)

    ended = run_and_end(third[0], lose_the_broker)
    assert ended.code == 1
    assert "The broker stopped by itself" in ended.printed
    wait_for(lambda: not [pid for pid in ended.pids if alive(pid)])


@on_sqlite
def test_a_second_start_keeps_the_data(second: tuple[Path, Ended]) -> None:
    assert "Marked" in second[1].names


@on_sqlite
def test_reset_starts_over_and_touches_nothing_else(first: tuple[Path, Ended]) -> None:
    folder, ended = first
    assert ended.names
    assert "Marked" not in ended.names
    assert (folder / "letter.txt").exists()


@on_sqlite
def test_the_keys_are_readable_by_nobody_else(first: tuple[Path, Ended]) -> None:
    assert stat.S_IMODE((first[0] / "secrets.env").stat().st_mode) == 0o600


@on_sqlite
def test_a_taken_port_is_said_in_one_sentence(folder: Path, listening_port: int) -> None:
    with run_demo(folder, {}, port=listening_port) as demo:
        assert demo.process.wait(30) == 1
        assert (
            demo.output() == f"Port {listening_port} is not free. Choose another: make demo PORT={listening_port + 1}\n"
        )


@on_sqlite
def test_a_port_that_is_no_number_is_refused(folder: Path) -> None:
    with run_demo(folder, {"PORT": "http"}) as demo:
        assert demo.process.wait(30) == 1
        assert "PORT is 'http'. Write a number" in demo.output()


@on_sqlite
def test_reset_never_empties_a_database_that_is_not_its_own(folder: Path) -> None:
    foreign = {"RESET": "1", "DATABASE_URL": f"sqlite:///{folder / 'foreign.sqlite3'}"}
    with run_demo(folder, foreign) as demo:
        assert demo.process.wait(30) == 1
        assert "RESET=1 empties only the demo's own database" in demo.output()


def test_a_second_demo_on_the_same_folder_is_refused(stack: Stack) -> None:
    with run_demo(stack.demo.folder, {}, port=free_port()) as second:
        assert second.process.wait(30) == 1
        assert "already running" in second.output()


def alive(pid: int) -> bool:
    """Return whether a process is there and no zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@pytest.fixture
def listening_port() -> Iterator[int]:
    """A port on which another program listens."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        yield other.getsockname()[1]
