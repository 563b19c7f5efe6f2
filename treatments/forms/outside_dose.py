"""A dose that a person had elsewhere."""

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
        error_messages={
            "required": "Enter the units.",
            **dict.fromkeys(("invalid", "min_value", "max_value"), f"Enter whole units from 1 to {MOST_UNITS}."),
        },
    )
    reason = forms.CharField(label="What for", max_length=80, required=False)
