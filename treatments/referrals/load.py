"""Importing a referral list: a file in, people and their treatment so far stored, a report out.

The file is read in batches, first to check every row, then to write them all in one transaction. No more of it than one
batch is held in memory, whatever its length.
"""

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from typing import BinaryIO

from clinic import audit
from clinic.models import AuditEntry, Clinic, Injector, User
from patients.csvfile import Row, Rows, at_most, read_rows
from patients.importing import (
    Checked,
    Effect,
    Fault,
    Preview,
    Repeats,
    Report,
    batches,
    preview_import,
    run_import,
)
from treatments.referrals import care, people
from treatments.referrals.changes import Change, Comparison, Setting
from treatments.referrals.columns import COLUMNS
from treatments.referrals.rows import Referral, parse
from treatments.referrals.stored import Stored, find
from treatments.referrals.writing import write

Progress = Callable[[Iterable[Row]], Iterable[Row]]
PARTS = (
    people.update_person,
    people.update_contacts,
    care.update_findings,
    care.update_authorization,
    care.update_treatment,
)


@dataclass(frozen=True)
class Reading:
    """One good row: what it says, and what it changes."""

    referral: Referral
    change: Change


@dataclass
class ReferralList:
    """A list on its way into a clinic."""

    rows: Rows
    setting: Setting
    repeats: Repeats
    progress: Progress = iter
    # What to remember of people whose record needs no change; the next write takes it along.
    _remembered: list[Change] = field(default_factory=list)

    def check(self) -> Iterator[list[Checked[Reading]]]:
        """Yield the rows in batches, each with its effect or its faults."""
        for batch in batches(self.progress(self.rows)):
            parsed = [(row.line, self._parse(row)) for row in batch]
            stored = find(self.setting.clinic, [one for _, one in parsed if isinstance(one, Referral)])
            self._remembered = []
            yield [
                self._compare(line, one, stored.get(one.record_number))
                if isinstance(one, Referral)
                else Checked(line, faults=tuple(one))
                for line, one in parsed
            ]

    def write(self, readings: Sequence[Reading]) -> None:
        """Write what a batch changes, and remember what the list said of everybody in it."""
        write([reading.change for reading in readings] + self._remembered, by=self.setting.by, at=self.setting.at)

    def _parse(self, row: Row) -> Referral | list[Fault]:
        if row.problem:
            return [Fault(row.line, "", f"The row {row.problem}.")]
        parsed = parse(
            row.line,
            row.values,
            today=self.setting.today,
            country=self.setting.clinic.country,
            injectors=self.setting.injectors,
        )
        first = self.repeats.other_line(row.values["mrn"], row.line)
        if first is None or first > row.line:
            return parsed
        twin = Fault(row.line, "mrn", f"Line {first} has this record number too. It can belong to one person only.")
        return [twin, *(parsed if isinstance(parsed, list) else [])]

    def _compare(self, line: int, referral: Referral, stored: Stored | None) -> Checked[Reading]:
        known = stored or Stored(people.new_patient(self.setting, referral))
        change = Change(known.patient)
        if stored is None:
            change.created.append(known.patient)
        elif known.says_the_same(referral):
            return Checked(line, Effect.UNCHANGED, Reading(referral, change))
        news = _news(referral, known)
        if wrong := stored and people.wrong_record(stored.patient, referral, news):
            return Checked(line, faults=(Fault(line, "mrn", wrong),))
        both = Comparison(self.setting, referral, known, news, change)
        for part in PARTS:
            part(both)
        if not change:
            people.remember(both, change)
            self._remembered.append(change)
            return Checked(line, Effect.UNCHANGED, Reading(referral, change))
        people.remember(both, change)
        return Checked(line, Effect.NEW if stored is None else Effect.CHANGED, Reading(referral, change))


def _news(referral: Referral, stored: Stored) -> set[str]:
    before = stored.line.said if stored.line else {}
    return {name for name, value in stored.heard(referral).items() if name not in before or before[name] != value}


def open_list(
    stream: BinaryIO,
    *,
    clinic: Clinic,
    by: User | None,
    at: dt.datetime,
    progress: Progress = iter,
    max_rows: int | None = None,
) -> ReferralList:
    """Return the list in a file (CSV, opened for reading bytes), after reading through it once.

    Raises CsvError when a part of it cannot be read, or when it has more than ``max_rows``. Close its ``repeats``.
    """
    rows = read_rows(stream, COLUMNS)
    injectors = {injector.email.casefold(): injector for injector in Injector.objects.filter(clinic=clinic)}
    repeats = Repeats(_record_numbers(rows, max_rows))
    return ReferralList(rows, Setting(clinic, injectors, by, at), repeats, progress)


def _record_numbers(rows: Rows, max_rows: int | None) -> Iterator[tuple[int, str]]:
    for row in at_most(rows, max_rows):
        if not row.problem and row.values["mrn"]:
            yield row.line, row.values["mrn"]


def preview_referrals(*, clinic: Clinic, stream: BinaryIO, by: User | None, at: dt.datetime) -> Preview[Reading]:
    """Check a list and say what importing it would do. Raises CsvError when the file cannot be read."""
    source = open_list(stream, clinic=clinic, by=by, at=at)
    with closing(source.repeats):
        return preview_import(source.check())


def import_referrals(
    *,
    clinic: Clinic,
    stream: BinaryIO,
    by: User | None,
    at: dt.datetime,
    dry_run: bool = False,
    skip_bad: bool = False,
    progress: Progress = iter,
) -> Report:
    """Import a list into a clinic, all rows or none (unless ``skip_bad``), and say what happened.

    ``progress`` wraps the rows each time they are read. Raises CsvError when the file as a whole cannot be read, and
    Collision when somebody else changed the same people at the same time.
    """
    source = open_list(stream, clinic=clinic, by=by, at=at, progress=progress)
    with closing(source.repeats):
        report = run_import(check=source.check, write=source.write, dry_run=dry_run, skip_bad=skip_bad)
    if report.written:
        audit.record(clinic=clinic, by=by, at=at, action=AuditEntry.Action.IMPORT, kind="referral", rows=report.writes)
    return report
