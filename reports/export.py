"""A report as a file, with what it was asked for written into it."""

import csv
import io
from collections.abc import Iterator

from clinic.wording import moment_words
from reports.asked import Asked
from reports.page import Report
from treatments.log.export import safe_cell


def csv_of(report: Report, asked: Asked) -> str:
    """Return the report as CSV: a byte order mark for spreadsheets, whose and which days, numbers, tables."""
    file = io.StringIO()
    file.write("\ufeff")
    writer = csv.writer(file)
    for cells in _lines(report, asked):
        writer.writerow([safe_cell(cell) for cell in cells])
    return file.getvalue()


def _lines(report: Report, asked: Asked) -> Iterator[tuple[str, ...]]:
    yield (report.title, asked.where)
    yield ("Days", str(asked.first), str(asked.last))
    yield ("As of", moment_words(asked.now.astimezone(asked.clinic.zone)))
    yield ("Counted", report.about)
    if report.few:
        yield (report.few,)
    yield ()
    yield ("Number", "Value", "Counted from", "Meaning")
    for figure in report.figures:
        yield (figure.label, figure.value, figure.n, figure.meaning)
    for table in report.tables:
        yield ()
        yield (table.title, table.meaning) if table.meaning else (table.title,)
        yield table.head
        for row in table.rows:
            yield row.cells
