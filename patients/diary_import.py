"""One row of a diary list: what it says, or what is wrong with it. No database, no clock."""

import datetime as dt
import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from patients.csvfile import Row
from patients.diary import MOST_DOSES
from patients.importing import Fault

_HOURS = re.compile(r"\d{1,3}([.,]\d{1,2})?")
_WHOLE = re.compile(r"\d{1,4}", re.ASCII)
_ISO = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
MAX_HOURS = 24
MAX_PAIN = 3  # none, mild, moderate, severe
# What each column holds, in words for whoever writes the list. Every cell is filled in.
ABOUT = {
    "mrn": "Record number of somebody who is registered here",
    "date": "Day, such as 2026-09-28, up to today",
    "headache_hours": f"Hours with headache, from 0 for a clear day to {MAX_HOURS}, such as 4.25",
    "worst_pain": "Worst pain of the day: 0 none, 1 mild, 2 moderate, 3 severe",
    "migraine": "Whether it was a migraine day: 1 for yes, 0 for no",
    "triptan": f"Doses of a triptan that day, from 0 to {MOST_DOSES}",
    "simple_analgesic": f"Doses of a simple painkiller that day, from 0 to {MOST_DOSES}",
}
COLUMNS = tuple(ABOUT)
EXAMPLE = (("A-1001", "2026-09-28", "4.25", "2", "1", "1", "0"), ("A-1001", "2026-09-29", "0", "0", "0", "0", "0"))


@dataclass(frozen=True)
class DiaryRow:
    """One person's day as a list gives it. The person is known by record number."""

    record_number: str
    date: dt.date
    headache_hours: Decimal
    worst_pain: int
    migraine: bool
    triptan_doses: int
    simple_analgesic_doses: int

    @property
    def key(self) -> str:
        """What may be in a list only once."""
        return f"{self.record_number} {self.date}"


def parse(row: Row, today: dt.date) -> DiaryRow | tuple[Fault, ...]:
    """Return the day, or every fault of the row. ``today`` is the date at the clinic."""
    if row.problem:
        return (Fault(row.line, "", f"The row {row.problem}."),)
    faults: list[Fault] = []

    def read(column: str, reader: Callable[[str], Any]) -> Any:
        try:
            return reader(row.values[column])
        except ValueError as error:
            faults.append(Fault(row.line, column, str(error)))
            return None

    found = DiaryRow(
        record_number=read("mrn", _record_number),
        date=read("date", lambda text: _date(text, today)),
        headache_hours=read("headache_hours", _hours),
        worst_pain=read("worst_pain", lambda text: _number(text, MAX_PAIN)),
        migraine=read("migraine", _yes_or_no),
        triptan_doses=read("triptan", lambda text: _number(text, MOST_DOSES)),
        simple_analgesic_doses=read("simple_analgesic", lambda text: _number(text, MOST_DOSES)),
    )
    if found.migraine and found.headache_hours == 0:
        faults.append(Fault(row.line, "migraine", "A migraine day needs headache, this one has 0 hours."))
    elif found.worst_pain and found.headache_hours == 0:
        faults.append(Fault(row.line, "worst_pain", "A clear day has no pain, this one has 0 hours."))
    return tuple(faults) or found


def _record_number(text: str) -> str:
    if not text:
        raise ValueError("The record number is missing.")
    return text


def _date(text: str, today: dt.date) -> dt.date:
    if not _ISO.fullmatch(text):
        raise ValueError(f'"{text}" is not a date such as 2026-09-28.')
    try:
        date = dt.date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{text} is not in the calendar.") from None
    if date > today:
        raise ValueError(f"{text} is in the future.")
    return date


def _hours(text: str) -> Decimal:
    if not _HOURS.fullmatch(text):
        raise ValueError(f'"{text}" is not a number of hours such as 4.25.')
    hours = Decimal(text.replace(",", "."))
    if hours > MAX_HOURS:
        raise ValueError(f"A day has 24 hours, not {text}.")
    return hours


def _number(text: str, most: int) -> int:
    if not _WHOLE.fullmatch(text) or int(text) > most:
        raise ValueError(f'"{text}" is not a number from 0 to {most}.')
    return int(text)


def _yes_or_no(text: str) -> bool:
    if text not in {"0", "1"}:
        raise ValueError(f'"{text}" is not 1 for yes or 0 for no.')
    return text == "1"
