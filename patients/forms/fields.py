"""Boxes that several forms share, with our own words for mistakes."""

import datetime as dt
import re
from calendar import monthrange
from typing import Any

from django import forms

from clinic.wording import MONTHS

FIRST_YEAR, LAST_YEAR = 2000, 2100
DATE_WORDS = {"invalid": "Enter a date such as 2026-06-01."}


def number(label: str, most: int, *, required: bool = False, **kwargs: Any) -> forms.IntegerField:
    """Return a box for a whole number; where it is not required, an empty one is "not known", never zero."""
    words = f"{label}: enter a whole number from 0 to {most}" + (
        "." if required else ", or leave it empty if not known."
    )
    return forms.IntegerField(
        label=label,
        min_value=0,
        max_value=most,
        required=required,
        error_messages={"invalid": words, "min_value": words, "max_value": words, "required": words},
        widget=forms.TextInput({"inputmode": "numeric"}),
        **kwargs,
    )


class Day(forms.DateField):
    """A calendar day of this century: a slip of the keyboard such as the year 20226 or 0226 is caught here.

    ``required_words`` are said when it is left empty; without them it may be. ``first_year``: for what lies further back.
    """

    def __init__(self, *, required_words: str = "", first_year: int = FIRST_YEAR, **kwargs: Any) -> None:
        self.first_year = first_year
        widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
        words = DATE_WORDS | {"required": required_words}
        # Day or month first? 1/6/26 is January in one country and June in the next, so neither is guessed.
        kwargs.setdefault("input_formats", ["%Y-%m-%d"])
        super().__init__(widget=widget, error_messages=words, required=bool(required_words), **kwargs)

    def to_python(self, value: Any) -> dt.date | None:
        """Return the date; of one that no calendar has, say how many days the month has."""
        typed = value.strip() if isinstance(value, str) else value
        try:
            return super().to_python(typed)
        except forms.ValidationError as error:
            if words := self._no_such_day(str(typed)):
                raise forms.ValidationError(words) from error
            raise

    def validate(self, value: Any) -> None:
        """Refuse a year outside what a clinic plans for."""
        super().validate(value)
        if value and not self.first_year <= value.year <= LAST_YEAR:
            raise forms.ValidationError(f"Enter a date between {self.first_year} and {LAST_YEAR}.")

    def _no_such_day(self, text: str) -> str:
        """Return what is wrong with a date that is written as one and is none, or nothing."""
        parts = re.fullmatch(r"(\d{4})-(\d{1,2})-(\d{1,2})", text)
        if parts is None:
            return ""
        year, month = int(parts[1]), int(parts[2])
        if not self.first_year <= year <= LAST_YEAR:
            return f"Enter a date between {self.first_year} and {LAST_YEAR}."
        if not 1 <= month <= len(MONTHS):
            return "The month must be a number from 1 to 12."
        return f"{MONTHS[month - 1]} {year} has {monthrange(year, month)[1]} days."


def parse_day(text: str) -> dt.date | None:
    """Return the date of an address such as 2026-06-01, or None: pages reckon with the days around it as well."""
    try:
        found = dt.date.fromisoformat(text)
    except ValueError:
        return None
    return found if FIRST_YEAR <= found.year <= LAST_YEAR else None
