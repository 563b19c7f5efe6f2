"""Closing a record: why, and since when or into which."""

import datetime as dt
from typing import Any

from django import forms

from clinic.forms import HouseForm
from patients.forms.fields import Day
from patients.models import Patient


class CloseRecordForm(HouseForm):
    """Why a record is closed."""

    closed = forms.ChoiceField(
        label="Why",
        choices=[
            (Patient.Closed.DIED, "The person died"),
            (Patient.Closed.MERGED, "The person has another record here"),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": "Choose why the record is closed."},
    )
    died_on = Day(label="Day of death", help_text="Not known: the day you heard of it")
    into = forms.CharField(label="Record number of the record that stays", max_length=20, required=False)

    def __init__(self, *args: Any, patient: Patient, today: dt.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["died_on"].initial = today
        self.patient = patient

    def clean(self) -> dict[str, Any]:
        """Ask for what belongs to the choice, and find the other record."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        number = data.get("into")
        if data.get("closed") == Patient.Closed.DIED and not data.get("died_on") and "died_on" not in self.errors:
            self.add_error("died_on", "Enter the day of death, or the day you heard of it.")
        if data.get("closed") == Patient.Closed.MERGED:
            here = Patient.objects.filter(clinic=self.patient.clinic)
            data["other"] = here.numbered(number) if number else None
            if not number:
                self.add_error("into", "Enter the number of the record that stays.")
            elif data["other"] is None:
                self.add_error("into", f"No record here has the number {number}.")
        return data
