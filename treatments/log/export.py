"""The log as a file: CSV as a stream, or a workbook, with the filters written into it."""

import csv
import tempfile
from collections.abc import Iterable, Iterator
from typing import IO, Any

from openpyxl import Workbook

from clinic.models import Clinic
from treatments.models import Status

COLUMNS = (
    "date",
    "time",
    "record_number",
    "patient",
    "cycle",
    "days_since_last",
    "injector",
    "status",
    "units",
    "sites",
    "wasted",
    "lots",
    "signed_by",
    "signed_at",
)
# A cell that begins so is run as a formula by spreadsheets.
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


class _Echo:
    """A file that hands each written line straight back, so that a CSV can stream."""

    def write(self, line: str) -> str:
        return line


def safe_cell(value: object) -> str:
    """Return the cell as text that no spreadsheet takes for a formula, be it after spaces."""
    text = str(value)
    return f"'{text}" if text.startswith(_FORMULA_STARTS) or text.lstrip().startswith(_FORMULA_STARTS) else text


def csv_lines(rows: Iterable[Any], clinic: Clinic, filters: str) -> Iterator[str]:
    """Yield the lines of a CSV: a byte order mark for spreadsheets, the filters, the head, one line per session."""
    writer = csv.writer(_Echo())
    yield "\ufeff"
    for cells in _table(rows, clinic, filters):
        yield writer.writerow([safe_cell(cell) for cell in cells])


def workbook(rows: Iterable[Any], clinic: Clinic, filters: str) -> IO[bytes]:
    """Write the same table as a workbook into a file of its own, row by row, and return it at its beginning.

    Numbers stay numbers, so that they can be summed; text is text, whatever it begins with.
    """
    book = Workbook(write_only=True)
    sheet = book.create_sheet("Sessions")
    for cells in _table(rows, clinic, filters):
        sheet.append([cell if isinstance(cell, int) else safe_cell(cell) for cell in cells])
    file = tempfile.TemporaryFile(suffix=".xlsx")  # noqa: SIM115  # whoever sends it closes it
    book.save(file)
    file.seek(0)
    return file


def _table(rows: Iterable[Any], clinic: Clinic, filters: str) -> Iterator[list[object]]:
    yield [f"Sessions of {clinic.name}", filters or "no filters"]
    yield list(COLUMNS)
    for session in rows:
        yield _cells(session, clinic)


def _cells(session: Any, clinic: Clinic) -> list[object]:
    local = session.starts_at.astimezone(clinic.zone)
    record = session.record
    patient = session.course.patient
    known_time = session.status != Status.GIVEN_BEFORE
    return [
        session.local_date.isoformat(),
        local.strftime("%H:%M") if known_time else "",
        patient.record_number,
        patient.full_name,
        session.cycle,
        session.days_since_last or "",
        session.injector.name,
        session.get_status_display(),
        *(_record_cells(record, clinic) if record else [""] * 6),
    ]


def _record_cells(record: Any, clinic: Clinic) -> list[object]:
    return [
        record.units_given,
        record.sites_given,
        record.units_wasted,
        " ".join(sorted({vial.lot for vial in record.vials.all()})),
        record.signed_by.full_name,
        record.signed_at.astimezone(clinic.zone).strftime("%Y-%m-%d %H:%M"),
    ]
