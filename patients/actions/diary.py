"""Loading diary days from a list."""

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from typing import BinaryIO

from simple_history.utils import bulk_create_with_history, bulk_update_with_history

from clinic import audit
from clinic.models import AuditEntry, Clinic, User
from patients.csvfile import Row, read_rows
from patients.diary_import import COLUMNS, DiaryRow, parse
from patients.importing import Checked, Effect, Fault, Repeats, Report, batches, run_import
from patients.models import DiaryDay, Patient

FACTS = ("headache_hours", "worst_pain", "migraine", "triptan_doses", "simple_analgesic_doses")
Progress = Callable[[Iterable[Row]], Iterable[Row]]


def import_diary(
    *,
    clinic: Clinic,
    stream: BinaryIO,
    by: User | None,
    at: dt.datetime,
    dry_run: bool = False,
    skip_bad: bool = False,
    progress: Progress = iter,
) -> Report:
    """Load the days of a CSV file with the columns of `patients.diary_import`, all or none (unless ``skip_bad``).

    A day that is there already is updated where it differs. Raises CsvError when the file as a whole cannot be read.
    """
    rows = read_rows(stream, COLUMNS)
    today = at.astimezone(clinic.zone).date()
    keys = ((row.line, day.key) for row in rows if isinstance(day := parse(row, today), DiaryRow))
    with closing(Repeats(keys)) as repeats:
        report = run_import(
            check=lambda: _check(progress(rows), repeats, clinic=clinic, today=today, at=at),
            write=lambda days: _write(days, by=by, at=at),
            dry_run=dry_run,
            skip_bad=skip_bad,
        )
    if report.written:
        rows_written = report.new + report.changed
        audit.record(clinic=clinic, by=by, at=at, action=AuditEntry.Action.IMPORT, kind="diary", rows=rows_written)
    return report


def _check(
    rows: Iterable[Row], repeats: Repeats, *, clinic: Clinic, today: dt.date, at: dt.datetime
) -> Iterator[list[Checked[DiaryDay]]]:
    for batch in batches(rows):
        parsed = [(row.line, parse(row, today)) for row in batch]
        good = [day for _, day in parsed if isinstance(day, DiaryRow)]
        people = _people(clinic, good)
        stored = _stored(people, good)
        yield [
            _compare(line, day, repeats, people, stored, at) if isinstance(day, DiaryRow) else Checked(line, faults=day)
            for line, day in parsed
        ]


def _people(clinic: Clinic, days: Sequence[DiaryRow]) -> dict[str, Patient]:
    numbers = {day.record_number for day in days}
    people = Patient.objects.filter(clinic=clinic, record_number__in=numbers)
    return {patient.record_number: patient for patient in people}


def _stored(people: dict[str, Patient], days: Sequence[DiaryRow]) -> dict[tuple[int, dt.date], DiaryDay]:
    stored = DiaryDay.objects.filter(patient__in=people.values(), date__in={day.date for day in days})
    return {(day.patient_id, day.date): day for day in stored}


def _compare(
    line: int,
    day: DiaryRow,
    repeats: Repeats,
    people: dict[str, Patient],
    stored: dict[tuple[int, dt.date], DiaryDay],
    at: dt.datetime,
) -> Checked[DiaryDay]:
    patient = people.get(day.record_number)
    if patient is None:
        reason = f"nobody at this clinic has the record number {day.record_number}"
        return Checked(line, faults=(Fault(line, "mrn", reason),))
    if other := repeats.other_line(day.key, line):
        reason = f"line {other} has the same person and day, and nobody can say which is right"
        return Checked(line, faults=(Fault(line, "date", reason),))
    known = stored.get((patient.pk, day.date))
    if known and all(getattr(known, fact) == getattr(day, fact) for fact in FACTS):
        return Checked(line, Effect.UNCHANGED, known)
    value = known or DiaryDay(clinic_id=patient.clinic_id, patient=patient, date=day.date)
    for fact in FACTS:
        setattr(value, fact, getattr(day, fact))
    value.source, value.entered_at = DiaryDay.Source.IMPORT, at
    return Checked(line, Effect.CHANGED if known else Effect.NEW, value)


def _write(days: Sequence[DiaryDay], *, by: User | None, at: dt.datetime) -> None:
    new = [day for day in days if day._state.adding]
    changed = [day for day in days if not day._state.adding]
    if new:
        bulk_create_with_history(new, DiaryDay, default_user=by, default_date=at)
    if changed:
        fields = [*FACTS, "source", "entered_at"]
        bulk_update_with_history(changed, DiaryDay, fields, default_user=by, default_date=at)
