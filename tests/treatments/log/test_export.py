"""The bytes of the exported file: those that the library's own writer of CSV would write of the same cells."""

import csv
import io
from typing import Any

import pytest

from clinic.models import Clinic
from treatments.log import export
from treatments.log.lines import Line
from treatments.log.rows import sessions
from treatments.models import Status

AS_TYPED = [
    "Santos",
    "",
    " ",
    "=1+1",
    "  @SUM(A1)",
    "-3",
    "Reid, Anna",
    'Anna "Nan" Reid',
    '"',
    "two\nlines",
    "two\r\nlines",
    "a\ttab",
    "Llŷr, Łukasz",
    "علی",
    "'quoted'",
    "a;b",
]


def line(typed: str, *, status: Status = Status.DONE, recorded: bool = True) -> Line:
    """Return what the database finds of a session, with a text wherever somebody may have typed one."""
    visit = ("2026-03-30", "2026-03-30 09:30:00+00", status.value, typed, typed, typed, "3", "2026-01-05", typed)
    record = ("155", "31", "45", f"{typed}\x1fC1", typed, "2026-03-30 22:59:59.5+00") if recorded else (None,) * 6
    return (*visit, *record, "2026-03-30")


def written(monkeypatch: pytest.MonkeyPatch, clinic: Clinic, filters: str, *lines: Line) -> str:
    """Return the file that is made of these lines."""
    monkeypatch.setattr(export, "pieces", lambda _rows, _clinic, size: iter([list(lines)]))
    return "".join(export.csv_chunks(sessions(clinic), clinic, filters))


def by_the_library(text: str) -> str:
    """Return a file read and written anew by Python's own module."""
    again = io.StringIO()
    csv.writer(again).writerows(csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline="")))
    return f"\ufeff{again.getvalue()}"


@pytest.mark.parametrize("typed", AS_TYPED)
@pytest.mark.parametrize("recorded", [True, False])
def test_words_that_were_typed_are_spelt_as_the_library_spells_them(
    riverside: Clinic, monkeypatch: pytest.MonkeyPatch, typed: str, recorded: bool
) -> None:
    riverside.name = typed
    text = written(monkeypatch, riverside, typed, *(line(typed, status=status, recorded=recorded) for status in Status))
    assert text == by_the_library(text)


@pytest.mark.parametrize("typed", AS_TYPED)
def test_each_cell_read_again_holds_what_was_typed_and_no_formula(
    riverside: Clinic, monkeypatch: pytest.MonkeyPatch, typed: str
) -> None:
    text = written(monkeypatch, riverside, "", line(typed))
    cells: Any = list(csv.reader(io.StringIO(text, newline="")))[2]
    safe = export.safe_cell
    assert cells == [
        *("2026-03-30", "10:30", safe(typed), safe(f"{typed} {typed}"), "3", "84", safe(typed), "Done"),
        *("155", "31", "45", safe(" ".join(sorted({typed, "C1"}))), safe(typed), "2026-03-30 23:59"),
    ]
