"""Lines of a person's record: preventives, acute medicines, authorizations."""

import datetime as dt
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from clinic.forms import Lines
from patients.authorizing import number_key
from patients.forms.fields import Day, number
from patients.models import AcuteMedication, Authorization, PreventiveTrial

LONG_AGO = 1940  # the year of a medicine that somebody still remembers taking


class LineForm(forms.ModelForm):  # type: ignore[type-arg]
    """What the lines share: our own words for mistakes, and a mark that tells whether somebody else was faster."""

    use_required_attribute = False

    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, today: dt.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        self.initial["seen"] = self.mark()
        for name, field in self.fields.items():
            if isinstance(field, forms.ChoiceField):
                field.choices = [(value, words if value else "Choose one") for value, words in field.widget.choices]
            if name not in self.declared_fields:
                what = "Choose" if isinstance(field, forms.ChoiceField) else "Enter"
                field.error_messages["required"] = f"{what} the {str(field.label).lower()}."

    def mark(self) -> str:
        """Return the newest history entry of the line; empty for a new one."""
        if self.instance._state.adding:
            return ""
        return str(self.instance.history.latest().history_id)

    @property
    def stale(self) -> bool:
        """True when the line was changed since the form was opened."""
        return str(self.data.get("seen", "")) != self.mark()

    def _after(self, first: str, last: str, words: str) -> None:
        begin, end = self.cleaned_data.get(first), self.cleaned_data.get(last)
        if begin and end and end < begin:
            self.add_error(last, words)


class PreventiveForm(LineForm):
    """One preventive, and what came of it."""

    started_on = Day(
        label="From", first_year=LONG_AGO, help_text="Leave empty when nobody knows, or when it was never taken."
    )
    ended_on = Day(label="To", first_year=LONG_AGO, help_text="Leave empty while it is taken.")
    reason = forms.CharField(
        label="Reason, such as the side effect", required=False, max_length=500, widget=Lines({"rows": 2})
    )

    class Meta:
        model = PreventiveTrial
        fields = ["drug", "drug_class", "dose", "started_on", "ended_on", "result", "reason"]
        labels = {
            "drug": "Medicine",
            "drug_class": "Class",
            "dose": "Dose",
            "result": "Outcome",
        }

    def clean(self) -> None:
        """Hold the dates and the outcome against each other."""
        self._after("started_on", "ended_on", "The last day lies before the first.")
        values = self.cleaned_data
        for name in ("started_on", "ended_on"):
            if values.get(name) and values[name] > self.today:
                self.add_error(name, "This day has not come yet.")
        if values.get("result") in {"not_tolerated", "unsuitable"} and not values.get("reason"):
            self.add_error("reason", "Say why; payers ask for it.")


class AcuteForm(LineForm):
    """An acute medicine, and on how many days it is taken."""

    days_a_month = number("Days a month", 31, required=True)
    months = number("For how many months", 1200, help_text="Overuse is more than three months.")
    told_on = Day(label="Told on", required_words="Enter the day on which they told it.")

    class Meta:
        model = AcuteMedication
        fields = ["drug", "drug_class", "days_a_month", "months", "told_on"]
        labels = {"drug": "Medicine", "drug_class": "Class"}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("told_on", self.today)

    def clean_told_on(self) -> dt.date:
        """Refuse what nobody can have told yet."""
        date: dt.date = self.cleaned_data["told_on"]
        if date > self.today:
            raise ValidationError("This day has not come yet.")
        return date


class AuthorizationForm(LineForm):
    """What a payer agreed to, or was asked for."""

    valid_from = Day(label="From", required_words="Enter the first day that is covered.")
    valid_to = Day(label="To, the last day that is covered", required_words="Enter the last day that is covered.")
    visits = number("Visits allowed", 999)
    units_allowed = number("Units allowed", 32000)

    class Meta:
        model = Authorization
        fields = [
            "payer", "number", "valid_from", "valid_to", "visits", "units_allowed", "counts_waste", "codes", "status",
        ]  # fmt: skip
        labels = {"counts_waste": "The units include waste", "codes": "Codes (optional)"}
        help_texts = {"counts_waste": "Each visit then uses what its vials hold: 200 units where 155 were given."}

    def clean(self) -> None:
        """Hold the dates against each other, and the number against the person's others."""
        self._after("valid_from", "valid_to", "The last day lies before the first.")
        others = Authorization.objects.filter(patient=self.instance.patient).exclude(pk=self.instance.pk)
        known = {number_key(one) for one in others.values_list("number", flat=True)}
        # Where two were kept so before, the dates of each can still be changed.
        if "number" in self.changed_data and number_key(self.cleaned_data.get("number", "")) in known:
            self.add_error("number", "This person has an authorization with this number already.")
