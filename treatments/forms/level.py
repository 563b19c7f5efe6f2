"""The level before treatment, written down by hand."""

from typing import Any

from django import forms

from clinic.forms import HouseForm
from patients.eligibility import WINDOW_DAYS
from patients.forms.fields import number
from patients.models import Baseline
from patients.scales import HIT6

NUMBERS = (
    "headache_days",
    "migraine_days",
    "long_headache_days",
    "headache_hours",
    "medicine_days",
    "hit6",
    "days_recorded",
)


class LevelForm(HouseForm):
    """What the person had in 28 days before treatment, and why it is written down by hand."""

    headache_days = number(f"Headache days in {WINDOW_DAYS} days", WINDOW_DAYS, required=True)
    migraine_days = number("Migraine days", WINDOW_DAYS)
    long_headache_days = number("Days with headache of 4 hours or longer", WINDOW_DAYS)
    headache_hours = number("Headache hours", WINDOW_DAYS * 24)
    medicine_days = number("Days with an acute medicine", WINDOW_DAYS)
    hit6 = forms.IntegerField(
        label="HIT-6 total",
        required=False,
        min_value=HIT6[0],
        max_value=HIT6[1],
        error_messages=dict.fromkeys(
            ("invalid", "min_value", "max_value"), f"HIT-6 total is a number from {HIT6[0]} to {HIT6[1]}."
        ),
        widget=forms.TextInput({"inputmode": "numeric"}),
    )
    days_recorded = number(
        "Days recorded", WINDOW_DAYS, help_text=f"Of {WINDOW_DAYS}, where a diary was counted. Empty for a letter."
    )
    reason = forms.CharField(
        label="Why, and where the numbers come from",
        max_length=300,
        error_messages={"required": "Say why, and where the numbers come from."},
    )

    def clean(self) -> dict[str, Any]:
        """Hold the counts against each other."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        for name in ("migraine_days", "long_headache_days"):
            self._at_most(data, name, "headache_days", "headache day")
        self._at_most(data, "headache_days", "days_recorded", "recorded day")
        return data

    def _at_most(self, data: dict[str, Any], name: str, limit: str, words: str) -> None:
        count, most = data.get(name), data.get(limit)
        if count is not None and most is not None and count > most:
            self.add_error(
                name, f"{self.fields[name].label}: {count} is more than the {most} {words}{'s' * (most != 1)}."
            )

    def numbers(self) -> dict[str, int | None]:
        """Return the counts, from cleaned data."""
        return {name: self.cleaned_data[name] for name in NUMBERS}


def initial_of(level: Baseline | None, counted: dict[str, Any] | None) -> dict[str, Any]:
    """Return what the form starts with: the level as it stands, or where the diary gave it the diary counted again."""
    stands = {name: getattr(level, name) for name in NUMBERS} if level else {}
    again = counted if level is None or level.source == Baseline.Source.DIARY else None
    return stands | {name: value for name, value in (again or {}).items() if name in NUMBERS}
