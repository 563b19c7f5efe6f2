"""A date of birth in three boxes."""

import datetime as dt
from calendar import monthrange
from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from clinic.wording import MONTHS

PARTS = ("day", "month", "year")
LONGEST = 9  # characters of a box; Python reads no number of thousands of digits
OLDEST = 120  # years; longer ago is a typing mistake


class DateBoxes(forms.MultiWidget):
    """Three boxes, each with its own label."""

    template_name = "patients/_date_boxes.html"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        box: dict[str, Any] = {"inputmode": "numeric", "maxlength": LONGEST, "autocomplete": "off"}
        boxes: dict[str, forms.Widget | type[forms.Widget]] = {part: forms.TextInput(box) for part in PARTS}
        super().__init__(boxes, attrs)

    def decompress(self, value: dt.date | None) -> list[int | None]:
        """Spread a date over the boxes."""
        return [value.day, value.month, value.year] if value else [None, None, None]


class BirthDateField(forms.Field):
    """A day in the past. Each mistake has its own words."""

    widget = DateBoxes

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(label="Date of birth", help_text="For example 17 4 1984", **kwargs)

    def to_python(self, value: Sequence[str | None] | None) -> dt.date | None:
        """Return the date of the three boxes."""
        texts = [(text or "").strip() for text in value or ("", "", "")]
        if not any(texts):
            return None
        missing = [part for part, text in zip(PARTS, texts, strict=True) if not text]
        if missing:
            raise ValidationError(f"The date of birth needs a {' and a '.join(missing)}.")
        if not all(text.isascii() and text.isdigit() and len(text) <= LONGEST for text in texts):
            raise ValidationError("Write day, month and year as numbers, such as 17 4 1984.")
        return real_date(*(int(text) for text in texts))

    def validate(self, value: dt.date | None) -> None:
        """Ask for a date."""
        if value is None:
            raise ValidationError("Enter the date of birth.")

    def has_changed(self, initial: dt.date | None, data: Any) -> bool:
        """Compare as dates."""
        try:
            return self.to_python(data) != initial
        except ValidationError:
            return True


def real_date(day: int, month: int, year: int) -> dt.date:
    """Return the date, or raise ValidationError that says which number cannot be."""
    if year < 1000 or year > 9999:
        raise ValidationError("Write the year with four digits, such as 1984.")
    if not 1 <= month <= len(MONTHS):
        raise ValidationError("The month must be a number from 1 to 12.")
    last = monthrange(year, month)[1]
    if not 1 <= day <= last:
        raise ValidationError(f"{MONTHS[month - 1]} {year} has {last} days.")
    return dt.date(year, month, day)


def refuse_impossible_birth(date: dt.date, today: dt.date) -> None:
    """Raise ValidationError for a birth after today, or so long ago that the year must be a mistake."""
    if date > today:
        raise ValidationError("The date of birth must be in the past.")
    if date.year < today.year - OLDEST:
        raise ValidationError(f"Check the year: {date.year} is more than {OLDEST} years ago.")
