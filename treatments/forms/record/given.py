"""The day it was given."""

import datetime as dt
from collections.abc import Collection
from typing import Any

from django import forms

from clinic.forms import HouseForm
from clinic.wording import day_words
from patients.forms.fields import parse_day
from treatments.recording.faults import NO_DAY


class GivenPart(HouseForm):
    """On which day it was given: asked only of a visit that is not of today."""

    given_on = forms.TypedChoiceField(
        label="Given on",
        coerce=dt.date.fromisoformat,
        widget=forms.RadioSelect(attrs={"class": "form-check-input"}),
        error_messages={"required": NO_DAY, "invalid_choice": NO_DAY},
    )

    def __init__(self, *args: Any, days: Collection[dt.date] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if days:
            self.fields["given_on"].choices = [(day.isoformat(), day_words(day)) for day in days]  # type: ignore[attr-defined]
        else:
            del self.fields["given_on"]

    def day_given(self) -> dt.date | None:
        """Return the day that is chosen, as typed or to begin with; None where none is, or it is not asked."""
        return parse_day(str(self["given_on"].value() or "")) if "given_on" in self.fields else None
