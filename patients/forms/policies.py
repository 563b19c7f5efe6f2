"""A clinic's own policy: thresholds that an admin may set."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from django import forms

from patients.diagnosis_codes import BILLABLE
from patients.eligibility import Policy, Scale
from patients.eligibility.counts import SCALE_WORDS, WINDOW_DAYS
from patients.eligibility.policy import INTERVAL_DAYS, CountBy, Renewal
from patients.eligibility.wording import COUNT_BY_WORDS, LABELS, RENEWAL_WORDS

MOST_INTERVAL = 366


def _number(name: str, least: int, most: int, *, needed: bool = False) -> forms.IntegerField:
    optional = "" if needed else ", or leave it empty to ask nothing"
    words = f"{LABELS[name]}: enter a whole number from {least} to {most}{optional}."
    return forms.IntegerField(
        label=LABELS[name],
        min_value=least,
        max_value=most,
        required=needed,
        error_messages={"invalid": words, "min_value": words, "max_value": words, "required": words},
        widget=forms.TextInput({"inputmode": "numeric"}),
    )


def _tick(name: str) -> forms.BooleanField:
    return forms.BooleanField(label=LABELS[name], required=False)


def _choice(name: str, words: Mapping[StrEnum, str]) -> forms.ChoiceField:
    return forms.ChoiceField(label=LABELS[name], choices=[(one.value, label) for one, label in words.items()])


class PolicyForm(forms.Form):
    """All thresholds of a policy. An empty box leaves the criterion out."""

    use_required_attribute = False

    name = forms.CharField(
        label="Name", max_length=80, error_messages={"required": "Enter a name, such as the payer's."}
    )
    scale = _choice("scale", SCALE_WORDS)
    adult_years = _number("adult_years", 1, 120)
    headache_days = _number("headache_days", 1, WINDOW_DAYS)
    long_headache_days = _number("long_headache_days", 1, WINDOW_DAYS)
    migraine_days = _number("migraine_days", 1, WINDOW_DAYS)
    diary = _tick("diary")
    months = _number("months", 1, 120)
    months_suffice = _tick("months_suffice")
    attacks = _number("attacks", 1, 999)
    no_better_diagnosis = _tick("no_better_diagnosis")
    preventives = _number("preventives", 1, 10)
    count_by = _choice("count_by", COUNT_BY_WORDS)
    preventive_days = _number("preventive_days", 0, 366, needed=True)
    overuse = _tick("overuse")
    specialist = _tick("specialist")
    codes = forms.MultipleChoiceField(
        label=LABELS["codes"],
        choices=[(code, f"{code}: {words}") for code, words in BILLABLE.items()],
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="None ticked: the code is not asked for.",
    )
    interval_days = _number("interval_days", INTERVAL_DAYS, MOST_INTERVAL, needed=True)
    renewal = _choice("renewal", RENEWAL_WORDS)
    response_percent = _number("response_percent", 1, 100, needed=True)
    warn_cycles = _number("warn_cycles", 1, 20, needed=True)
    stop_cycles = _number("stop_cycles", 1, 20, needed=True)
    episodic_below = _number("episodic_below", 1, WINDOW_DAYS, needed=True)
    fewer_days = _number("fewer_days", 1, WINDOW_DAYS, needed=True)
    fewer_hours = _number("fewer_hours", 1, WINDOW_DAYS * 24, needed=True)
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def clean(self) -> None:
        """Refuse a policy that asks nothing, or warns after it stops."""
        values = self.cleaned_data
        warn, stop = values.get("warn_cycles"), values.get("stop_cycles")
        if warn and stop and warn > stop:
            self.add_error("warn_cycles", "This must not be later than the cycle from which a stop is proposed.")
        asked = ("adult_years", "headache_days", "long_headache_days", "migraine_days", "months", "attacks")
        if not self.errors and not any(values.get(name) for name in (*asked, "preventives", "codes")):
            self.add_error(None, "This policy asks nothing to start. Enter one limit at least.")

    def policy(self) -> Policy:
        """Return the thresholds, from cleaned data; the row gives the key."""
        values: dict[str, Any] = {name: self.cleaned_data[name] for name in LABELS}
        kinds = {
            "scale": Scale(values["scale"]),
            "count_by": CountBy(values["count_by"]),
            "renewal": Renewal(values["renewal"]),
            "codes": tuple(values["codes"]),
        }
        return Policy(**values | kinds | {"key": "", "source": values["name"]})
