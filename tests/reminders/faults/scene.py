"""What every scenario has: a crowd that is to hear something now, two servers that count, and the ledger to compare with."""

import datetime as dt
import os
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import psycopg

from tests.servers.processes import Server, kill_group, mail_server, sms_gateway, start, wait_for

# LONG=10 makes every scenario ten times as long: ten times the people, ten times the kills.
LONG = int(os.environ.get("LONG", "1"))
SIZE = 100 * LONG
LEASE_SECONDS = 2
PATIENT_LEASE_SECONDS = 60
LATE_SECONDS = 60
SETTLED_SECONDS = 240 * LONG
UNFINISHED = frozenset({"waiting", "sending"})


@dataclass(frozen=True)
class Tally:
    """What came of a scenario. ``lost`` is neither at a server nor on anybody's list."""

    sent: int
    lost: int
    repeated_texts: int
    repeated_letters: int
    late: int

    def __str__(self) -> str:
        return (
            f"{self.sent} sent, {self.lost} lost, {self.repeated_texts} texts and {self.repeated_letters} letters "
            f"repeated, {self.late} late"
        )


@dataclass(frozen=True)
class Scene:
    """A database, a mail server and a gateway, and the environment that leads to them."""

    folder: Path
    mail: Server
    gateway: Server
    environment: dict[str, str]

    def patient(self, **extra: str) -> "Scene":
        """Return it with leases so long that whom a busy machine holds up is not taken for dead."""
        lease = {"REMINDER_LEASE_SECONDS": str(PATIENT_LEASE_SECONDS)}
        return replace(self, environment=self.environment | lease | extra)

    @property
    def arrived(self) -> int:
        """How much has arrived so far."""
        return len(self.mail.received()) + len(self.gateway.received())

    @contextmanager
    def workers(self, number: int) -> Iterator[None]:
        """Run workers that are born again when they are killed."""
        command = [sys.executable, "-m", "tests.reminders.faults.nursery", str(self.folder), str(number)]
        process = start(command, environment=self.environment, log=self.folder / "workers.log")
        try:
            wait_for(lambda: process.poll() is not None or bool(self.living()))
            assert process.poll() is None, (self.folder / "workers.log").read_text()
            yield
        finally:
            kill_group(process)

    def living(self) -> list[int]:
        """Return the process numbers of the workers."""
        with suppress(FileNotFoundError):
            return [int(word) for word in (self.folder / "workers").read_text().split()]
        return []

    def run(self, *command: str, name: str) -> subprocess.Popen[bytes]:
        """Start another process in this scene."""
        return start([sys.executable, *command], environment=self.environment, log=self.folder / f"{name}.log")

    def query(self, statement: str) -> list[Any]:
        """Ask the ledger in SQL; ``{now}`` is this moment."""
        now = dt.datetime.now(dt.UTC).strftime("%Y-%m-%d %H:%M:%S")
        url = self.environment["DATABASE_URL"]
        statement = statement.replace("{now}", f"'{now}'")
        if url.startswith("sqlite"):
            with closing(sqlite3.connect(url.removeprefix("sqlite:///"), timeout=30)) as database, database:
                return database.execute(statement).fetchall()
        with psycopg.connect(url) as server:
            done = server.execute(statement)
            return done.fetchall() if done.description else []

    def pass_waits(self) -> None:
        """Let the time pass for which what failed is put off."""
        self.query("UPDATE reminders_reminder SET due_at = {now} WHERE state = 'waiting' AND attempts > 0")

    def due(self) -> Counter[tuple[str, str]]:
        """Count what is or was due, by channel and state."""
        rows = self.query("SELECT channel, state, count(*) FROM reminders_reminder WHERE due_at <= {now} GROUP BY 1, 2")
        return Counter({(channel, state): number for channel, state, number in rows})

    def settle(self, seconds: float = SETTLED_SECONDS) -> Tally:
        """Wait until nothing that is due is unfinished, and count."""
        wait_for(self._is_settled, seconds=seconds)
        return self.tally()

    def _is_settled(self) -> bool:
        time.sleep(0.2)
        due = self.due()
        return bool(due) and not any(state in UNFINISHED for _, state in due)

    def tally(self, since: float | None = None) -> Tally:
        """Compare what arrived with what the ledger says. ``since`` is when the last of it was due."""
        texts = Counter((text["to"], text["body"]) for text in self.gateway.received())
        letters = Counter(letter["message_id"] for letter in self.mail.received())
        due = self.due()
        unfinished = sum(number for (_, state), number in due.items() if state in UNFINISHED)
        missing = max(0, due["sms", "sent"] - len(texts)) + max(0, due["email", "sent"] - len(letters))
        moments = [line["at"] for line in (*self.gateway.received(), *self.mail.received())]
        return Tally(
            sent=len(texts) + len(letters),
            lost=unfinished + missing,
            repeated_texts=texts.total() - len(texts),
            repeated_letters=letters.total() - len(letters),
            late=sum(at > since + LATE_SECONDS for at in moments) if since else 0,
        )


@contextmanager
def scene(folder: Path, database: dict[str, str], *, delay: float = 0.02, **extra: str) -> Iterator[Scene]:
    """Open a scene on a database; ``delay`` is how long each server thinks before it says yes."""
    with mail_server(folder, "--delay", str(delay)) as mail, sms_gateway(folder, "--delay", str(delay)) as gateway:
        environment = database | mail.environment | gateway.environment
        environment |= {"REMINDER_LEASE_SECONDS": str(LEASE_SECONDS), "REMINDER_TICK_SECONDS": "1", "UNDO_SECONDS": "1"}
        environment |= {"EMAIL_TIMEOUT_SECONDS": "2", "SMS_TIMEOUT_SECONDS": "2"} | extra
        yield Scene(folder, mail, gateway, environment)
