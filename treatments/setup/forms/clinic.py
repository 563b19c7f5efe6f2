"""What an admin types about the clinic itself, and about who injects there."""

from typing import Any

from django import forms

from clinic.forms import ReadByPatients
from treatments.forms import Day, HouseForm, SharedForm
from treatments.models import Profession


def _minutes(label: str, low: int, high: int, help_text: str) -> forms.IntegerField:
    words = f"{label}: enter whole minutes from {low} to {high}."
    return forms.IntegerField(
        label=label,
        help_text=help_text,
        min_value=low,
        max_value=high,
        error_messages=dict.fromkeys(("required", "invalid", "min_value", "max_value"), words),
    )


class DetailsForm(SharedForm, ReadByPatients):
    """What patients read of the clinic, and how long things take."""

    session_minutes = _minutes("A visit takes", 10, 60, "minutes, unless somebody says otherwise")
    late_after_minutes = _minutes("Waiting is long after", 5, 240, "minutes; Today says so from then on")

    patients_book = forms.BooleanField(
        label="Patients may choose a free time themselves",
        help_text="Never before their due date, nor outside what their payer agreed to. Else they ask, and you answer.",
        required=False,
    )
    rest_minutes = _minutes("Sign people out after", 5, 120, "minutes in which nobody touched the page")
    second_factor_for_all = forms.BooleanField(
        label="Everybody needs a second step to sign in",
        help_text="A code from an app, or a passkey. Admins always need one. Who has none is led to set it up.",
        required=False,
    )


class CredentialsForm(SharedForm, HouseForm):
    """What is on record of an injector."""

    profession = forms.ChoiceField(choices=[("", "Not on record"), *Profession.choices], required=False)
    licence_number = forms.CharField(max_length=40, required=False)
    licence_until = Day(label="Licence valid until")
    trained_on = Day(label="Trained in the injection protocol on")
    trained_by = forms.CharField(max_length=80, required=False)
    supervised_by = forms.CharField(
        max_length=80, required=False, help_text="Where the clinic lets this profession inject under a supervisor only"
    )
    cosmetic_only = forms.BooleanField(label="Cosmetic only", help_text="May not treat patients here", required=False)

    def clean(self) -> dict[str, Any]:
        """A date without the number it belongs to proves nothing."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if data.get("licence_until") and not data.get("licence_number"):
            self.add_error("licence_number", "Enter the licence number.")
        return data


class InjectingForm(SharedForm, HouseForm):
    """Whom the clinic lets inject."""

    professions = forms.MultipleChoiceField(
        label="Professions",
        help_text="None ticked: everybody who is set up as an injector",
        choices=Profession.choices,
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    licence_required = forms.BooleanField(label="A valid licence must be on record", required=False)
    training_required = forms.BooleanField(label="Training in the injection protocol must be on record", required=False)
    supervised = forms.MultipleChoiceField(
        label="Only under a supervisor",
        help_text="Of these, the supervisor's name must be on record under Licence and training",
        choices=Profession.choices,
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
