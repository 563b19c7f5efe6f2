"""The longest that a field of a message can be: what a text is measured and shown with."""

import datetime as dt

from django.conf import settings

from clinic.models import Clinic
from clinic.wording import clock_words
from reminders.wording.rendering import clinic_values, day_without_year

# A first name that one patient in a thousand has more letters than.
LONG_NAME = "Christopher"
TOKEN = "x" * 22


def longest_values(clinic: Clinic, language: str) -> dict[str, str]:
    """Return the clinic's own fields, and the others at their longest in a language."""
    return clinic_values(clinic, language) | {
        "first_name": LONG_NAME,
        "day_date": longest_day(language),
        "time": longest_clock(language),
        "link": f"{settings.BASE_URL}/v/{TOKEN}/",
    }


def longest_day(language: str) -> str:
    """Return the longest that a day can be in a language."""
    days = (dt.date(2024, month, 28 - weekday) for month in range(1, 13) for weekday in range(7))
    return max((day_without_year(day, language) for day in days), key=len)


def longest_clock(language: str) -> str:
    """Return the longest that a time can be in a language."""
    return max((clock_words(dt.time(hour, 50), language) for hour in range(24)), key=len)
