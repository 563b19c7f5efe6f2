"""Boxes that several forms share, with our own words for mistakes."""

from functools import cache
from typing import Any
from zoneinfo import available_timezones

from django import forms


def number(label: str, most: int, *, required: bool = False, **kwargs: Any) -> forms.IntegerField:
    """Return a box for a whole number; where it is not required, an empty one is "not known", never zero."""
    words = f"{label}: enter a whole number from 0 to {most}" + (
        "." if required else ", or leave it empty if not known."
    )
    return forms.IntegerField(
        label=label,
        min_value=0,
        max_value=most,
        required=required,
        error_messages={"invalid": words, "min_value": words, "max_value": words, "required": words},
        widget=forms.TextInput({"inputmode": "numeric", "autocomplete": "off"}),
        **kwargs,
    )


def date(label: str, *, required: bool = True, required_words: str = "Enter a date.", **kwargs: Any) -> forms.DateField:
    """Return a box for a day."""
    return forms.DateField(
        label=label,
        required=required,
        error_messages={"required": required_words, "invalid": "Enter a date such as 2026-06-01."},
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        **kwargs,
    )


@cache
def zone_choices() -> list[tuple[str, str]]:
    """List the zones of the world's places, the clinic's own first; names without a place are for machines."""
    areas = ("Africa", "America", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific")
    places = sorted(zone for zone in available_timezones() if zone.partition("/")[0] in areas and "/" in zone)
    return [("", "The clinic's"), *((zone, zone.replace("_", " ").replace("/", ", ")) for zone in places)]
