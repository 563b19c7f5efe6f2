"""What patients type and tick on their own pages."""

import datetime as dt
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from treatments.wishes import HALF_DAYS

MOST_WORDS = 300


def _box(label: Any) -> forms.CharField:
    box = forms.TextInput({"inputmode": "numeric", "class": "form-control", "maxlength": 4})
    return forms.CharField(label=label, required=False, widget=box)


class AskForm(forms.Form):
    """When somebody could come."""

    use_required_attribute = False

    suits = forms.MultipleChoiceField(
        label=_("When can you come?"),
        choices=list(HALF_DAYS.items()),
        widget=forms.CheckboxSelectMultiple,
        required=False,
        error_messages={"invalid_choice": _("Choose from the days on the page.")},
    )
    words = forms.CharField(
        label=_("Anything else? (optional)"),
        max_length=MOST_WORDS,
        required=False,
        error_messages={"max_length": _("Use at most 300 letters.")},
    )


class BirthDateForm(forms.Form):
    """A date of birth in three boxes."""

    use_required_attribute = False

    born_day = _box(_("Day"))
    born_month = _box(_("Month"))
    born_year = _box(_("Year"))

    def clean(self) -> dict[str, Any]:
        """Put the boxes together; whichever is wrong, one sentence says what is asked for."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        born = _date(*(data.get(name, "") for name in self.fields))
        if born is None:
            words = _("Enter the day, the month and the year you were born, as numbers, such as 27 3 1984.")
            self.add_error("born_day", words)
        data["born"] = born
        return data


def _date(day: str, month: str, year: str) -> dt.date | None:
    if not all(text.isascii() and text.isdigit() and len(text) <= 4 for text in (day, month, year)):
        return None
    try:
        return dt.date(int(year), int(month), int(day))
    except ValueError:
        return None
