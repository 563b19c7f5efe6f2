"""What staff type about a claim."""

from django import forms

from patients.diagnosis_codes import BILLABLE
from treatments.forms import HouseForm


class CodeForm(HouseForm):
    """The diagnosis code of a claim."""

    diagnosis_code = forms.ChoiceField(
        label="Diagnosis code",
        choices=[("", "Choose a code"), *((code, f"{code}: {words}") for code, words in BILLABLE.items())],
        error_messages={"required": "Choose a diagnosis code.", "invalid_choice": "Choose one of the listed codes."},
    )
