"""Files that somebody else wrote: what is read, and in which words the rest is refused."""

import io
import tracemalloc
from typing import BinaryIO, cast

import pytest

from patients.csvfile import CsvError, Row, read_rows


def rows(text: bytes | str, *columns: str) -> list[Row]:
    data = text.encode() if isinstance(text, str) else text
    return list(read_rows(io.BytesIO(data), columns or ("mrn", "date")))


def test_a_row_knows_the_line_it_stands_on() -> None:
    assert rows("mrn,date\nA1,2026-01-02\n\nA2,2026-01-03\n") == [
        Row(2, {"mrn": "A1", "date": "2026-01-02"}),
        Row(4, {"mrn": "A2", "date": "2026-01-03"}),
    ]


def test_lines_are_counted_through_a_quoted_line_break() -> None:
    assert [(row.line, row.values["mrn"]) for row in rows('mrn,date\n"A\n1",x\nA2,y\n')] == [(2, "A\n1"), (4, "A2")]


def test_blank_lines_are_passed_over_up_to_as_many_as_a_sheet_has(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("patients.csvfile.MOST_BLANK_LINES", 3)
    assert [row.line for row in rows("mrn,date\n\nA1,x\n , \nA2,y\n\n")] == [3, 5]
    with pytest.raises(CsvError, match="More than 3 lines are blank"):
        rows("mrn,date\n\nA1,x\n,\nA2,y\n\n\n")


@pytest.mark.parametrize("separator", [";", "\t", ","])
def test_the_first_line_shows_the_separator(separator: str) -> None:
    text = separator.join(("mrn", "date")) + "\r\n" + separator.join(("A1", "x")) + "\r\n"
    assert rows(text) == [Row(2, {"mrn": "A1", "date": "x"})]


def test_a_byte_order_mark_and_capitals_in_the_header_are_no_matter() -> None:
    assert rows(b"\xef\xbb\xbf MRN ,Date\nA1, x \n") == [Row(2, {"mrn": "A1", "date": "x"})]


@pytest.mark.parametrize("mark", ["\u200b", "\u200e", "\u202a", "\u202e", "\u2060", "\ufeff", "\u00ad"])
def test_marks_that_nobody_sees_are_no_part_of_a_cell(mark: str) -> None:
    text = f"{mark}mrn,da{mark}te\n{mark}A1 {mark},2026-{mark}01-02\n{mark},\n"
    assert rows(text) == [Row(2, {"mrn": "A1", "date": "2026-01-02"})]


def test_a_mark_that_joins_or_parts_letters_stays() -> None:
    assert rows("mrn,date\nنی\u200cا,x\n")[0].values["mrn"] == "نی\u200cا"


def test_one_name_is_one_name_however_its_accents_were_typed() -> None:
    assert rows("mrn,date\nZoe\u0308,x\n")[0].values["mrn"] == "Zoë"


def test_columns_that_nobody_asked_for_are_ignored_and_named() -> None:
    found = read_rows(io.BytesIO(b"mrn,colour,date\nA1,red,x\n"), ["mrn", "date"])
    assert found.ignored == ("colour",)
    assert list(found) == [Row(2, {"mrn": "A1", "date": "x"})]


def test_an_optional_column_is_read_where_it_is_there() -> None:
    found = read_rows(io.BytesIO(b"mrn,note\nA1,hello\n"), ["mrn"], ["note", "colour"])
    assert list(found) == [Row(2, {"mrn": "A1", "note": "hello"})]


@pytest.mark.parametrize("line_break", ["\r", "\n", "\r\n"])
def test_a_cell_in_quotation_marks_may_hold_any_line_break(line_break: str) -> None:
    text = f'mrn,note\nA1,"one ""two""{line_break}three, four{line_break}five"\nA2,six\n'
    found = list(read_rows(io.BytesIO(text.encode()), ["mrn", "note"]))
    assert [row.values["mrn"] for row in found] == ["A1", "A2"]
    assert found[0].values["note"].split(line_break) == ['one "two"', "three, four", "five"]


def test_the_file_can_be_read_again_from_the_top() -> None:
    found = read_rows(io.BytesIO(b"mrn,date\nA1,x\n"), ["mrn", "date"])
    assert list(found) == list(found) != []


def test_rows_of_nothing_but_separators_are_skipped() -> None:
    assert rows("mrn,date\n,\n  ,  \n") == []


@pytest.mark.parametrize("line", ["A1", "A1,x,y"])
def test_too_few_or_too_many_fields_are_a_problem_of_that_row(line: str) -> None:
    bad, good = rows(f"mrn,date\n{line}\nA2,y\n")
    assert bad.line == 2
    assert "the first line has 2" in bad.problem
    assert not bad.values
    assert good.values["mrn"] == "A2"


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "The file is empty."),
        (b"\n\n", "The file is empty."),
        (b"\r\nmrn,date\r\nA1,x\r\n", "The first line is empty. It must name the columns."),
        (b"PK\x03\x04rest", "spreadsheet or a zip"),
        (b"\xd0\xcf\x11\xe0rest", "old spreadsheet"),
        (b"%PDF-1.7", "PDF"),
        ("mrn,date\n".encode("utf-16"), "Save the file as UTF-8"),
        (b"mrn,date\nA\0,x\n", "Line 2 holds bytes that are not text"),
        ("mrn,date\nJosé,x\n".encode("latin-1"), "Line 2 is not in UTF-8. Save the file as UTF-8."),
        (b"mrn,when\nA1,x\n", "These columns are missing: date."),
        (b"mrn,date,MRN\nA1,x,y\n", "These columns are there twice: mrn."),
        (b"mrn,date\rA1,x\r", "old Mac"),
        (b'"mrn","date"\r"A1","x"\r', "old Mac"),
        (b'mrn,date\n"A1","one\rtwo"\rA2,x\n', "Line 2 ends as on an old Mac"),
        (b'mrn,date\nA1,"x\nA2,y\n', "Line 2: a quotation mark is opened and not closed"),
        (b'mrn,date\nA1,"x\n' + b"A2,y\n" * 5000, "Line 2: a quotation mark is opened and not closed"),
        (b'mrn,date\n"A"1,x\n', "Line 2: a quotation mark"),
        (b"mrn,date\n" + b"x" * 10_001 + b",y\n", "Line 2 is longer than 10,000 characters"),
    ],
)
def test_a_file_that_cannot_be_read_says_why(data: bytes, words: str) -> None:
    with pytest.raises(CsvError) as refused:
        rows(data)
    assert words in str(refused.value)


class EndlessLine(io.RawIOBase):
    """Fifty megabytes without a line break, made as they are read."""

    left = 50_000_000

    def seek(self, *_: int) -> int:
        return 0

    def readline(self, limit: int | None = -1, /) -> bytes:
        size = self.left if limit is None or limit < 0 else min(self.left, limit)
        self.left -= size
        return b"x" * size


def test_a_line_of_fifty_megabytes_is_not_read_into_memory() -> None:
    tracemalloc.start()
    with pytest.raises(CsvError, match="Line 1 is longer"):
        read_rows(cast("BinaryIO", EndlessLine()), ["mrn"])
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 1_000_000
