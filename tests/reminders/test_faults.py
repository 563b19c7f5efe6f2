"""Real processes that fight for work and die over it: nothing is lost, and nothing that can be asked for is repeated."""

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from patients.models import Channel
from reminders.written import read_outbox
from tests.servers.broker import broker
from tests.servers.database import own_database, run_python
from tests.servers.processes import ROOT, Server, kill_group, mail_server, sms_gateway, start, wait_for

pytestmark = pytest.mark.stack

SIZE = 200
WORKERS = 2  # processes of the one worker, so at most as many messages are in flight at a kill
LEASE_SECONDS = 4
CELERY = [sys.executable, "-m", "celery", "-A", "clinic"]


def ledger(environment: dict[str, str], *words: str) -> dict[str, Any]:
    """Return what tests.reminders.ledger prints."""
    answer: dict[str, Any] = json.loads(run_python("-m", "tests.reminders.ledger", *words, environment=environment))
    return answer


@pytest.fixture
def crowd(tmp_path: Path) -> Iterator[dict[str, str]]:
    """A database of its own with 200 people who are to hear something now."""
    with own_database(tmp_path) as environment:
        run_python("-m", "tests.reminders.crowd", str(SIZE), environment=environment)
        yield environment


def test_processes_that_claim_at_once_get_each_reminder_once(crowd: dict[str, str]) -> None:
    due = ledger(crowd, "plan")["due"]["waiting"]
    at = str(time.time() + 4)
    claimers = [
        subprocess.Popen(
            [sys.executable, "-m", "tests.reminders.claimer", at, "7"],
            cwd=ROOT,
            env=os.environ | crowd,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(6)
    ]
    lots = [claimer.communicate(timeout=60)[0].split("\n")[:-1] for claimer in claimers]
    assert [claimer.returncode for claimer in claimers] == [0] * 6
    claimed = [line for lot in lots for line in lot]
    assert due == SIZE
    assert len(claimed) == len(set(claimed)) == SIZE
    assert {line.split()[1] for line in claimed} == {"1"}
    assert sum(bool(lot) for lot in lots) > 1


def test_a_worker_killed_in_the_middle_loses_nothing(crowd: dict[str, str], tmp_path: Path) -> None:
    with ExitStack() as servers:
        mail = servers.enter_context(mail_server(tmp_path, "--delay", "0.02"))
        gateway = servers.enter_context(sms_gateway(tmp_path, "--delay", "0.02"))
        address = servers.enter_context(broker(tmp_path))
        environment = crowd | mail.environment | gateway.environment | {"REDIS_URL": address}
        environment |= {"REMINDER_LEASE_SECONDS": str(LEASE_SECONDS), "REMINDER_TICK_SECONDS": "1"}
        beat = start([*CELERY, "beat"], environment=environment, log=tmp_path / "beat.log")
        servers.callback(kill_group, beat)
        kills = 0
        for share in (SIZE // 5, SIZE // 2):
            worker = _worker(environment, tmp_path)
            wait_for(lambda share=share: _arrived(mail, gateway) >= share, seconds=60)  # type: ignore[misc]
            kill_group(worker)
            kills += 1
        last = _worker(environment, tmp_path)
        servers.callback(kill_group, last)
        wait_for(lambda: _settled(environment), seconds=40)
        _check(mail, gateway, kills)
        assert ledger(environment)["due"] == {"sent": SIZE}
        os.killpg(last.pid, signal.SIGTERM)


def test_without_a_broker_the_command_sends_everything_and_ends_when_told(tmp_path: Path) -> None:
    with own_database(tmp_path) as database:
        run_python("-m", "tests.reminders.crowd", "20", environment=database)
        environment = database | {"REMINDER_TICK_SECONDS": "1"}
        command = [sys.executable, "manage.py", "send_reminders", "--loop"]
        process = start(command, environment=environment, log=tmp_path / "loop.log")
        try:
            wait_for(lambda: ledger(environment)["due"] == {"sent": 20})
            os.killpg(process.pid, signal.SIGTERM)
            assert process.wait(timeout=10) == 0
        finally:
            kill_group(process)
        written = Counter(message.channel for message in read_outbox(tmp_path / "outbox", limit=100))
        assert written == {Channel.SMS: 10, Channel.EMAIL: 10}


def _worker(environment: dict[str, str], folder: Path) -> subprocess.Popen[bytes]:
    command = [*CELERY, "worker", "--concurrency", str(WORKERS), "--loglevel", "INFO"]
    return start(command, environment=environment, log=folder / "worker.log")


def _arrived(mail: Server, gateway: Server) -> int:
    return len(mail.received()) + len(gateway.received())


def _settled(environment: dict[str, str]) -> bool:
    time.sleep(0.5)
    return set(ledger(environment)["due"]) == {"sent"}


def _check(mail: Server, gateway: Server, kills: int) -> None:
    """Each text message once. Each letter at least once; what came twice is the same letter, one at most per process killed."""
    texts = Counter((message["to"], message["body"]) for message in gateway.received())
    assert len(texts) == SIZE // 2
    assert set(texts.values()) == {1}
    assert len({number for number, _ in texts}) == SIZE // 2
    letters = Counter(letter["message_id"] for letter in mail.received())
    assert len(letters) == SIZE // 2
    assert letters.total() - len(letters) <= kills * WORKERS
    assert len({(letter["message_id"], letter["body"]) for letter in mail.received()}) == SIZE // 2
