"""What a report is asked for: which days, whose work, which clinics. All of it stands in the address."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.urls import reverse

from clinic.access import Capability, StaffRequest, may
from clinic.models import Clinic, Injector
from clinic.wording import day_words
from treatments.forms import DaysForm
from treatments.forms.fields import OneByUid

MOST_DAYS = 731  # two years: what one page counts stays bounded, however long a clinic has been at work
ALL = "all"


@dataclass(frozen=True)
class Asked:
    """Days, both included; ``clinic`` is the one the person works at, ``clinics`` those that are counted.

    ``key`` names the report, to which the sessions behind its numbers lead back.
    """

    clinic: Clinic
    clinics: Sequence[Clinic]
    first: dt.date
    last: dt.date
    now: dt.datetime
    injector: Injector | None = None
    key: str = ""

    @property
    def today(self) -> dt.date:
        """The day it is at the clinic."""
        return self.clinic.date_at(self.now)

    @property
    def days(self) -> tuple[dt.date, dt.date]:
        """First and last day, for a filter."""
        return self.first, self.last

    @property
    def words(self) -> str:
        """The days in words."""
        return f"{day_words(self.first)} to {day_words(self.last)}"

    @property
    def where(self) -> str:
        """Whose numbers these are, in words."""
        names = ", ".join(clinic.name for clinic in self.clinics)
        return f"{names}, {self.injector.name}" if self.injector else names

    def of(self, path: str = "") -> dict[str, Any]:
        """Return the filter on clinic and injector of rows that lead to a session through ``path``."""
        found: dict[str, Any] = {f"{path}clinic__in": [clinic.pk for clinic in self.clinics]}
        return found | ({f"{path}injector": self.injector} if self.injector else {})

    @property
    def here(self) -> bool:
        """Whether nothing is counted but the clinic the person works at: people of another are its own to show and to log."""
        return [clinic.pk for clinic in self.clinics] == [self.clinic.pk]

    def rows(self, **more: object) -> str:
        """Return the address of the sessions behind a number; "" where they are another clinic's to show."""
        return self._sessions({"first": self.first, "last": self.last} | more)

    def given(self, **more: object) -> str:
        """Return the same of sessions by the day on which they were given, which may be another than the visit's."""
        days = {"first": self.first, "last": self.last} | more
        shown = {"given_first": days.pop("first"), "given_last": days.pop("last")}
        return self._sessions(shown | days)

    def _sessions(self, query: dict[str, object]) -> str:
        return self._address("reports:sessions", (), query | {"next": self.link("reports:report", self.key)})

    def link(self, name: str, *args: str, **more: object) -> str:
        """Return a page's address with the same days and injector."""
        return self._address(name, args, {"first": self.first, "last": self.last} | more)

    def _address(self, name: str, args: Sequence[str], query: dict[str, object]) -> str:
        if not self.here:
            return ""
        own = {"injector": self.injector.uid} if self.injector else {}
        return f"{reverse(name, args=args)}?{urlencode(own | query)}"


class AskForm(DaysForm):
    """Days, one of the clinic's injectors or all, and for whoever runs several clinics which of them."""

    injector = OneByUid(
        Injector.objects.none(),
        to_field_name="uid",
        required=False,
        empty_label="All",
        error_messages={"invalid_choice": "Choose an injector of this clinic."},
    )
    clinic = forms.ChoiceField(required=False, error_messages={"invalid_choice": "Choose a clinic you run."})

    def __init__(self, *args: Any, clinic: Clinic, clinics: Sequence[Clinic], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.here, self.mine = clinic, clinics
        self.fields["injector"].queryset = Injector.objects.filter(clinic=clinic)  # type: ignore[attr-defined]
        others = [(str(one.uid), one.name) for one in clinics if one.pk != clinic.pk]
        if others:
            self.fields["clinic"].choices = [("", clinic.name), *others, (ALL, "All my clinics")]  # type: ignore[attr-defined]
        else:
            del self.fields["clinic"]

    def clean(self) -> dict[str, Any]:
        """Refuse more days than one page counts, and an injector of this clinic where another one was asked for."""
        data = super().clean()
        if data.get("first") and data.get("last") and (data["last"] - data["first"]).days >= MOST_DAYS:
            self.add_error("last", "Choose at most two years.")
        if data.get("injector") and data.get("clinic"):
            self.add_error("injector", f"Choose an injector only for {self.here.name}.")
        return data

    def asked(self, now: dt.datetime, key: str) -> Asked:
        """Return what was asked for."""
        data = self.cleaned_data
        chosen = [one for one in self.mine if data.get("clinic") in (str(one.uid), ALL)] or [self.here]
        return Asked(self.here, chosen, data["first"], data["last"], now, data["injector"], key)


def form_of(request: StaffRequest, now: dt.datetime) -> AskForm:
    """Read the address; without days it asks for the last whole quarter."""
    today = request.clinic.date_at(now)
    mine = [one.clinic for one in request.memberships if may(one, Capability.REPORT)]
    clinics = [
        one for one in mine if one.demo == request.clinic.demo
    ]  # what is made up is never counted with what is not
    data = request.GET.copy()
    for name, day in zip(("first", "last"), last_quarter(today), strict=True):
        data.setdefault(name, str(day))
    return AskForm(data, clinic=request.clinic, clinics=clinics)


def last_quarter(today: dt.date) -> tuple[dt.date, dt.date]:
    """Return first and last day of the quarter before the one we are in."""
    last = _quarter(today) - dt.timedelta(days=1)
    return _quarter(last), last


def _quarter(day: dt.date) -> dt.date:
    return day.replace(month=3 * ((day.month - 1) // 3) + 1, day=1)


def chips(today: dt.date) -> tuple[tuple[str, dt.date, dt.date], ...]:
    """Return name, first and last day of the stretches that people ask for most."""
    return (
        ("Last quarter", *last_quarter(today)),
        ("This quarter", _quarter(today), today),
        ("12 months", _years_up_to(today, 1), today),
        ("2 years", _years_up_to(today, 2), today),
    )


def _years_up_to(day: dt.date, years: int) -> dt.date:
    """Return the first day of whole years that end with a day: as many days as they have, 29 February too."""
    following = day + dt.timedelta(days=1)
    try:
        return following.replace(year=following.year - years)
    except ValueError:  # 29 February, in a year without it
        return dt.date(following.year - years, 3, 1)
