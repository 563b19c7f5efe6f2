"""What a person ticks in their own diary."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from patients.actions.diary_days import DayFacts
from patients.diary import MOST_DOSES
from patients.migraine_signs import looks_like_migraine
from patients.models.diary import DOSES
from patients.paper import CLEAR, HEADACHE, MIGRAINE
from reminders.own_pages.diary import OWN_SIGNS, OwnDay, letter_of

ONE_OF_THREE = _("Choose no headache, headache or migraine.")
ANSWERS = [(CLEAR, _("No headache")), (HEADACHE, _("Headache")), (MIGRAINE, _("Migraine"))]
NO_HEADACHE: dict[str, Any] = {
    "headache_hours": Decimal(0),
    "worst_pain": 0,
    "migraine": False,
    **dict.fromkeys(OWN_SIGNS, False),
}


def _number(label: Any) -> forms.IntegerField:
    words = _("Enter a whole number from 0 to 50.")
    return forms.IntegerField(
        label=label,
        min_value=0,
        max_value=MOST_DOSES,
        required=False,
        error_messages=dict.fromkeys(("invalid", "min_value", "max_value"), words),
    )


class OwnDayForm(forms.Form):
    """A day with a headache. A day without one needs no form."""

    use_required_attribute = False

    worst_pain = forms.TypedChoiceField(
        label=_("How bad?"),
        choices=[(1, _("Mild")), (2, _("Middling")), (3, _("Severe"))],
        coerce=int,
        widget=forms.RadioSelect,
        error_messages=dict.fromkeys(("required", "invalid_choice"), _("Choose how bad it was.")),
    )
    signs = forms.MultipleChoiceField(
        label=_("Which of these did you have?"),
        choices=[
            ("one_sided", _("on one side")),
            ("pulsating", _("pounding")),
            ("worse_with_activity", _("worse when moving")),
            ("nausea", _("felt sick")),
            ("vomiting", _("was sick")),
            ("light", _("light hurt")),
            ("sound", _("noise hurt")),
            ("smell", _("smells hurt")),
            ("migraine", _("I think it was a migraine")),
        ],
        widget=forms.CheckboxSelectMultiple,
        required=False,
        error_messages={"invalid_choice": _("Choose from the signs on the page.")},
    )
    headache_hours = forms.DecimalField(
        label=_("How many hours? Leave it empty if you do not know."),
        min_value=Decimal("0.25"),
        max_value=24,
        max_digits=4,
        decimal_places=2,
        required=False,
        error_messages=dict.fromkeys(
            ("invalid", "min_value", "max_value", "max_digits", "max_decimal_places", "max_whole_digits"),
            _("Enter hours from 0.25 to 24, or leave it empty."),
        ),
    )

    def __init__(self, *args: Any, medicines: dict[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.medicines = list(medicines)
        for name, label in medicines.items():
            self.fields[name] = _number(label)
        self.order_fields(["worst_pain", "signs", *medicines])  # as on the page: so its faults are listed

    @property
    def counts(self) -> list[forms.BoundField]:
        """The boxes that count medicines."""
        return [self[name] for name in self.medicines]

    def facts(self) -> dict[str, Any]:
        """Return the facts of the day, from cleaned data."""
        data, ticked = self.cleaned_data, set(self.cleaned_data["signs"])
        signs = {name: name in ticked for name in OWN_SIGNS}
        like = {name: value for name, value in signs.items() if name != "smell"}
        return {
            "headache_hours": data["headache_hours"],
            "worst_pain": data["worst_pain"],
            "migraine": "migraine" in ticked or looks_like_migraine(pain=data["worst_pain"], **like),
            **signs,
            **{name: data[name] or 0 for name in self.medicines},
        }


def initial_of(facts: dict[str, Any]) -> dict[str, Any]:
    """Return what the form of a day starts with."""
    if not facts or letter_of(facts) == CLEAR:
        return {}
    ticked = [name for name in (*OWN_SIGNS, "migraine") if facts.get(name)]
    kept = {name: facts.get(name) for name in ("headache_hours", "worst_pain", *DOSES.values())}
    return kept | {"signs": ticked}


class WeekRowForm(forms.Form):
    """One day of a week: a letter, medicines, or the same as the day above."""

    use_required_attribute = False

    letter = forms.ChoiceField(
        choices=ANSWERS,
        widget=forms.RadioSelect,
        required=False,
        error_messages={"invalid_choice": ONE_OF_THREE},
    )
    same = forms.BooleanField(label=_("Same as the day above"), required=False)
    # How the page showed the day: another device may have said more of it since.
    shown = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, data: Any, *, day: OwnDay, medicines: dict[str, str]) -> None:
        doses = {name: day.facts.get(name) for name in medicines}
        initial = {"letter": day.letter, "shown": _mark(day.letter, doses)} | doses
        super().__init__(data, prefix=f"{day.date:%Y%m%d}", initial=initial)
        self.day, self.medicines = day, list(medicines)
        for name, label in medicines.items():
            self.fields[name] = _number(label)

    @property
    def counts(self) -> list[forms.BoundField]:
        """The boxes that count medicines."""
        return [self[name] for name in self.medicines]

    def clean(self) -> dict[str, Any]:
        """Ask what kind of day it was where only medicines were counted: a day is kept by its letter."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        said = "letter" in self.errors or data.get("letter") or data.get("same")
        if any(self._doses().values()) and not said:
            self.add_error("letter", ONE_OF_THREE)
        return data

    def said(self, above: dict[str, Any] | None) -> dict[str, Any] | None:
        """Return letter and doses of the day, as ticked or like the day ``above``; None when nothing was said."""
        if self.cleaned_data.get("same") and above:
            return above
        letter = self.cleaned_data.get("letter")
        return {"letter": letter} | self._doses() if letter else None

    def is_untouched(self) -> bool:
        """Return whether the row is as the page showed it, so that nothing was said of the day."""
        letter, shown = self.cleaned_data.get("letter", ""), self.cleaned_data.get("shown")
        return not self.cleaned_data.get("same") and shown == _mark(letter, self._doses())

    def _doses(self) -> dict[str, int]:
        return {name: self.cleaned_data.get(name) or 0 for name in self.medicines}


def _mark(letter: str, doses: Mapping[str, int | None]) -> str:
    return " ".join([letter, *(f"{name}={number or 0}" for name, number in doses.items())])


def facts_of(day: OwnDay, said: dict[str, Any]) -> DayFacts | None:
    """Return what is new in what was said of a day; None when it stands there already, details and all."""
    letter, doses = said["letter"], {name: number for name, number in said.items() if name != "letter"}
    known = all((day.facts.get(name) or 0) == number for name, number in doses.items())
    if day.facts and letter == day.letter and known:
        return None
    if letter == CLEAR:
        return DayFacts(day.date, NO_HEADACHE | doses)
    facts: dict[str, Any] = {"migraine": letter == MIGRAINE} | doses
    if day.letter in ("", CLEAR):
        # How long and how bad nobody said.
        facts |= {"headache_hours": None, "worst_pain": None}
    return DayFacts(day.date, facts)
