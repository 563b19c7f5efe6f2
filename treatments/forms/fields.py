"""Boxes that many forms share, each with our own words for mistakes."""

from typing import Any

from django import forms

LONGEST_NUMBER = 18  # digits; more fit into no database
TIME_WORDS = {"invalid": "Enter a time such as 09:30."}


class Clock(forms.TimeField):
    """A wall-clock time at the clinic, to the minute: a browser may add seconds, and nobody works by fractions of them."""

    def __init__(self, *, required_words: str = "", **kwargs: Any) -> None:
        widget = forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
        words = TIME_WORDS | {"required": required_words}
        kwargs.setdefault("input_formats", ["%H:%M", "%H:%M:%S"])
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


def parse_whole(text: str) -> int | None:
    """Return the whole number of a hidden field or of a kept draft, or None: whoever sends one can send "²" as well."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= LONGEST_NUMBER else None
