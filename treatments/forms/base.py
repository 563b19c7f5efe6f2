"""What every form of this room is."""

from typing import Any

from crispy_forms.helper import FormHelper
from django import forms

from patients.forms.fields import Day


class HouseForm(forms.Form):
    """A form as every page shows it: errors from the server in our words, never the browser's own bubbles."""

    use_required_attribute = False

    @property
    def helper(self) -> FormHelper:
        """How crispy draws it: fields only, inside the page's own form element."""
        helper = FormHelper()
        helper.form_tag = False
        helper.disable_csrf = True
        return helper


class ReasonForm(HouseForm):
    """A reason in words."""

    reason = forms.CharField(max_length=300, error_messages={"required": "Write a reason."})


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
