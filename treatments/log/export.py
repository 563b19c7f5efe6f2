"""The log as a file: CSV as a stream, or a workbook, with the filters written into it."""

import datetime as dt
import re
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
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
# A workbook is written before it is sent, 5,000 rows a second: proxies wait for a minute, and others want the processor.
MOST_IN_A_WORKBOOK = 100_000
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
# The others are text for a spreadsheet, too.
_NUMBERS = {"cycle", "days_since_last", "units", "sites", "wasted"}
# A cell that begins so is run as a formula by spreadsheets.
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
# Where a comma is part of a number, a spreadsheet begins a cell behind these instead, quotes or none.
_FORMULA_INSIDE = re.compile(r"([;\t\r\n]\s*)(?=[=+\-@])")
# A workbook is XML, which has no way to write them; they come along with what is pasted, or from a scanner.
_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_TO_QUOTE = re.compile('[",\r\n]').search

_LABELS = {status.value: str(status.label) for status in Status}
# Sessions given before this system kept records have a day and no time.
_NO_TIME = Status.GIVEN_BEFORE.value


def safe_cell(text: str) -> str:
    """Return the cell as text that no spreadsheet takes for a formula, be it after spaces, or cut at a semicolon."""
    text = _FORMULA_INSIDE.sub(r"\1'", text)
    if text[:1].isalnum():
        return text
    return f"'{text}" if text.startswith(_FORMULA_STARTS) or text.lstrip().startswith(_FORMULA_STARTS) else text


def _sheet_cell(text: str) -> str:
    """Return a safe cell that a workbook can hold."""
    return safe_cell(_NOT_IN_XML.sub("", text))


def csv_chunks(rows: QuerySet[Any], clinic: Clinic, filters: str) -> Iterator[str]:
    """Yield a CSV in pieces: a byte order mark for spreadsheets, the filters, the head, one line per session."""
    yield "\ufeff"
    yield _csv_lines(map(_csv_cell, cells) for cells in _head(clinic, filters))
    table = _Table(clinic.zone, _csv_cell)
    for piece in pieces(rows, clinic, CHUNK):
        yield _csv_lines(table.cells(piece))


def _csv_lines(table: Iterable[Iterable[str]]) -> str:
    return "".join([f"{','.join(cells)}\r\n" for cells in table])


def _csv_cell(text: str) -> str:
    """Return a safe cell in a spelling that a line of CSV can hold (RFC 4180, 2.6 and 2.7).

    Only words that somebody typed are asked; the library's writer would look at each letter of days and numbers too.
    """
    if text.replace(" ", "").isalnum():
        return text
    safe = safe_cell(text)
    if _TO_QUOTE(safe) is None:
        return safe
    doubled = safe.replace('"', '""')
    return f'"{doubled}"'


def workbook(rows: QuerySet[Any], clinic: Clinic, filters: str) -> IO[bytes]:
    """Write the same table as a workbook into a file of its own, row by row, and return it at its beginning.

    Numbers stay numbers, so that they can be summed; text is text, whatever it begins with.
    """
    from openpyxl import Workbook  # a tenth of a server's start, for a file that is asked for once a month

    book = Workbook(write_only=True)
    sheet = book.create_sheet("Sessions")
    for cells in _head(clinic, filters):
        sheet.append([_sheet_cell(cell) for cell in cells])
    table = _Table(clinic.zone, _sheet_cell)
    for piece in pieces(rows, clinic, CHUNK):
        for cells in table.cells(piece):
            sheet.append(list(map(_valued, COLUMNS, cells)))
    file = tempfile.TemporaryFile(suffix=".xlsx")  # noqa: SIM115  # whoever sends it closes it
    book.save(file)
    file.seek(0)
    return file


def _valued(column: str, cell: str) -> str | int:
    return int(cell) if cell and column in _NUMBERS else cell


def _head(clinic: Clinic, filters: str) -> tuple[Sequence[str], Sequence[str]]:
    """Return what stands above the sessions: whose they are with the filters, and the names of the columns."""
    return (f"Sessions of {clinic.name}", filters or "no filters"), COLUMNS


class _Table:
    """Makes lines into cells: what somebody typed goes through ``spelt``, moments become times on the clinic's wall."""

    def __init__(self, zone: ZoneInfo, spelt: Callable[[str], str]) -> None:
        self._zone = zone
        self._spelt = spelt
        # Few injectors, people who sign, and lots are in use at a time, and twenty people begin at the same moment.
        self._often = lru_cache(maxsize=4096)(lambda text: spelt(text or ""))
        self._lots = lru_cache(maxsize=4096)(lambda found: spelt(lot_words(found)))
        self._time = lru_cache(maxsize=4096)(lambda starts: self._wall(starts)[11:])
        self._at_the_clinic = lru_cache(maxsize=4096)(self._wall)

    def cells(self, piece: list[Line]) -> list[tuple[str, ...]]:
        """Return the cells of these sessions, as `COLUMNS` names them: of many, since a call for each takes a quarter more."""
        return [
            (
                day,
                self._time(starts) if status != _NO_TIME else "",
                self._spelt(number),
                self._spelt(f"{given_name} {family_name}"),
                cycle,
                _days(last_given_on, took_place_on) if last_given_on else "",
                self._often(injector),
                _LABELS[status],
                units or "",
                sites or "",
                wasted or "",
                self._lots(lots),
                self._often(signed_by),
                self._at_the_clinic(signed[:16]) if signed else "",
            )
            for (
                day, starts, status, number, given_name, family_name, cycle, last_given_on, injector,
                units, sites, wasted, lots, signed_by, signed, took_place_on,
            ) in piece
        ]  # fmt: skip

    def _wall(self, moment: str) -> str:
        """Return date and time on the wall of a moment that the database wrote down, which is in UTC; whole minutes."""
        found = dt.datetime.fromisoformat(moment[:16]).replace(tzinfo=dt.UTC).astimezone(self._zone)
        return found.isoformat(" ", "minutes")[:16]


@lru_cache(maxsize=4096)
def _days(first: str, last: str) -> str:
    """Return the days between two dates; of all visits of a day most came after the same number of weeks."""
    return str((dt.date.fromisoformat(last) - dt.date.fromisoformat(first)).days or "")
