"""The log as a file: CSV as a stream, or a workbook, with the filters written into it."""

import csv
import datetime as dt
import io
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import IO, Any, NamedTuple
from zoneinfo import ZoneInfo

from django.db.models import QuerySet
from openpyxl import Workbook

from clinic.models import Clinic
from treatments.log.rows import behind
from treatments.models import Status, Vial

# So many rows are read, and sent, at a time: what an export holds in memory, however long it is.
CHUNK = 1000
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
# What a row is made of, in the order of `_Read`.
_FIELDS = (
    *("starts_at", "pk", "local_date", "status", "course__patient__record_number"),
    *("course__patient__given_name", "course__patient__family_name", "cycle", "last_given_on", "injector__name"),
    *("record_id", "record__units_given", "record__sites_given", "record__units_wasted"),
    *("record__signed_by__full_name", "record__signed_at"),
)


class _Read(NamedTuple):
    """A session as the database gives it: no objects, since there can be a million."""

    starts_at: dt.datetime
    pk: int
    local_date: dt.date
    status: str
    number: str
    given_name: str
    family_name: str
    cycle: int
    last_given_on: dt.date | None
    injector: str
    record: int | None
    units: int | None
    sites: int | None
    wasted: int | None
    signed_by: str | None
    signed_at: dt.datetime | None


@lru_cache(maxsize=4096)
def safe_cell(text: str) -> str:
    """Return the cell as text that no spreadsheet takes for a formula, be it after spaces."""
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
    wanted: Any = rows.values_list(*_FIELDS)
    left = wanted
    while found := list(map(_Read._make, left[:CHUNK])):
        lots = _lots([row.record for row in found if row.record])
        yield [_cells(row, lots, clinic.zone) for row in found]
        left = behind(wanted, found[-1].starts_at, found[-1].pk)


def _lots(records: Sequence[int]) -> dict[int, set[str]]:
    lots: dict[int, set[str]] = defaultdict(set)
    for record, lot in Vial.objects.filter(record__in=records).order_by().values_list("record_id", "lot"):
        lots[record].add(lot)
    return lots


def _cells(row: _Read, lots: dict[int, set[str]], zone: ZoneInfo) -> list[object]:
    return [
        row.local_date.isoformat(),
        _clock(row.starts_at, zone) if row.status != Status.GIVEN_BEFORE else "",
        safe_cell(row.number),
        safe_cell(f"{row.given_name} {row.family_name}"),
        row.cycle,
        (row.local_date - row.last_given_on).days or "" if row.last_given_on else "",
        safe_cell(row.injector),
        _LABELS[row.status],
        *(_record_cells(row, lots, zone) if row.record else [""] * 6),
    ]


def _record_cells(row: _Read, lots: dict[int, set[str]], zone: ZoneInfo) -> list[object]:
    return [
        row.units,
        row.sites,
        row.wasted,
        safe_cell(" ".join(sorted(lots[row.record or 0]))),
        safe_cell(row.signed_by or ""),
        row.signed_at.astimezone(zone).isoformat(" ", "minutes")[:16] if row.signed_at else "",
    ]


@lru_cache(maxsize=4096)
def _clock(at: dt.datetime, zone: ZoneInfo) -> str:
    """Return the time on the wall; twenty people begin at the same moment, so few are reckoned."""
    return at.astimezone(zone).strftime("%H:%M")
