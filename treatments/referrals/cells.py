"""Reading the cells of one row: text, dates and whole numbers, each fault in words for the person who imports."""

import datetime as dt
import re
import unicodedata
from collections.abc import Mapping
from contextlib import suppress

from patients.forms.fields import FIRST_YEAR, LAST_YEAR
from patients.importing import Fault

# How a column is called in a sentence; the other names read well with their underscores taken out.
WORDS = {
    "mrn": "record number",
    "given_name": "first name",
    "family_name": "last name",
    "birth_date": "date of birth",
    "phone": "phone number",
    "email": "email address",
    "sms_consent_on": "date of consent to texts",
    "referred_on": "date of referral",
    "headache_days_4h": "number of days with headache of 4 hours or longer",
    "headache_days": "number of headache days",
    "migraine_days": "number of migraine days",
    "months_at_this_level": "number of months at this level",
    "preventives_failed": "number of preventives",
    "last_injection_on": "date of the last injection",
    "last_units": "number of units",
    "cycles_given": "number of cycles",
    "authorization_no": "authorization number",
    "authorization_from": "first day of the authorization",
    "authorization_to": "last day of the authorization",
    "authorized_visits": "number of authorized visits",
}
SHOWN = 50  # characters of a cell that a fault repeats
_ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_WHOLE_NUMBER = re.compile(r"\d{1,9}", re.ASCII)


class Cells:
    """The cells of one row, and the faults found in them so far. A cell that is wrong reads as None."""

    def __init__(self, line: int, values: Mapping[str, str]) -> None:
        self._line, self._values = line, values
        self.faults: list[Fault] = []

    def fault(self, name: str, reason: str) -> None:
        """Note a fault in a column."""
        self.faults.append(Fault(self._line, name, reason))

    def raw(self, name: str) -> str:
        """Return the cell as it stands; empty when the column is not in the file."""
        return self._values.get(name, "")

    def text(self, name: str, longest: int, *, required: bool = True) -> str | None:
        """Return text that can be read and fits."""
        value = self.raw(name)
        if not value:
            self._miss(name, required=required)
            return None if required else ""
        if "\n" in value or "\r" in value:
            self.fault(name, f"The {_words(name)} holds a line break. Write it on one line.")
            return None
        if any(unicodedata.category(character) == "Cc" or character == "\ufffd" for character in value):
            self.fault(name, f"The {_words(name)} holds a character that cannot be read. Type it again.")
            return None
        if len(value) > longest:
            self.fault(name, f"The {_words(name)} has {len(value)} characters. At most {longest} fit.")
            return None
        return value

    def date(self, name: str, *, required: bool = True, first_year: int = FIRST_YEAR) -> dt.date | None:
        """Return a date written as 2026-11-23, and nothing that could be read in two ways. Years are those that forms take."""
        value = self.raw(name)
        if not value:
            self._miss(name, required=required)
            return None
        found = _iso_date(value)
        if found is None:
            self.fault(
                name,
                f"The {_words(name)} {shown(value)} is not a date. Write year, month and day, such as 1984-04-17.",
            )
        elif not first_year <= found.year <= LAST_YEAR:
            wrong = f"The year of the {_words(name)} {value} cannot be right."
            self.fault(name, f"{wrong} Enter a date between {first_year} and {LAST_YEAR}.")
        else:
            return found
        return None

    def past_date(
        self,
        name: str,
        today: dt.date,
        born: dt.date | None,
        *,
        required: bool = False,
        first_year: int = FIRST_YEAR,
    ) -> dt.date | None:
        """Return a date in the life of the person up to today."""
        value = self.date(name, required=required, first_year=first_year)
        if value and value > today:
            self.fault(name, f"The {_words(name)} {value} is in the future.")
            return None
        if value and born and value < born:
            self.fault(name, f"The {_words(name)} {value} is before the date of birth.")
            return None
        return value

    def number(self, name: str, low: int, high: int) -> int | None:
        """Return a whole number from ``low`` to ``high``; None when the cell is empty."""
        value = self.raw(name)
        if not value:
            return None
        if not _WHOLE_NUMBER.fullmatch(value) or not low <= int(value) <= high:
            self.fault(name, f"The {_words(name)} is {shown(value)}. Enter a whole number from {low} to {high}.")
            return None
        return int(value)

    def _miss(self, name: str, *, required: bool) -> None:
        if required:
            self.fault(name, f"Enter the {_words(name)}.")


def _iso_date(text: str) -> dt.date | None:
    if not _ISO_DATE.fullmatch(text):
        return None
    with suppress(ValueError):
        return dt.date.fromisoformat(text)
    return None


def shown(value: str) -> str:
    """Return a cell for a sentence: in quotation marks, and not longer than one can take in."""
    short = value if len(value) <= SHOWN else f"{value[:SHOWN]}…"
    return f"“{short}”" if value else "missing"


def _words(name: str) -> str:
    return WORDS.get(name, name.replace("_", " "))
