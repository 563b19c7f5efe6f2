"""What the first admin types: who they are, and what the clinic is called and where it is."""

from functools import cache
from importlib.resources import files
from typing import Any

import holidays
from django import forms
from django.contrib.auth.password_validation import validate_password
from django.utils.text import slugify

from clinic.forms import HouseForm, ReadByPatients
from clinic.models import Clinic, User
from clinic.time_zones import of_places
from treatments.forms import SharedForm


def _required(words: str) -> dict[str, str]:
    return {"required": words, "invalid": words}


@cache
def countries() -> tuple[tuple[str, str], ...]:
    """Return code and English name of every country, as the time zone database lists them."""
    lines = files("tzdata").joinpath("zoneinfo", "iso3166.tab").read_text("utf-8").splitlines()
    named = (line.split("\t") for line in lines if line and not line.startswith("#"))
    return tuple(sorted(((code, name) for code, name in named), key=lambda pair: pair[1]))


class AdminForm(HouseForm):
    """The first person who can log in."""

    full_name = forms.CharField(
        label="Your name",
        max_length=80,
        widget=forms.TextInput({"autocomplete": "name"}),
        error_messages=_required("Enter your name."),
    )
    email = forms.EmailField(
        max_length=254,
        widget=forms.EmailInput({"autocomplete": "username"}),
        help_text="You log in with it.",
        error_messages=_required("Enter your email address."),
    )
    password = forms.CharField(
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text="At least 12 characters. Pasting is fine.",
        strip=False,
        error_messages=_required("Enter a password."),
    )

    def clean(self) -> dict[str, Any]:
        """Refuse a password that is easily guessed."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if data.get("password"):
            try:
                validate_password(
                    data["password"], User(email=data.get("email", ""), full_name=data.get("full_name", ""))
                )
            except forms.ValidationError as error:
                self.add_error("password", error)
        return data


class _Where(HouseForm):
    """Where a clinic lies."""

    country = forms.ChoiceField(
        choices=lambda: [("", "Choose"), *countries()],
        help_text="Decides public holidays and how phone numbers are read.",
        error_messages={"required": "Choose a country.", "invalid_choice": "Choose a country from the list."},
    )
    subdivision = forms.CharField(
        label="Region, for holidays",
        max_length=10,
        required=False,
        help_text="Its code, such as ENG, SCT, NY or BY. Leave it empty for the whole country's holidays.",
    )
    timezone = forms.ChoiceField(
        label="Time zone",
        choices=lambda: [("", "Choose"), ("UTC", "UTC"), *of_places()],
        help_text="The clock on the clinic's wall. All visits are kept in it.",
        error_messages={"required": "Choose a time zone.", "invalid_choice": "Choose a time zone from the list."},
    )

    def clean(self) -> dict[str, Any]:
        """Refuse a region that the country's holidays do not know."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        try:
            data["subdivision"] = listed_region(data.get("country") or "", data.get("subdivision") or "")
        except forms.ValidationError as error:
            self.add_error("subdivision", error)
        return data


class PlaceForm(SharedForm, _Where):
    """Where a clinic lies that is there already."""


class ClinicForm(ReadByPatients, _Where):
    """The clinic, as staff and patients read it, and where it lies."""

    name = forms.CharField(
        label="Name, as staff read it", max_length=80, error_messages=_required("Enter the clinic's name.")
    )

    field_order = ("name", "message_name", "phone", "address")

    def clinic(self) -> Clinic:
        """Return the clinic that was described, not saved."""
        name = self.cleaned_data["name"]
        return Clinic(slug=slugify(name)[:50] or "clinic", **self.cleaned_data)


def listed_region(country: str, text: str) -> str:
    """Return the code of a region, or nothing for the whole country; ValidationError where no holidays are known of it."""
    region = text.strip().upper()
    known = holidays.list_supported_countries(include_aliases=False).get(country, [])
    if region and region not in known:
        some = f" Known are {', '.join(known[:8])}{' and others' if len(known) > 8 else ''}." if known else ""
        raise forms.ValidationError(f"Nobody has listed holidays for {region}.{some} Or leave it empty.")
    return region
