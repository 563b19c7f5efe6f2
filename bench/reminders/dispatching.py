"""What sending costs: looking when nothing is due, claiming, and handing over beside a bare SMTP loop."""

import datetime as dt
import multiprocessing
import os
import smtplib
import time
from collections.abc import Callable, Iterator
from email.message import EmailMessage
from email.utils import formatdate
from itertools import count, cycle, islice
from pathlib import Path
from typing import Any, NamedTuple

from django.conf import settings
from django.db import connection, connections
from django.db.models import F
from django.utils import timezone

from bench.reminders.celery_floor import tasks_a_second
from bench.report import Row
from bench.timing import percentile
from reminders.dispatch import claim, send_due
from reminders.models import Delivery, Reminder, State
from tests.servers.processes import Server, mail_server

DAY = dt.timedelta(days=1)
CLAIMS, BATCH = 10_000, 200
LETTERS, WARM = 200, 20
# Two hundred letters are gone in a second, in which a disk may do something else: the middle of so many rounds counts.
ROUNDS = 5
# What a mail server elsewhere takes for its yes, at the least.
AWAY_SECONDS = 0.02
AT_ONCE = int(os.environ.get("AT_ONCE", "10000"))
WORKERS = 2


class _Round(NamedTuple):
    """Letters a second: our worker's, a bare loop's right before it, and those of one that commits a row for each."""

    ours: float
    bare: float
    writing: float

    @property
    def of_bare(self) -> float:
        """Ours beside the bare loop."""
        return self.ours / self.bare


def measure(engine: str, size: int, folder: Path) -> Iterator[Row]:
    """Measure on a ledger in which every message waits."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE bench_began (letters integer)")
        cursor.execute("INSERT INTO bench_began VALUES (0)")
    Reminder.objects.update(due_at=timezone.now() + DAY, state=State.WAITING, closed_at=None)
    empty = _median_sql(lambda: claim(now=timezone.now(), limit=BATCH))
    yield Row(
        "A tick with nothing due",
        engine,
        size,
        empty,
        target="under 1 ms with 1M messages waiting",
        met=empty < 1 if size >= 1_000_000 else None,
        note="the two questions of a claim, as the worker waits for them",
    )
    yield _claiming(engine, size, folder)
    settings.EMAIL_BACKEND = "reminders.channels.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_TIMEOUT = "127.0.0.1", 10
    with mail_server(folder) as server:
        settings.EMAIL_PORT = server.port
        yield _sending(
            engine, size, server, "Sending", "one worker; the mail server answers at once, on the same two cores"
        )
        if AT_ONCE <= size <= 10_000:
            yield _at_once(engine, size, server)
    with mail_server(folder, "--delay", str(AWAY_SECONDS)) as server:
        settings.EMAIL_PORT = server.port
        yield _sending(engine, size, server, "Sending far away", "one worker; each yes takes 20 ms, as over a network")


def _median_sql(act: Callable[[], object], times: int = 21) -> float:
    """Return the median milliseconds that an act spends waiting for the database."""
    spent = [0.0]

    def timed(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        began = time.perf_counter()
        try:
            return execute(sql, params, many, context)
        finally:
            spent[-1] += (time.perf_counter() - began) * 1000

    with connection.execute_wrapper(timed):
        for _ in range(times):
            spent.append(0.0)
            act()
    return percentile(spent[1:], 0.5)


def _due(number: int) -> None:
    """Make so many messages due now, as if none had ever been tried, and all others later."""
    Delivery.objects.all().delete()
    Reminder.objects.update(
        due_at=timezone.now() + DAY, state=State.WAITING, lease_until=None, attempts=0, closed_at=None
    )
    keys = Reminder.objects.order_by("pk").values("pk")[:number]
    Reminder.objects.filter(pk__in=list(keys.values_list("pk", flat=True))).update(
        due_at=F("created_at") - DAY, useful_until=timezone.now() + DAY
    )
    _quiet()


def _quiet() -> None:
    """Let the database do now what it would do behind the measure: no clinic has a million rows changed beforehand."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            for statement in ("VACUUM (ANALYZE) reminders_reminder, reminders_delivery", "CHECKPOINT"):
                cursor.execute(statement)
        else:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _claiming(engine: str, size: int, folder: Path) -> Row:
    _due(CLAIMS)
    began, claimed = time.perf_counter(), 0
    while mine := claim(now=timezone.now(), limit=BATCH):
        claimed += len(mine)
    rate = claimed / (time.perf_counter() - began)
    floor = tasks_a_second(folder)
    return Row(
        "Claiming",
        engine,
        size,
        rate,
        "per s",
        floor,
        target="10 times the empty tasks a second of Celery on the same broker",
        met=rate >= 10 * floor,
        note=f"batches of {BATCH}",
    )


def _sending(engine: str, size: int, server: Server, what: str, note: str) -> Row:
    _due(WARM)  # a worker runs for weeks: what it loads for its first letters is not counted
    send_due(clock=timezone.now)
    rounds = sorted((_one_round(server) for _ in range(ROUNDS)), key=lambda one: one.of_bare)
    least, middle, most = (rounds[place] for place in (0, ROUNDS // 2, -1))
    return Row(
        what,
        engine,
        size,
        middle.ours,
        "per s",
        middle.bare,
        target="0.8 of a bare SMTP loop",
        met=middle.of_bare >= 0.8,
        note=f"{note}; the middle of {ROUNDS} rounds ({least.of_bare:.2f} to {most.of_bare:.2f}); "
        f"{middle.ours / middle.writing:.2f} of a loop that commits one row before each letter",
    )


def _one_round(server: Server) -> _Round:
    _due(LETTERS)
    bare = _bare_loop(server)
    writing = _bare_loop(server, before=_commit_a_row)
    began = time.perf_counter()
    sent = send_due(clock=timezone.now)
    rate = sent / (time.perf_counter() - began)
    assert sent == LETTERS
    return _Round(rate, bare, writing)


def _commit_a_row() -> None:
    """Write the least that can be on the disk before a letter leaves, so that a dead worker's is known to have begun."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE bench_began SET letters = letters + 1")


def _bare_loop(server: Server, before: Callable[[], None] = lambda: None) -> float:
    """Return the letters a second of one connection that does nothing else: the same ones that were sent last."""
    sent = server.received()[-WARM:]
    began = time.perf_counter()
    with smtplib.SMTP("127.0.0.1", server.port) as line:
        for like in islice(cycle(sent), LETTERS):
            letter = EmailMessage()
            letter["From"], letter["To"], letter["Date"] = settings.DEFAULT_FROM_EMAIL, like["to"][0], formatdate()
            letter["Subject"], letter["Message-ID"] = like["subject"], like["message_id"]
            letter.set_content(like["body"])
            before()
            line.send_message(letter)
    return LETTERS / (time.perf_counter() - began)


def _at_once(engine: str, size: int, server: Server) -> Row:
    """Let two workers hand over 10,000 that became due at one moment."""
    _due(AT_ONCE)
    connections.close_all()
    began = time.time()
    before = len(server.received())
    workers = [multiprocessing.get_context("fork").Process(target=_work) for _ in range(WORKERS)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    waited = [letter["at"] - began for letter in server.received()[before:]]
    p99 = percentile(waited, 0.99)
    return Row(
        f"{AT_ONCE:,} due at once, 99 of 100 handed over",
        engine,
        size,
        p99,
        "s",
        target="within 60 s",
        met=p99 <= 60,
        note=f"{len(waited):,} letters by {WORKERS} workers in {max(waited):.0f} s",
    )


def _work() -> None:
    for _ in count():
        if not send_due(clock=timezone.now):
            return
