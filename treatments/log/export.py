"""The log as a file: CSV as a stream, or a workbook, with the filters written into it."""

import csv
import datetime as dt
import io
import tempfile
from collections.abc import Iterator
from functools import lru_cache
from typing import IO, Any, NamedTuple
from zoneinfo import ZoneInfo

from django.db.models import F, QuerySet, TextField
from django.db.models.functions import Cast

from clinic.models import Clinic
from clinic.paging import behind
from treatments.days import with_cycle
from treatments.lots import lot_words, lots_used
from treatments.models import Status

# So many rows are read, and sent, at a time: what an export holds in memory, however long it is.
CHUNK = 2000
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


class _Read(NamedTuple):
    """A session as the database gives it: no objects, since there can be a million."""

    pk: int
    local_date: dt.date
    status: str
    cycle: int
    last_given_on: dt.date | None
    starts: str
    number: str
    given_name: str
    family_name: str
    injector: str
    record: int | None
    units: int | None
    sites: int | None
    wasted: int | None
    lots: str | None
    signed_by: str | None
    signed: str | None


# Where the fields of `_Read` come from. Moments are read as text: as datetimes they cost more than the rest of the row.
_SOURCES = {
    "starts": Cast("starts_at", TextField()),
    "number": F("course__patient__record_number"),
    "given_name": F("course__patient__given_name"),
    "family_name": F("course__patient__family_name"),
    "injector_name": F("injector__name"),
    "units": F("record__units_given"),
    "sites": F("record__sites_given"),
    "wasted": F("record__units_wasted"),
    "lots": lots_used(),
    "signed_by": F("record__signed_by__full_name"),
    "signed": Cast("record__signed_at", TextField()),
}
_FIELDS = [{"injector": "injector_name", "record": "record_id"}.get(name, name) for name in _Read._fields]
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
    """Yield the head and then the rows, some at a time, each read from behind the last of those before."""
    yield [[safe_cell(f"Sessions of {clinic.name}"), safe_cell(filters or "no filters")], list(COLUMNS)]
    wanted: Any = with_cycle(rows).annotate(**_SOURCES).values_list(*_FIELDS)
    left = wanted
    while found := list(map(_Read._make, left[:CHUNK])):
        yield [_cells(row, clinic.zone) for row in found]
        left = behind(wanted, "starts_at", _moment(found[-1].starts), found[-1].pk)


def _cells(row: _Read, zone: ZoneInfo) -> list[object]:
    return [
        row.local_date.isoformat(),
        _clock(row.starts, zone) if row.status != Status.GIVEN_BEFORE else "",
        safe_cell(row.number),
        safe_cell(f"{row.given_name} {row.family_name}"),
        row.cycle,
        (row.local_date - row.last_given_on).days or "" if row.last_given_on else "",
        safe_cell(row.injector),
        _LABELS[row.status],
        *(_record_cells(row, zone) if row.record else _NO_RECORD),
    ]


def _record_cells(row: _Read, zone: ZoneInfo) -> list[object]:
    return [
        row.units,
        row.sites,
        row.wasted,
        safe_cell(lot_words(row.lots)),
        safe_cell(row.signed_by or ""),
        _moment(row.signed).astimezone(zone).isoformat(" ", "minutes")[:16] if row.signed else "",
    ]


@lru_cache(maxsize=4096)
def _clock(starts: str, zone: ZoneInfo) -> str:
    """Return the time on the wall; twenty people begin at the same moment, so few are reckoned."""
    return _moment(starts).astimezone(zone).strftime("%H:%M")


def _moment(text: str) -> dt.datetime:
    """Return the moment that the database wrote down: in UTC, which PostgreSQL says and SQLite does not."""
    moment = dt.datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)
