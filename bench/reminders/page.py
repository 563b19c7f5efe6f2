"""The page that shows the figures: docs/performance-reminders.md."""

import json
import os
import platform
import sqlite3
from collections.abc import Iterable
from dataclasses import asdict
from itertools import groupby

import django

from bench.report import ROOT, Row, number, size_words

PAGE = ROOT / "docs" / "performance-reminders.md"
PAGE_STORE = ROOT / "var" / "bench" / "reminders.json"
HEAD = """# Performance of the reminders

Written by `python -m bench.reminders` from what it measured; the pages and the booking are in
[performance.md](performance.md). Compare figures of one run, never of two: the machine was shared, with other work on
both of its cores. The ratio is ours beside the floor of the same run: the same rows in one SQL statement, the same
letters by a bare SMTP loop, or the empty tasks a second of Celery on the same broker. For a time less is better, for a
rate more. `SIZES=10000,100000,1000000` chooses the sizes, `AT_ONCE=10000` how many become due at one moment.

Planning asks beside what the floor does whether each message is there already, which way its person is to be written
to and whether it is too late. On PostgreSQL the floor checks its foreign keys too, as ours must: an earlier floor left
them out, so earlier ratios are not to be compared. A letter costs one transaction beside its hand-over. Why PostgreSQL
sends at half the rate of SQLite here, and two of its workers miss the minute, has not been found out.

How to read the run of 2026-11-26: nothing else heavy ran, but for the rows of 100,000 about sending and planning with
nothing to do, beside which another measure ran. A tick counts only the waiting for the database (before: the ORM too).
The two rows of 1M were measured by a script of their own: the tick on a ledger filled by SQL and analysed just before,
while the smaller ones come just after every row had been changed, and take longer than a millisecond. Planning,
claiming and sending have not been measured at 1M, nor SQLite beyond 10,000.

What faults cost is counted in every `make test` and told in its summary: workers killed twenty times, ten workers at
once, a broker emptied, restarted and away, a database restarted, two clocks, both changes of the clocks, gateways that
refuse, hang, answer 429 and 500, drop the line after accepting or confirm nothing. `LONG=10 make test
ARGS=tests/reminders/faults` does ten times as much. With the broker away for ten minutes (PostgreSQL, 1,020 messages,
2026-11-26, before batches were looked up at once): all sent, none lost, repeated, or more than a minute late.
"""


def stored() -> list[Row]:
    """Return every row that is kept."""
    return [Row(**row) for row in json.loads(PAGE_STORE.read_text())] if PAGE_STORE.exists() else []


def keep(rows: Iterable[Row]) -> None:
    """Put rows in the place of those of an earlier run."""
    merged = {row.key: row for row in stored()} | {row.key: row for row in rows}
    PAGE_STORE.parent.mkdir(parents=True, exist_ok=True)
    PAGE_STORE.write_text(json.dumps([asdict(row) for row in merged.values()], indent=1))


def write_page() -> None:
    """Write the page anew."""
    machine = (
        f"Measured on {os.cpu_count()} cores, {platform.system()} {platform.machine()}, Python "
        f"{platform.python_version()}, Django {django.get_version()}, SQLite {sqlite3.sqlite_version}."
    )
    lines = [HEAD, machine, ""]
    ordered = sorted(stored(), key=lambda row: (row.what, row.engine, row.size))
    for what, group in groupby(ordered, key=lambda row: row.what):
        rows = list(group)
        lines += [f"## {what}", "", f"Target: {rows[0].target}.", ""]
        lines += ["| engine | visits | ours | floor | ratio | target met | measured | note |", "| --- " * 8 + "|"]
        lines += [_line(row) for row in rows] + [""]
    PAGE.write_text("\n".join(lines).rstrip() + "\n")


def _line(row: Row) -> str:
    cells = [
        row.engine,
        size_words(row.size),
        f"{number(row.ours)} {row.unit}",
        f"{number(row.floor)} {row.unit}" if row.floor else "",
        f"{row.ratio:.2f}" if row.ratio else "",
        {True: "yes", False: "no", None: ""}[row.met],
        row.measured,
        row.note,
    ]
    return f"| {' | '.join(cells)} |"
