"""What happened since the last session."""

import datetime as dt
from typing import Any

from django import forms

from clinic.forms import HouseForm, Lines
from patients.forms.fields import Day
from treatments.effects import catalogue
from treatments.effects.reporting import Told
from treatments.models import SideEffect
from treatments.recording import SinceLast
from treatments.scores.bands import ASKED_WEAR_OFF_WEEKS

_LASTED = "lasted"
_FIRST_WEEK, _LAST_WEEK = ASKED_WEAR_OFF_WEEKS
_CHOICES = [*((one.key, one.label) for one in catalogue.EFFECTS.values()), (catalogue.OTHER, "Something else")]


class SincePart(HouseForm):
    """Side effects, or that there were none, and when it began to wear off. Not asked at a first session."""

    no_effects = forms.BooleanField(label="No side effects", required=False)
    effects = forms.MultipleChoiceField(
        label="Side effects",
        choices=_CHOICES,
        widget=forms.CheckboxSelectMultiple,
        required=False,
        error_messages={"invalid_choice": "There is no such side effect."},
    )
    effects_severity = forms.ChoiceField(
        label="How bad, at its worst?", choices=SideEffect.Severity.choices, widget=forms.RadioSelect, required=False
    )
    effects_began_on = Day(label="Began on")
    effects_words = forms.CharField(
        label="Note, in the person's words", max_length=500, required=False, widget=Lines(attrs={"rows": 2})
    )
    wear_off = forms.ChoiceField(
        label="When did it start to wear off?",
        choices=[
            ("", "Not known"),
            (_LASTED, "It did not"),
            *((str(week), f"Week {week}") for week in range(_FIRST_WEEK, _LAST_WEEK + 1)),
        ],
        required=False,
    )

    def __init__(self, *args: Any, since: dt.date | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("no_effects", "effects", "effects_severity"):
            self.fields[name].widget.attrs["class"] = "form-check-input"
        self.since = since
        if since is None:
            for name in SincePart.base_fields:
                del self.fields[name]
        else:
            self.fields["effects_began_on"].help_text = f"Empty: the day of the last session, {since:%-d %B %Y}"

    def clean(self) -> dict[str, Any]:
        """Ask for an answer, for one that makes sense, and for how bad it was."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if self.since is None or "effects" in self.errors:
            return data
        if not data["effects"] and not data.get("no_effects"):
            self.add_error("no_effects", "Ask for side effects since last time: tick them, or None.")
        if data.get("effects") and data.get("no_effects"):
            self.add_error("no_effects", "Tick the side effects or None, not both.")
        elif data.get("effects") and not data.get("effects_severity"):
            self.add_error("effects_severity", "Choose how bad it was.")
        return data

    def effect_boxes(self) -> tuple[list[Any], list[Any]]:
        """Return the boxes that are asked first, and all others."""
        boxes = {box.data["value"]: box for box in self["effects"]}
        first = [boxes.pop(key) for key in catalogue.ASKED_FIRST]
        return first, list(boxes.values())

    def more_effects_open(self) -> bool:
        """Return whether one of the others is ticked: then they are not folded away."""
        return bool(set(self["effects"].value() or []) - set(catalogue.ASKED_FIRST))

    def since_last(self) -> SinceLast | None:
        """Return what was said, from cleaned data; None at a first session."""
        if self.since is None:
            return None
        data = self.cleaned_data
        told = None
        if data["effects"]:
            told = Told(
                effects=data["effects"],
                severity=catalogue.Severity(data["effects_severity"]),
                began_on=data["effects_began_on"] or self.since,
                words=data["effects_words"],
            )
        week = int(data["wear_off"]) if data["wear_off"].isdigit() else None
        return SinceLast(told, week, lasted=data["wear_off"] == _LASTED)
