"""The page that shows the figures: docs/performance.md, written anew from what is kept."""

import os
import platform
import sqlite3
from collections.abc import Iterable, Iterator
from itertools import groupby

import django
import psycopg

from bench import goals, growth
from bench.report import PAGE, ROOT, Row, number, size_words

HEAD = """# Performance

Written by `make bench` from what it measured. Compare figures of one run, never of two: the machine is shared, and its
clock differs from yours. The ratio is ours beside the floor of the same run: the least that the database itself needs
for the same answer, the same letters by a bare SMTP loop, or the empty tasks a second of Celery on the same broker. For
a time less is better, for a rate more.

`make bench` measures 10,000 sessions, `FULL=1 make bench` takes 1,000, 100,000 and 1,000,000 too, and goes on behind its
last step when it broke off; a row that was not measured anew keeps its figure, with its date. Others stand beside ours where they can be asked the same:
django-appointment and django-scheduler from PyPI, on the same engine, with as many visits spread alike, up to 100,000
(`bench/peers`).
"""
# What a reader must know beside the figures: written by hand, and kept when the page is written anew.
NOTES = ROOT / "bench" / "notes.md"


def write_page(rows: list[Row], url: str) -> None:
    """Write the page. ``url`` leads to the PostgreSQL that was measured."""
    lines = [HEAD, _machine(url), "", "## The fifteen goals", "", *goals.table(rows), "", NOTES.read_text()]
    lines += ["## How cost grows", "", *growth.table(rows), ""]
    for what, group in groupby(
        sorted(rows, key=lambda row: (row.what, row.engine, row.size)), key=lambda row: row.what
    ):
        lines += _table(what, list(group))
    PAGE.write_text("\n".join(lines).rstrip() + "\n")


def _machine(url: str) -> str:
    with psycopg.connect(url) as server:
        version = server.info.server_version // 10_000
    return (
        f"Measured on {os.cpu_count()} cores, {platform.system()} {platform.machine()}, Python {platform.python_version()}, "
        f"Django {django.get_version()}, PostgreSQL {version}, SQLite {sqlite3.sqlite_version}. "
        f"{os.getloadavg()[2]:.0f} processes on average wanted those cores in the last quarter of an hour of the run: "
        "where that is more than the cores, times on the wall are longer than they need be, and so is the floor; "
        "*computed* is the part that this process worked."
    )


def _table(what: str, rows: list[Row]) -> Iterator[str]:
    peers = sorted({name for row in rows for name in row.peers})
    yield from (f"## {what}", "")
    targets = sorted({row.target for row in rows if row.target})
    if targets:
        yield from (f"Target: {'; '.join(targets)}.", "")
    yield _line(["engine", "rows", "ours", "floor", "ratio", "target met", *peers, "measured", "note"])
    yield _line(["---"] * (8 + len(peers)))
    for row in rows:
        yield _line(
            [
                row.engine,
                size_words(row.size),
                f"{number(row.ours)} {row.unit}",
                f"{number(row.floor)} {row.unit}" if row.floor else "",
                f"{row.ratio:.2f}" if row.ratio else "",
                {True: "yes", False: "no", None: ""}[row.met],
                *(row.peers.get(name, "") for name in peers),
                row.measured,
                row.note,
            ]
        )
    yield ""


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"
