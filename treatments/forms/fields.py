"""Boxes that many forms share, each with our own words for mistakes."""

import datetime as dt
import re
from calendar import monthrange
from typing import Any

from django import forms

from clinic.wording import MONTHS

FIRST_YEAR, LAST_YEAR = 2000, 2100
DATE_WORDS = {"invalid": "Enter a date such as 2026-06-01."}
TIME_WORDS = {"invalid": "Enter a time such as 09:30."}


class Day(forms.DateField):
    """A calendar day of this century: a slip of the keyboard such as the year 20226 or 0226 is caught here."""

    def __init__(self, *, required_words: str = "", **kwargs: Any) -> None:
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
            if words := _no_such_day(str(typed)):
                raise forms.ValidationError(words) from error
            raise

    def validate(self, value: Any) -> None:
        """Refuse a year outside what a clinic plans for."""
        super().validate(value)
        if value and not FIRST_YEAR <= value.year <= LAST_YEAR:
            raise forms.ValidationError(f"Enter a date between {FIRST_YEAR} and {LAST_YEAR}.")


def _no_such_day(text: str) -> str:
    """Return what is wrong with a date that is written as one and is none, or nothing."""
    parts = re.fullmatch(r"(\d{4})-(\d{1,2})-(\d{1,2})", text)
    if parts is None:
        return ""
    year, month = int(parts[1]), int(parts[2])
    if not FIRST_YEAR <= year <= LAST_YEAR:
        return f"Enter a date between {FIRST_YEAR} and {LAST_YEAR}."
    if not 1 <= month <= len(MONTHS):
        return "The month must be a number from 1 to 12."
    return f"{MONTHS[month - 1]} {year} has {monthrange(year, month)[1]} days."


class Clock(forms.TimeField):
    """A wall-clock time at the clinic."""

    def __init__(self, *, required_words: str = "", **kwargs: Any) -> None:
        widget = forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
        words = TIME_WORDS | {"required": required_words}
        super().__init__(widget=widget, error_messages=words, required=bool(required_words), **kwargs)


class OneByUid(forms.ModelChoiceField[Any]):
    """A choice by uid; a value that is no uid is answered in the field's own words."""

    def to_python(self, value: Any) -> Any:
        """Return the row."""
        try:
            return super().to_python(value)
        except forms.ValidationError as error:
            raise forms.ValidationError(self.error_messages["invalid_choice"]) from error


class SeveralByUid(forms.ModelMultipleChoiceField[Any]):
    """Several choices by uid; a value that is no uid is answered in the field's own words."""

    def clean(self, value: Any) -> Any:
        """Return the rows."""
        try:
            return super().clean(value)
        except forms.ValidationError as error:
            raise forms.ValidationError(self.error_messages["invalid_choice"]) from error


def parse_day(text: str) -> dt.date | None:
    """Return the date of an address such as 2026-06-01, or None: pages reckon with the days around it as well."""
    try:
        found = dt.date.fromisoformat(text)
    except ValueError:
        return None
    return found if FIRST_YEAR <= found.year <= LAST_YEAR else None
