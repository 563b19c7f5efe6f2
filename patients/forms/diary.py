"""What staff type into a diary."""

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django import forms

from patients.actions.diary_days import DayFacts
from patients.diary import MOST_DOSES
from patients.forms.fields import Day
from patients.models import DiaryClaim, DiaryDay
from patients.models.diary import SIGNS
from patients.paper import CLEAR, HEADACHE, MIGRAINE, Paper, read_letters

LETTERS = [("", "not filled in"), (CLEAR, "0 clear"), (HEADACHE, "H headache"), (MIGRAINE, "M migraine")]
SIGN_WORDS = [
    ("one_sided", "one side"),
    ("pulsating", "pounding"),
    ("worse_with_activity", "worse when moving"),
    ("nausea", "sick"),
    ("vomiting", "vomiting"),
    ("light", "light hurts"),
    ("sound", "noise hurts"),
    ("smell", "smells hurt"),
    ("aura", "aura"),
]


def facts_of(letter: str, known: DiaryDay | None = None) -> dict[str, Any]:
    """Return the facts that a letter of a paper diary stands for.

    How long and how bad a headache was it does not say: where that is ``known`` of the day, it stays.
    """
    if letter == CLEAR:
        signs = dict.fromkeys(SIGNS, False)
        return {"headache_hours": Decimal(0), "migraine": False, "worst_pain": 0} | signs
    facts: dict[str, Any] = {"migraine": letter == MIGRAINE}
    return facts if known and known.letter != CLEAR else facts | {"headache_hours": None, "worst_pain": None}


class PaperForm(forms.Form):
    """A sheet of paper: the first day, and a letter for each."""

    use_required_attribute = False

    first = Day(label="First day", required_words="Enter the first day.")
    letters = forms.CharField(
        label="One letter a day",
        help_text="0 clear, H headache, M migraine, a dot for a day that is not filled in. For example MMH00H.0",
        max_length=60,
        error_messages={"required": "Type one letter for each day."},
    )

    def __init__(self, *args: Any, today: dt.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        self.paper = Paper((), ())

    def clean(self) -> dict[str, Any]:
        """Read the letters; each that is none is named with its place."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if "first" in data and "letters" in data:
            self.paper = read_letters(data["letters"], data["first"], self.today)
            for fault in self.paper.faults:
                self.add_error("letters", fault)
        return data

    def days(self, known: Mapping[dt.date, DiaryDay]) -> list[DayFacts]:
        """Return the days that were typed; ``known`` are those that stand in the diary."""
        return [DayFacts(day.date, facts_of(day.letter, known.get(day.date))) for day in self.paper.days]


def _doses(label: str) -> forms.IntegerField:
    words = f"Enter a whole number from 0 to {MOST_DOSES}."
    return forms.IntegerField(
        label=label,
        min_value=0,
        max_value=MOST_DOSES,
        required=False,
        error_messages=dict.fromkeys(("invalid", "min_value", "max_value"), words),
    )


class DayForm(forms.Form):
    """One day in full."""

    use_required_attribute = False

    letter = forms.ChoiceField(
        label="This day",
        choices=LETTERS[1:],
        widget=forms.RadioSelect,
        error_messages={"required": "Choose clear, headache or migraine."},
    )
    headache_hours = forms.DecimalField(
        label="Hours of headache",
        help_text="empty when nobody knows",
        min_value=0,
        max_value=24,
        max_digits=4,
        decimal_places=2,
        required=False,
        error_messages=dict.fromkeys(
            ("invalid", "min_value", "max_value", "max_digits", "max_decimal_places", "max_whole_digits"),
            "Enter hours from 0 to 24.",
        ),
    )
    worst_pain = forms.TypedChoiceField(
        label="Worst pain",
        choices=[("", "not known"), (1, "mild"), (2, "moderate"), (3, "severe")],
        coerce=int,
        empty_value=None,
        required=False,
    )
    signs = forms.MultipleChoiceField(
        label="Signs",
        choices=SIGN_WORDS,
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    triptan_doses = _doses("Triptan doses")
    simple_analgesic_doses = _doses("Simple painkiller doses")
    combination_doses = _doses("Combination painkiller doses")
    opioid_doses = _doses("Opioid doses")
    ergot_doses = _doses("Ergot doses")
    gepant_doses = _doses("Gepant doses")
    function_lost = forms.TypedChoiceField(
        label="What could not be done",
        choices=[("", "not known"), (0, "nothing"), (1, "some things"), (2, "most things"), (3, "in bed")],
        coerce=int,
        empty_value=None,
        required=False,
    )

    def clean(self) -> dict[str, Any]:
        """A clear day has no hours, no pain and no signs of headache."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if data.get("letter") == CLEAR and any(data.get(name) for name in ("headache_hours", "worst_pain", "signs")):
            words = "A clear day has no headache: choose headache, or leave hours, pain and signs empty."
            self.add_error("letter", words)
        if data.get("letter") in (HEADACHE, MIGRAINE) and data.get("headache_hours") == 0:
            self.add_error("headache_hours", "A headache lasts longer than 0 hours; leave it empty when nobody knows.")
        return data

    def facts(self) -> dict[str, Any]:
        """Return the day's facts, from cleaned data."""
        data = dict(self.cleaned_data)
        letter, signs = data.pop("letter"), set(data.pop("signs"))
        doses = {name: value or 0 for name, value in data.items() if name.endswith("_doses")}
        found = data | doses | {name: name in signs for name in SIGNS}
        if letter == CLEAR:
            return found | facts_of(letter)
        return found | {"migraine": letter == MIGRAINE}


def initial_of(row: DiaryDay | None) -> dict[str, Any]:
    """Return what the form of a day starts with."""
    if row is None:
        return {}
    names = [name for name in DayForm.base_fields if name not in ("letter", "signs")]
    ticked = [name for name in SIGNS if getattr(row, name)]
    return {name: getattr(row, name) for name in names} | {"letter": row.letter, "signs": ticked}


class SettleForm(forms.Form):
    """Which of two sources counts, and why."""

    use_required_attribute = False

    take = forms.TypedChoiceField(
        choices=[("no", "keep"), ("yes", "take")],
        coerce=lambda value: value == "yes",
        error_messages={"required": "Choose which counts."},
    )
    reason = forms.CharField(max_length=200, error_messages={"required": "Say why."})
    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, data: Mapping[str, Any] | None = None, *, claim: DiaryClaim) -> None:
        """Take the claim that this settles: one page has several such forms."""
        super().__init__(data, auto_id=f"id_{claim.pk}_%s")
        self.claim = claim
