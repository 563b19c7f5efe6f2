"""The log as a file: CSV as a stream, or a workbook, with the filters written into it."""

import csv
import datetime as dt
import io
import tempfile
from collections.abc import Iterator
from functools import lru_cache
from typing import IO, Any
from zoneinfo import ZoneInfo

from django.db.models import QuerySet

from clinic.models import Clinic
from treatments.log.lines import Line, pieces
from treatments.lots import lot_words
from treatments.models import Status

# So many rows are sent at a time: what is held of them in memory, however many there are.
CHUNK = 500
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

_LABELS = {status.value: str(status.label) for status in Status}
# Sessions given before this system kept records have a day and no time.
_NO_TIME = Status.GIVEN_BEFORE.value

_NO_RECORD = [""] * 6


def safe_cell(text: str) -> str:
    """Return the cell as text that no spreadsheet takes for a formula, be it after spaces."""
    if text[:1].isalnum():
        return text
    return f"'{text}" if text.startswith(_FORMULA_STARTS) or text.lstrip().startswith(_FORMULA_STARTS) else text


def csv_chunks(rows: QuerySet[Any], clinic: Clinic, filters: str) -> Iterator[str]:
    """Yield a CSV in pieces: a byte order mark for spreadsheets, the filters, the head, one line per session."""
    yield "\ufeff"
    for lines in _table(rows, clinic, filters):
        piece = io.StringIO()
        csv.writer(piece).writerows(lines)
        yield piece.getvalue()


def workbook(rows: QuerySet[Any], clinic: Clinic, filters: str) -> IO[bytes]:
    """Write the same table as a workbook into a file of its own, row by row, and return it at its beginning.

    Numbers stay numbers, so that they can be summed; text is text, whatever it begins with.
    """
    from openpyxl import Workbook  # a tenth of a server's start, for a file that is asked for once a month

    book = Workbook(write_only=True)
    sheet = book.create_sheet("Sessions")
    for lines in _table(rows, clinic, filters):
        for cells in lines:
            sheet.append(cells)
    file = tempfile.TemporaryFile(suffix=".xlsx")  # noqa: SIM115  # whoever sends it closes it
    book.save(file)
    file.seek(0)
    return file


def _table(rows: QuerySet[Any], clinic: Clinic, filters: str) -> Iterator[list[list[object]]]:
    """Yield the head, before anything is read, and then the rows, some at a time."""
    yield [[safe_cell(f"Sessions of {clinic.name}"), safe_cell(filters or "no filters")], list(COLUMNS)]
    zone = clinic.zone
    for piece in pieces(rows, CHUNK):
        yield [_cells(line, zone) for line in piece]


def _cells(line: Line, zone: ZoneInfo) -> list[object]:
    day, starts, status, number, given_name, family_name, cycle, last_given_on, injector, record, *recorded = line
    return [
        day,
        _at_the_clinic(starts[:16], zone)[11:] if status != _NO_TIME else "",
        safe_cell(number),
        safe_cell(f"{given_name} {family_name}"),
        cycle,
        _days(last_given_on, day) or "" if last_given_on else "",
        safe_cell(injector),
        _LABELS[status],
        *(_record_cells(zone, *recorded) if record else _NO_RECORD),
    ]


def _record_cells(
    zone: ZoneInfo, units: int, sites: int, wasted: int, lots: str | None, signed_by: str | None, signed: str | None
) -> list[object]:
    return [
        units,
        sites,
        wasted,
        _lots_cell(lots),
        safe_cell(signed_by or ""),
        _at_the_clinic(signed[:16], zone) if signed else "",
    ]


def _days(first: str, last: str) -> int:
    return (dt.date.fromisoformat(last) - dt.date.fromisoformat(first)).days


@lru_cache(maxsize=4096)
def _lots_cell(found: str | None) -> str:
    """Return the lots of a record; few are in use at a time, so few are put in order."""
    return safe_cell(lot_words(found))


@lru_cache(maxsize=4096)
def _at_the_clinic(minute: str, zone: ZoneInfo) -> str:
    """Return date and time on the wall of a minute that the database wrote down, which is in UTC.

    Twenty people begin at the same moment, so few are reckoned.
    """
    moment = dt.datetime.fromisoformat(minute).replace(tzinfo=dt.UTC).astimezone(zone)
    return moment.isoformat(" ", "minutes")[:16]
