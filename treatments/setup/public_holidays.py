"""Public holidays of a clinic's country and region, and which of them it works on."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from clinic.models import Clinic, WorkedHoliday
from clinic.public_holidays import public_holidays


@dataclass(frozen=True)
class Holiday:
    """A public holiday at a clinic."""

    date: dt.date
    name: str
    worked: bool


def holidays_of(clinic: Clinic, years: Iterable[int]) -> list[Holiday]:
    """Return the public holidays of these years in order of date (one query)."""
    worked = set(WorkedHoliday.objects.filter(clinic=clinic).values_list("date", flat=True))
    named = (day for year in years for day in public_holidays(clinic.country, clinic.subdivision, year).items())
    return [Holiday(date, name, date in worked) for date, name in sorted(named)]
