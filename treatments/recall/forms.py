"""What the desk types on the recall pages."""

from typing import Any

from django import forms
from django.db import models

from clinic.models import Injector
from treatments.forms import Day, HouseForm, Note, SharedForm
from treatments.models import ContactAttempt

# Planned by the messages themselves, or undone: never said of a call.
Outcome = ContactAttempt.Outcome
NOT_SAID = {Outcome.TEXTED, Outcome.TAKEN_BACK, Outcome.ASKED, Outcome.UNDONE}
CALLED = [(value, label) for value, label in Outcome.choices if value not in NOT_SAID]


class TriedForm(HouseForm):
    """What came of a call."""

    outcome = forms.ChoiceField(choices=CALLED, error_messages={"required": "Choose what came of the call."})


class SnoozeForm(HouseForm):
    """The day on which a person is back on the list."""

    until = Day(label="Back on the list on", required_words="Enter the day on which they are back on the list.")


class LetGoForm(HouseForm):
    """Why a person leaves."""

    class Reason(models.TextChoices):
        """What the recall list asks."""

        STOPPED = "stopped", "Stopped treatment"
        MOVED = "moved", "Moved away"
        DIED = "died", "Died"
        OTHER = "other", "Other"

    why = forms.ChoiceField(
        label="Reason",
        choices=Reason.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose a reason."},
    )
    note = forms.CharField(label="In your words", max_length=200, required=False, help_text="Needed for “Other”.")

    def clean(self) -> dict[str, Any]:
        """Ask for words where the choice says nothing."""
        cleaned = super().clean() or {}
        if cleaned.get("why") == self.Reason.OTHER and not cleaned.get("note"):
            self.add_error("note", "Write the reason.")
        return cleaned

    @property
    def died(self) -> bool:
        """Whether the person is dead."""
        return bool(self.cleaned_data["why"] == self.Reason.DIED)

    @property
    def reason(self) -> str:
        """The reason as it is kept."""
        note = self.cleaned_data["note"]
        if self.cleaned_data["why"] == self.Reason.OTHER:
            return str(note)
        label = self.Reason(self.cleaned_data["why"]).label
        return f"{label}: {note}" if note else label


class WaitingForm(SharedForm, HouseForm):
    """What kind of time a waiting person would take, and what to know when they are called."""

    injector: forms.ModelChoiceField[Injector] = forms.ModelChoiceField(
        queryset=Injector.objects.none(),
        required=False,
        empty_label="Any injector",
        to_field_name="uid",
        error_messages={"invalid_choice": "Choose an injector of this clinic."},
    )
    mornings = forms.BooleanField(required=False, initial=True)
    afternoons = forms.BooleanField(required=False, initial=True)
    notice_hours = forms.IntegerField(
        label="Hours of notice they need",
        min_value=1,
        max_value=336,
        initial=24,
        error_messages={
            "required": "Enter the hours of notice they need.",
            "invalid": "Enter whole hours, such as 24.",
            "min_value": "Enter 1 hour or more.",
            "max_value": "Enter 336 hours (two weeks) or fewer.",
        },
    )
    note = Note(help_text="For staff only, such as “Tuesdays only” or “call the daughter”.")

    def __init__(self, *args: Any, injectors: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["injector"]
        field.queryset = injectors

    def clean(self) -> dict[str, Any]:
        """Somebody who comes neither in the morning nor in the afternoon waits for nothing."""
        cleaned = super().clean() or {}
        if not cleaned.get("mornings") and not cleaned.get("afternoons"):
            self.add_error("mornings", "Tick mornings, afternoons or both.")
        return cleaned
