"""A dose that a person had elsewhere."""

from typing import Any

from django import forms

from clinic.forms import HouseForm
from patients.forms.fields import Day

MOST_UNITS = 2000  # products with smaller units are given by the thousand


class OutsideDoseForm(HouseForm):
    """What the person tells."""

    given_on = Day(label="Given on", required_words="Enter the day, as well as the person remembers it.")
    same_product = forms.TypedChoiceField(
        label="Product",
        choices=[("yes", "onabotulinumtoxinA, as given here"), ("no", "another one")],
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
        error_messages={"required": "Choose the product."},
    )
    product = forms.CharField(label="Name of the other product", max_length=60, required=False)
    units = forms.IntegerField(
        min_value=1,
        max_value=MOST_UNITS,
        required=False,
        error_messages=dict.fromkeys(
            ("invalid", "min_value", "max_value"), f"Enter whole units from 1 to {MOST_UNITS}."
        ),
    )
    units_unknown = forms.BooleanField(label="Nobody knows how many units", required=False)
    reason = forms.CharField(label="What for", max_length=80, required=False)

    def clean(self) -> dict[str, Any]:
        """Ask for the units or for the word that nobody knows them: a box left empty by a slip says neither."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        unknown = data.pop("units_unknown")
        if unknown and data.get("units"):
            self.add_error("units", "Enter the units or tick that nobody knows them, not both.")
        elif not unknown and "units" in data and data["units"] is None:
            self.add_error("units", "Enter the units, or tick that nobody knows them.")
        return data
