"""The fifteen things to be good at, each with the figures or the tests that show it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from bench.report import Row, number, size_words


@dataclass(frozen=True)
class Goal:
    """What is aimed at; the rows that measure it, by what they measure; and where it is shown by tests."""

    words: str
    measured: tuple[str, ...] = ()
    shown: str = ""


GOALS = (
    Goal(
        "No double booking: the database refuses it",
        ("Accepted of 20 at once for one time",),
        "tests/treatments/test_race.py, test_visit_machine.py, tests/clinic/test_rebuilt_tables.py",
    ),
    Goal("Losing a race is quick", ("Race of 16 for one time, p99", "Moves in shuffled order, 8 people, p99")),
    Goal("Booking throughput", ("Booking over HTTP, 8 connections", "Booking over HTTP, 32 connections")),
    Goal(
        "Slot search",
        ("Slot search, one injector without a free time, 52 weeks", "Slot search, any of 20 injectors"),
        "tests/treatments/test_slots_engines.py",
    ),
    Goal(
        "Calendar pages",
        ("Calendar, day of 20 with 400 visits", "Calendar, week of 20 with 2,000 visits"),
        "tests/treatments/test_calendar.py counts the statements",
    ),
    Goal(
        "No reminder lost, none repeated",
        ("Lost when things break",),
        "tests/reminders/faults; the summary of each run counts them",
    ),
    Goal(
        "Reminders on time",
        ("10,000 due at once, 99 of 100 handed over", "A tick with nothing due", "Claiming", "Sending"),
    ),
    Goal("The truth without a broker", (), "tests/reminders/faults/test_broker.py"),
    Goal("Nothing fails in silence", (), "tests/reminders/watching, tests/reminders/test_tomorrow.py"),
    Goal("Time is exact", (), "tests/treatments/test_cycle.py, tests/reminders/test_timing.py, faults/test_time.py"),
    Goal("Nobody sees another clinic", (), "tests/clinic/test_access.py, tests/attacks"),
    Goal("ASVS level 2", (), "docs/security.md, item by item"),
    Goal("Links that scanners may open", (), "tests/reminders/own_pages/test_visit.py, tests/attacks/test_getting.py"),
    Goal(
        "An audit log that can be read",
        ("Session log, nine tenths down", "CSV export of the log", "Audit log, checked"),
        "tests/clinic/test_chain.py, tests/clinic/test_access.py",
    ),
    Goal(
        "It survives, and stays small",
        (
            *("Cold start", "Memory of two web processes, a worker and the broker"),
            "Restored from a copy, and checked",
        ),
        "tests/clinic/backups/test_drill.py, tests/reminders/faults/test_database.py",
    ),
)


def table(rows: Iterable[Row]) -> Iterator[str]:
    """Yield the lines of the table: each goal with its figures on the largest database of PostgreSQL, and its tests."""
    newest = {row.what: row for row in sorted(rows, key=lambda row: (row.engine == "postgresql", row.size))}
    yield "| | goal | measured | shown by |"
    yield "| --- | --- | --- | --- |"
    for place, goal in enumerate(GOALS, 1):
        figures = "; ".join(_figure(newest[what]) for what in goal.measured if what in newest)
        yield f"| {place} | {goal.words} | {figures} | {goal.shown} |"


def _figure(row: Row) -> str:
    met = {True: "met", False: "**missed**", None: "no target"}[row.met]
    target = f", target {row.target}" if row.target else ""
    size = f" at {size_words(row.size)}" if row.size else ""
    return f"{row.what}: {number(row.ours)} {row.unit}{size}{target}: {met}"
