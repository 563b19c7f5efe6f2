"""Reading a CSV file that somebody else wrote: in constant memory, with every refusal in plain words.

Accepted: UTF-8 with or without a byte order mark; commas, semicolons or tabs, as the first line shows; quoted fields,
also with line breaks inside. Column names are compared without case and spaces around them, in any order. Columns that
nobody asked for are ignored and named in `Rows.ignored`, since exports carry more than one needs.
"""

import csv
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import BinaryIO

from patients.as_seen import as_seen

# Longer than any honest row; a file without line breaks must not be read into memory whole.
MAX_RECORD_CHARACTERS = 10_000
# As many as a sheet of Excel has: lines that were cleared in one come along blank. What has more is no list.
MOST_BLANK_LINES = 1_048_576
DELIMITERS = (",", ";", "\t")

_NOT_CSV = {
    b"PK\x03\x04": "This is a spreadsheet or a zip archive, not a CSV file. Save it as CSV (UTF-8).",
    b"\xd0\xcf\x11\xe0": "This is an old spreadsheet, not a CSV file. Save it as CSV (UTF-8).",
    b"%PDF": "This is a PDF, not a CSV file.",
    b"\xff\xfe": "The file is not in UTF-8. Save the file as UTF-8.",
    b"\xfe\xff": "The file is not in UTF-8. Save the file as UTF-8.",
}


class CsvError(Exception):
    """The file as a whole cannot be read; the words say why and, where it helps, in which line."""


@dataclass(frozen=True)
class Row:
    """One record. ``line`` is the line of the file on which it starts, counted from 1; the header is a line too.

    ``values`` holds the columns asked for, as they are seen. ``problem`` is not empty when the record has
    another number of fields than the header; ``values`` is then empty, because nobody can say which field is which.
    """

    line: int
    values: dict[str, str]
    problem: str = ""


class Rows(Iterable[Row]):
    """The records of one file, read as they are asked for. Start again from the top with each iteration."""

    def __init__(self, stream: BinaryIO, required: Sequence[str], optional: Sequence[str] = ()) -> None:
        """Read the header; raise CsvError when this cannot be the list that is meant."""
        self._stream, self._wanted = stream, (*required, *optional)
        header = self._start()
        self.columns = tuple(as_seen(name).casefold() for name in header)
        _refuse_bad_header(self.columns, required)
        self.ignored = tuple(name for name in self.columns if name not in self._wanted)

    def __iter__(self) -> Iterator[Row]:
        """Yield each record that is not blank; raise CsvError where the file cannot be read on."""
        self._start()
        blank = 0
        while (fields := self._record()) is not None:
            if any(as_seen(field) for field in fields):
                yield self._row(fields)
                continue
            blank += 1
            if blank > MOST_BLANK_LINES:
                raise CsvError(f"More than {MOST_BLANK_LINES:,} lines are blank. Delete those and try again.")

    def _start(self) -> list[str]:
        self._stream.seek(0)
        self._lines = _Lines(self._stream)
        first = self._lines.peek()
        self._reader = csv.reader(self._lines, delimiter=max(DELIMITERS, key=first.count), strict=True)
        return self._record() or []

    def _record(self) -> list[str] | None:
        """Return the fields of the next record, None at the end."""
        self._lines.begin_record()
        try:
            return next(self._reader, None)
        except csv.Error as error:
            raise CsvError(
                f"Line {self._lines.record_line}: a quotation mark is opened and not closed, or stands inside a field."
            ) from error

    def _row(self, fields: list[str]) -> Row:
        line, expected = self._lines.record_line, len(self.columns)
        if len(fields) != expected:
            return Row(line, {}, f"has {len(fields)} fields, the first line has {expected}")
        values = {
            name: as_seen(field) for name, field in zip(self.columns, fields, strict=True) if name in self._wanted
        }
        return Row(line, values)


def read_rows(stream: BinaryIO, required: Sequence[str], optional: Sequence[str] = ()) -> Rows:
    """Return the records of a file that was opened for reading bytes and can be rewound.

    ``required`` columns must be there, ``optional`` ones may. Raises CsvError now for a bad header, later for a line
    that cannot be read. A record with too many or too few fields is a Row with a ``problem``, not an error.
    """
    return Rows(stream, required, optional)


def at_most(rows: Iterable[Row], most: int | None) -> Iterator[Row]:
    """Yield the rows; raise CsvError where there are more than ``most``."""
    for count, row in enumerate(rows, start=1):
        if most is not None and count > most:
            raise CsvError(f"The list has more than {most:,} rows. Split it into several files.")
        yield row


class _Lines(Iterator[str]):
    """Lines of text for the csv module, each checked, none longer than a record may be."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream, self._ahead, self._size, self._quotes = stream, "", 0, 0
        self.number = self.record_line = 0

    def peek(self) -> str:
        self._ahead = self._read()
        if not self._ahead.strip():
            more = any(part.strip() for part in iter(lambda: self._stream.read(MAX_RECORD_CHARACTERS), b""))
            raise CsvError("The first line is empty. It must name the columns." if more else "The file is empty.")
        return self._ahead

    def begin_record(self) -> None:
        self.record_line, self._size, self._quotes = self.number + 1, 0, 0

    def __next__(self) -> str:
        text, self._ahead = self._ahead or self._read(), ""
        if not text:
            raise StopIteration
        self.number += 1
        self._size += len(text)
        self._quotes += text.count('"')
        if self._size > MAX_RECORD_CHARACTERS:
            raise CsvError(f"Line {self.record_line}: a quotation mark is opened and not closed.")
        return text

    def _read(self) -> str:
        """Return the next line, with its line break; empty at the end of the file."""
        line = self.number + 1
        raw = self._stream.readline(MAX_RECORD_CHARACTERS + 1)
        if line == 1:
            _refuse_other_formats(raw)
        if len(raw) > MAX_RECORD_CHARACTERS:
            raise CsvError(f"Line {line} is longer than {MAX_RECORD_CHARACTERS:,} characters. Is this the right file?")
        if b"\0" in raw:
            raise CsvError(f"Line {line} holds bytes that are not text. This is not a CSV file.")
        if self._ends_inside(raw):
            raise CsvError(f"Line {line} ends as on an old Mac. Save the file as CSV (UTF-8).")
        try:
            return raw.decode("utf-8-sig" if line == 1 else "utf-8")
        except UnicodeDecodeError as error:
            raise CsvError(f"Line {line} is not in UTF-8. Save the file as UTF-8.") from error

    def _ends_inside(self, raw: bytes) -> bool:
        """Return whether a line break of old Macs ends a record before the end. In a quoted cell it breaks that cell's text."""
        quotes = self._quotes
        for part in raw.rstrip(b"\r\n").split(b"\r")[:-1]:
            quotes += part.count(b'"')
            if quotes % 2 == 0:
                return True
        return False


def _refuse_other_formats(start: bytes) -> None:
    for magic, words in _NOT_CSV.items():
        if start.startswith(magic):
            raise CsvError(words)


def _refuse_bad_header(columns: Sequence[str], required: Sequence[str]) -> None:
    doubled = sorted({name for name in columns if name and columns.count(name) > 1})
    if doubled:
        raise CsvError(f"These columns are there twice: {', '.join(doubled)}.")
    missing = [name for name in required if name not in columns]
    if missing:
        raise CsvError(f"These columns are missing: {', '.join(missing)}. The first line must name the columns.")
