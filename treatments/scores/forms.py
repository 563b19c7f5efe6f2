"""What staff type of questionnaires."""

import datetime as dt
from typing import Any

from django import forms

from treatments.forms import Day, HouseForm
from treatments.scores.bands import MIDAS_COUNTS, QUARTER_DAYS, RANGES, midas_doubts


class ScoreForm(HouseForm):
    """Totals of questionnaires, and what the person says of the effect. The questionnaires themselves are not ours."""

    taken_on = Day(label="Date", required_words="Enter the day of the answers.")
    hit6 = forms.IntegerField(label="HIT-6 total", required=False)
    # For a phone no "inputmode": a keyboard of digits has no space.
    midas_counts = forms.CharField(
        label="MIDAS, the five day counts",
        required=False,
        max_length=40,
        help_text="In their order, with spaces; they are summed. Or enter the total below.",
    )
    midas_sure = forms.BooleanField(label="The MIDAS counts are right as they are", required=False)
    midas = forms.IntegerField(label="MIDAS total", required=False)
    msq_restrictive = forms.IntegerField(label="MSQ role restrictive", required=False)
    msq_preventive = forms.IntegerField(label="MSQ role preventive", required=False)
    msq_emotional = forms.IntegerField(label="MSQ emotional", required=False)
    pgic = forms.IntegerField(
        label="Change overall", required=False, help_text="1 very much better to 7 very much worse"
    )
    onset_weeks = forms.IntegerField(label="Weeks until it began to help", required=False)
    wear_off_week = forms.IntegerField(label="Week in which it wore off", required=False)
    did_not_wear_off = forms.BooleanField(label="It did not wear off before the next session", required=False)

    def __init__(self, *args: Any, today: dt.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        for name, (low, high) in RANGES.items():
            field: Any = self.fields[name]
            words = f"Enter a whole number from {low} to {high}."
            field.error_messages = {"invalid": words}
            field.widget.attrs["inputmode"] = "numeric"

    def clean(self) -> dict[str, Any]:
        """Refuse a number outside its range, a day to come, and a form without any number."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        self._sum_midas(data)
        for name, (low, high) in RANGES.items():
            value = data.get(name)
            if value is not None and not low <= value <= high:
                self.add_error(name, f"{self.fields[name].label} is a number from {low} to {high}.")
        if data.get("taken_on") and data["taken_on"] > self.today:
            self.add_error("taken_on", "This day is still to come.")
        if data.get("did_not_wear_off") and data.get("wear_off_week") is not None:
            self.add_error("wear_off_week", "Enter a week or tick that it did not wear off, not both.")
        if not self.errors and not data["did_not_wear_off"] and all(data.get(name) is None for name in RANGES):
            raise forms.ValidationError("Enter at least one number.")
        return data

    def numbers(self) -> dict[str, int | None]:
        """Return the totals, and whether it lasted, from cleaned data."""
        lasted = self.cleaned_data["did_not_wear_off"] or None
        return {name: self.cleaned_data[name] for name in RANGES} | {"did_not_wear_off": lasted}

    def _sum_midas(self, data: dict[str, Any]) -> None:
        """Sum the five counts; what can hardly be is asked about once, and kept when somebody says that it is so."""
        text = data.get("midas_counts", "").replace(",", " ").split()
        if not text:
            return None
        counts = [int(one) for one in text if one.isascii() and one.isdigit() and int(one) <= QUARTER_DAYS]
        if len(counts) != len(text) or len(counts) != MIDAS_COUNTS:
            words = f"Enter {MIDAS_COUNTS} whole numbers from 0 to {QUARTER_DAYS}, such as 10 4 8 3 2."
            return self.add_error("midas_counts", words)
        if data.get("midas") not in (None, sum(counts)):
            self.add_error("midas", f"The counts are {sum(counts)} together. Enter that, or leave the total empty.")
        doubts = midas_doubts(counts)
        if doubts and not data.get("midas_sure"):
            self.add_error("midas_counts", f"{' '.join(doubts)} Look again, or tick that they are right.")
        data["midas"] = sum(counts)
        return None
