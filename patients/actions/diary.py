"""Loading diary days from a list."""

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Any, BinaryIO

from simple_history.utils import bulk_create_with_history, bulk_update_with_history

from clinic import audit
from clinic.models import AuditEntry, Clinic, User
from patients.actions.diary_days import plain_fact, put_beside
from patients.csvfile import Row, at_most, read_rows
from patients.diary_import import COLUMNS, DiaryRow, parse
from patients.importing import (
    Checked,
    Collision,
    Effect,
    Fault,
    Preview,
    Repeats,
    Report,
    batches,
    preview_import,
    run_import,
)
from patients.models import DiaryClaim, DiaryDay, Patient

FACTS = ("headache_hours", "worst_pain", "migraine", "triptan_doses", "simple_analgesic_doses")
# What a row of a list writes: the day, or a claim beside what another source said of it, or takes the kept one back.
Line = DiaryDay | DiaryClaim
Progress = Callable[[Iterable[Row]], Iterable[Row]]


@dataclass(frozen=True)
class Reading:
    """One good row: what it says, and what it writes."""

    day: DiaryRow
    line: Line


@dataclass(frozen=True)
class DiaryList:
    """A list on its way into a clinic."""

    rows: Iterable[Row]
    repeats: Repeats
    clinic: Clinic
    today: dt.date
    at: dt.datetime
    progress: Progress = iter

    def check(self) -> Iterator[list[Checked[Reading]]]:
        """Yield the rows in batches, each with its effect or its faults."""
        for batch in batches(self.progress(self.rows)):
            parsed = [(row.line, parse(row, self.today)) for row in batch]
            stored = _stored(self.clinic, [day for _, day in parsed if isinstance(day, DiaryRow)])
            yield [
                _checked(line, day, self.repeats, stored, self.at)
                if isinstance(day, DiaryRow)
                else Checked(line, faults=day)
                for line, day in parsed
            ]


def open_diary(
    stream: BinaryIO, *, clinic: Clinic, at: dt.datetime, progress: Progress = iter, max_rows: int | None = None
) -> DiaryList:
    """Return the list in a file (CSV, opened for reading bytes), after reading through it once.

    Raises CsvError when a part of it cannot be read, or when it has more than ``max_rows``. Close its ``repeats``.
    """
    rows, today = read_rows(stream, COLUMNS), clinic.date_at(at)
    days = ((row.line, parse(row, today)) for row in at_most(rows, max_rows))
    repeats = Repeats((line, day.key) for line, day in days if isinstance(day, DiaryRow))
    return DiaryList(rows, repeats, clinic, today, at, progress)


def preview_diary(*, clinic: Clinic, stream: BinaryIO, at: dt.datetime) -> Preview[Reading]:
    """Check a list and say what importing it would do. Raises CsvError when the file cannot be read."""
    source = open_diary(stream, clinic=clinic, at=at)
    with closing(source.repeats):
        return preview_import(source.check())


def import_diary(
    *,
    clinic: Clinic,
    stream: BinaryIO,
    by: User | None,
    at: dt.datetime,
    dry_run: bool = False,
    skip_bad: bool = False,
    progress: Progress = iter,
    clock: Callable[[], dt.datetime] | None = None,
) -> Report:
    """Load the days of a CSV file with the columns of `patients.diary_import`, all or none (unless ``skip_bad``).

    A day that came with a list is updated where it differs. What anybody else said of a day stays, and what the list
    says is put beside it, to be settled. ``clock`` is read when all is written: a list may take minutes, and whoever
    counted the diary meanwhile counted it without. Raises CsvError when the file as a whole cannot be read, and Collision
    when somebody wrote or settled one of these days at the same time.
    """
    source = open_diary(stream, clinic=clinic, at=at, progress=progress)
    with closing(source.repeats):
        report = run_import(
            check=source.check,
            write=lambda readings: _write([reading.line for reading in readings], by=by, at=at),
            dry_run=dry_run,
            skip_bad=skip_bad,
            at_last=lambda: _date_history(clinic, at, clock() if clock else at),
        )
    if report.written:
        audit.record(clinic=clinic, by=by, at=at, action=AuditEntry.Action.IMPORT, kind="diary", rows=report.writes)
    return report


@dataclass(frozen=True)
class Stored:
    """What is there of the people and days of one batch; the claims are those that a list made, settled or not."""

    people: dict[str, Patient]
    days: dict[tuple[int, dt.date], DiaryDay]
    claims: dict[tuple[int, dt.date], DiaryClaim]


def _stored(clinic: Clinic, days: Sequence[DiaryRow]) -> Stored:
    numbers = {day.record_number for day in days}
    people = Patient.objects.filter(clinic=clinic, record_number__in=numbers).select_related("merged_into")
    here: dict[str, Any] = {"patient__in": people, "date__in": {day.date for day in days}}
    claims = DiaryClaim.objects.filter(**here, source=DiaryDay.Source.IMPORT).order_by("pk")
    return Stored(
        {patient.record_number: patient for patient in people},
        {(day.patient_id, day.date): day for day in DiaryDay.objects.filter(**here)},
        {(claim.patient_id, claim.date): claim for claim in claims},
    )


def _checked(line: int, day: DiaryRow, repeats: Repeats, stored: Stored, at: dt.datetime) -> Checked[Reading]:
    patient = stored.people.get(day.record_number)
    if patient is None:
        return _refused(line, "mrn", f"Nobody at this clinic has the record number {day.record_number}.")
    if patient.merged_into:
        number = patient.merged_into.record_number
        return _refused(line, "mrn", f"The record {day.record_number} was joined with {number}. Write that number.")
    if day.date < patient.birth_date:
        return _refused(line, "date", f"{day.date} is before the date of birth.")
    if other := repeats.other_line(day.key, line):
        return _refused(line, "date", f"Line {other} has the same person and day, and nobody can say which is right.")
    return _compare(line, day, patient, stored, at)


def _refused(line: int, field: str, reason: str) -> Checked[Reading]:
    return Checked(line, faults=(Fault(line, field, reason),))


def _compare(line: int, day: DiaryRow, patient: Patient, stored: Stored, at: dt.datetime) -> Checked[Reading]:
    known = stored.days.get((patient.pk, day.date))
    facts = {fact: getattr(day, fact) for fact in FACTS}
    if known and all(getattr(known, name) == value for name, value in facts.items()):
        # Who comes to say the same disputes it no more.
        claim = stored.claims.get((patient.pk, day.date))
        if claim and claim.settled_at is None:
            return Checked(line, Effect.CHANGED, Reading(day, claim))
        return Checked(line, Effect.UNCHANGED, Reading(day, known))
    if known and known.source != DiaryDay.Source.IMPORT:
        effect, claim = _dispute(known, facts, stored, at)
        return Checked(line, effect, Reading(day, claim))
    value = known or DiaryDay(clinic_id=patient.clinic_id, patient=patient, date=day.date)
    for name, fact in facts.items():
        setattr(value, name, fact)
    value.source, value.entered_at = DiaryDay.Source.IMPORT, at
    return Checked(line, Effect.CHANGED if known else Effect.NEW, Reading(day, value))


def _dispute(known: DiaryDay, facts: dict[str, Any], stored: Stored, at: dt.datetime) -> tuple[Effect, DiaryClaim]:
    """Put the list's word beside what another source said; once, also where somebody settled it meanwhile."""
    plain = {name: plain_fact(value) for name, value in facts.items()}
    before = stored.claims.get((known.patient_id, known.date))
    claim = DiaryClaim(
        clinic_id=known.clinic_id, patient_id=known.patient_id, date=known.date,
        source=DiaryDay.Source.IMPORT, facts=plain, entered_at=at,
    )  # fmt: skip
    return Effect.UNCHANGED if before and before.facts == plain else Effect.DISPUTED, claim


def _write(lines: Sequence[Line], *, by: User | None, at: dt.datetime) -> None:
    for line in lines:
        if isinstance(line, DiaryClaim) and line._state.adding:
            line.entered_by = by
            put_beside(line)
    taken_back = [line.pk for line in lines if isinstance(line, DiaryClaim) and not line._state.adding]
    DiaryClaim.objects.filter(pk__in=taken_back, settled_at__isnull=True).delete()
    days = [line for line in lines if isinstance(line, DiaryDay)]
    new = [day for day in days if day._state.adding]
    changed = [day for day in days if not day._state.adding]
    if new:
        bulk_create_with_history(new, DiaryDay, default_user=by, default_date=at)
    if changed:
        _hold_unsettled(changed)
        fields = [*FACTS, "source", "entered_at"]
        bulk_update_with_history(changed, DiaryDay, fields, default_user=by, default_date=at)


def _date_history(clinic: Clinic, began: dt.datetime, ended: dt.datetime) -> None:
    """Let the history of all days have the moment from which on others see them, and a signature looks for it."""
    if ended != began:
        DiaryDay.history.filter(clinic=clinic, history_date=began).update(history_date=ended)


def _hold_unsettled(changed: Sequence[DiaryDay]) -> None:
    """Let nobody settle these days until they are written. Raises Collision where somebody did, or erased them, meanwhile."""
    rows = DiaryDay.objects.select_for_update(no_key=True).filter(pk__in=[day.pk for day in changed]).order_by("pk")
    if list(rows.values_list("source", flat=True)) != [DiaryDay.Source.IMPORT] * len(changed):
        raise Collision
