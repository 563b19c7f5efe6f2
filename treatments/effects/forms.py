"""What staff type about side effects."""

import datetime as dt
from typing import Any

from django import forms

from treatments import scores
from treatments.effects import catalogue
from treatments.effects.reporting import Told
from treatments.forms import HouseForm
from treatments.models import SideEffect


def _day(label: str, **more: Any) -> forms.DateField:
    return forms.DateField(
        label=label,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"required": "Enter a date.", "invalid": "Enter a date such as 2026-06-01."},
        **more,
    )


class EffectsForm(HouseForm):
    """What the person reports."""

    effects = forms.MultipleChoiceField(
        label="What is it?",
        choices=[*((one.key, one.label) for one in catalogue.EFFECTS.values()), (catalogue.OTHER, "Something else")],
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Choose at least one effect."},
    )
    words = forms.CharField(
        label="In the person's words", max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    severity = forms.ChoiceField(
        label="How bad?",
        choices=SideEffect.Severity.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose how bad it is."},
    )
    began_on = _day("Began on")
    ended_on = _day("Ended on (empty while it lasts)", required=False)
    seriousness = forms.ChoiceField(
        label="Serious for the regulator?", choices=SideEffect.Seriousness.choices, required=False
    )

    def told(self) -> Told:
        """Return what was reported, from cleaned data."""
        data = self.cleaned_data
        return Told(
            effects=data["effects"],
            severity=catalogue.Severity(data["severity"]),
            began_on=data["began_on"],
            ended_on=data["ended_on"],
            words=data["words"],
            seriousness=SideEffect.Seriousness(data["seriousness"]),
        )


class CloseForm(HouseForm):
    """What came of it."""

    outcome = forms.ChoiceField(
        choices=SideEffect.Outcome.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose what came of it."},
    )
    advice = forms.CharField(
        label="What was said or done", max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )


class RegulatorForm(HouseForm):
    """Whether the regulator was told."""

    made = forms.TypedChoiceField(
        label="Report",
        choices=[("yes", "Made"), ("no", "Not made")],
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
        error_messages={"required": "Choose whether the report was made."},
    )
    note = forms.CharField(
        label="Their number, or why none is made",
        max_length=200,
        error_messages={"required": "Enter the regulator's number, or why no report is made."},
    )


class ScoreForm(HouseForm):
    """Totals of questionnaires, and what the person says of the effect. The questionnaires themselves are not ours."""

    taken_on = _day("Date")
    hit6 = forms.IntegerField(label="HIT-6 total", required=False)
    midas = forms.IntegerField(label="MIDAS total", required=False)
    msq_restrictive = forms.IntegerField(label="MSQ role restrictive", required=False)
    msq_preventive = forms.IntegerField(label="MSQ role preventive", required=False)
    msq_emotional = forms.IntegerField(label="MSQ emotional", required=False)
    pgic = forms.IntegerField(
        label="Change overall", required=False, help_text="1 very much better to 7 very much worse"
    )
    onset_weeks = forms.IntegerField(label="Weeks until it began to help", required=False)
    wear_off_week = forms.IntegerField(label="Week in which it wore off", required=False)

    def __init__(self, *args: Any, today: dt.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        for name, (low, high) in scores.RANGES.items():
            field: Any = self.fields[name]
            words = f"Enter a whole number from {low} to {high}."
            field.error_messages = {"invalid": words}
            field.widget.attrs["inputmode"] = "numeric"

    def clean(self) -> dict[str, Any]:
        """Refuse a number outside its range, a day to come, and a form without any number."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        for name, (low, high) in scores.RANGES.items():
            value = data.get(name)
            if value is not None and not low <= value <= high:
                self.add_error(name, f"{self.fields[name].label} is a number from {low} to {high}.")
        if data.get("taken_on") and data["taken_on"] > self.today:
            self.add_error("taken_on", "This day is still to come.")
        if not self.errors and all(data.get(name) is None for name in scores.RANGES):
            raise forms.ValidationError("Enter at least one number.")
        return data
