"""Counts for an assessment, and the signature under it."""

from typing import Any

from django import forms

from patients.eligibility import WINDOW_DAYS
from patients.models import Assessment

_MOST_MONTHS = 1200


def _number(label: str, most: int, **kwargs: Any) -> forms.IntegerField:
    words = f"{label}: enter a whole number from 0 to {most}, or leave it empty if not known."
    return forms.IntegerField(
        label=label,
        min_value=0,
        max_value=most,
        required=False,
        error_messages={"invalid": words, "min_value": words, "max_value": words},
        widget=forms.TextInput({"inputmode": "numeric", "autocomplete": "off"}),
        **kwargs,
    )


class AssessmentForm(forms.Form):
    """What was found over 28 days. An empty box is "not known", never zero."""

    use_required_attribute = False

    source = forms.ChoiceField(label="Where the counts come from", choices=Assessment.Source.choices)
    headache_days = _number(f"Headache days in {WINDOW_DAYS} days", WINDOW_DAYS)
    long_headache_days = _number("Days with headache of 4 hours or longer", WINDOW_DAYS)
    migraine_days = _number("Migraine days", WINDOW_DAYS)
    months_at_this_level = _number("Months at this level", _MOST_MONTHS)
    days_recorded = _number("Days recorded", WINDOW_DAYS, help_text=f"Of {WINDOW_DAYS}; for a diary only.")

    def clean(self) -> None:
        """Hold the counts against each other."""
        values = self.cleaned_data
        self._at_most("long_headache_days", "headache_days", "headache days")
        self._at_most("migraine_days", "headache_days", "headache days")
        self._at_most("headache_days", "days_recorded", "recorded days")
        from_diary = values.get("source") == Assessment.Source.DIARY
        if from_diary and "days_recorded" in values and values["days_recorded"] is None:
            self.add_error("days_recorded", "Enter how many days the diary holds.")
        if not from_diary and values.get("days_recorded") is not None:
            self.add_error("days_recorded", "Recorded days belong to a diary. Leave this empty, or choose Diary above.")

    def _at_most(self, name: str, limit: str, words: str) -> None:
        count, most = self.cleaned_data.get(name), self.cleaned_data.get(limit)
        if count is not None and most is not None and count > most:
            self.add_error(name, f"{self.fields[name].label}: {count} is more than the {most} {words}.")


class SignForm(forms.Form):
    """A signature: under the verdict as it is, or against it with a reason."""

    use_required_attribute = False

    read_at = forms.DateTimeField(widget=forms.HiddenInput)
    override = forms.BooleanField(label="Treat all the same", required=False)
    override_reason = forms.CharField(
        label="Reason", required=False, widget=forms.Textarea({"rows": 3}), max_length=2000
    )

    def clean(self) -> None:
        """Ask for the reason where the verdict is overridden, and for the box where a reason is given."""
        values = self.cleaned_data
        reason = values.get("override_reason")
        if values.get("override") and not reason:
            self.add_error("override_reason", "Enter the reason for treating all the same.")
        if reason and not values.get("override"):
            self.add_error("override", "Tick this box to treat all the same, or leave the reason empty.")
