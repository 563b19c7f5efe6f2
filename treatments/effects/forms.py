"""What staff type about side effects."""

from django import forms

from clinic.forms import Lines
from treatments.effects import catalogue
from treatments.effects.reporting import Told
from treatments.forms import Day, HouseForm
from treatments.models import SideEffect


class EffectsForm(HouseForm):
    """What the person reports."""

    effects = forms.MultipleChoiceField(
        label="What is it?",
        choices=[*((one.key, one.label) for one in catalogue.EFFECTS.values()), (catalogue.OTHER, "Something else")],
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Choose at least one effect."},
    )
    words = forms.CharField(
        label="In the person's words", max_length=500, required=False, widget=Lines(attrs={"rows": 2})
    )
    severity = forms.ChoiceField(
        label="How bad?",
        choices=SideEffect.Severity.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose how bad it is."},
    )
    began_on = Day(label="Began on", required_words="Enter the day it began.")
    ended_on = Day(label="Ended on (empty while it lasts)")
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
        label="What was said or done", max_length=500, required=False, widget=Lines(attrs={"rows": 2})
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
