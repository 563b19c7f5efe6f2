"""A reason in words, and the days a report covers."""

from typing import Any

from django import forms

from clinic.forms import HouseForm
from patients.forms.fields import Day


class ReasonForm(HouseForm):
    """A reason in words. Nothing else is asked there: its first letter must not be taken for a key."""

    reason = forms.CharField(
        max_length=300, widget=forms.TextInput({"data-focus": True}), error_messages={"required": "Write a reason."}
    )


class DaysForm(HouseForm):
    """The days a report covers, both included."""

    first = Day(label="From", required_words="Enter the first day.")
    last = Day(label="To", required_words="Enter the last day.")

    def clean(self) -> dict[str, Any]:
        """Refuse days in the wrong order."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if data.get("first") and data.get("last") and data["last"] < data["first"]:
            self.add_error("last", "Enter a day on or after the first one.")
        return data
