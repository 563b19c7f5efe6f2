"""Days and times as patients' pages say them, in the language of the page and on the clinic's clock."""

import datetime as dt

from django import template
from django.utils.timezone import localtime

from clinic.health_words import blocked_words
from clinic.wording import clock_words, day_words
from patients.models import Patient
from reminders.own_pages import languages

register = template.Library()


@register.filter
def spoken_day(value: dt.date | dt.datetime) -> str:
    """Name a day in full; a moment by its day at the clinic."""
    return day_words(localtime(value).date() if isinstance(value, dt.datetime) else value, languages.active())


@register.filter
def spoken_clock(value: dt.datetime) -> str:
    """Say a moment's time of day at the clinic."""
    return clock_words(localtime(value).time(), languages.active())


@register.filter
def if_harmless(name: str) -> str:
    """Return a name that staff chose, or nothing where it tells what somebody is here for: whoever has the address reads it."""
    return "" if blocked_words(name) else name


@register.simple_tag
def page_languages() -> list[tuple[str, str]]:
    """List the languages that a page can speak, each by its own name."""
    return list(Patient.Language.choices)


@register.simple_tag
def page_language() -> str:
    """Return the code of the language that the page speaks."""
    return languages.active()
