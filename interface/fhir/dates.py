"""Dates as search parameters write them: a prefix, and a moment that lasts as long as it is written precisely.

Source: https://hl7.org/fhir/R4/search.html#date. No framework, no clock.
"""

import datetime as dt
import re
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

_WRITTEN = re.compile(
    r"(?P<prefix>eq|ne|gt|lt|ge|le|sa|eb)?"
    r"(?P<year>\d{4})(-(?P<month>\d\d)(-(?P<day>\d\d)(T(?P<hour>\d\d):(?P<minute>\d\d)(:(?P<second>\d\d)(\.(?P<part>\d{1,9}))?)?"
    r"(?P<zone>Z|[+-]\d\d:\d\d)?)?)?)?",
    re.ASCII,
)
# No visit, and no person, lies outside; so nothing is added to a date that has no next day.
FIRST_YEAR, LAST_YEAR = 1800, 2400


class NotADate(ValueError):
    """What was written is no date of the search syntax."""


@dataclass(frozen=True)
class Span:
    """From ``low`` to before ``high``, with how a value should lie to it."""

    prefix: str
    low: dt.datetime
    high: dt.datetime

    def conditions(self, field: str) -> dict[str, Any]:
        """Return what has to hold for a moment in ``field``; for ``ne`` see `excludes`."""
        return {
            "gt": {f"{field}__gte": self.high},
            "sa": {f"{field}__gte": self.high},
            "lt": {f"{field}__lt": self.low},
            "eb": {f"{field}__lt": self.low},
            "ge": {f"{field}__gte": self.low},
            "le": {f"{field}__lt": self.high},
        }.get(self.prefix, {f"{field}__gte": self.low, f"{field}__lt": self.high})

    @property
    def excludes(self) -> bool:
        """Whether the conditions say what may not be."""
        return self.prefix == "ne"

    def in_days(self, zone: ZoneInfo) -> "DaySpan":
        """Return the same for a column of dates: a day in which a moment lies has a part before it and a part after it."""
        low = _date(self.low, zone, begun=self.prefix == "lt")
        return DaySpan(self.prefix, low, _date(self.high, zone, begun=self.prefix != "gt"))


@dataclass(frozen=True)
class DaySpan(Span):
    """A span of whole days."""

    low: Any
    high: Any


def read(text: str, zone: ZoneInfo) -> Span:
    """Return what a search parameter asks; a time without a zone, like a date, is the clinic's."""
    found = _WRITTEN.fullmatch(text)
    if not found or not FIRST_YEAR <= int(found["year"]) <= LAST_YEAR:
        raise NotADate(text)
    try:
        low = _moment(found, zone)
    except ValueError as error:
        raise NotADate(text) from error
    return Span(found["prefix"] or "eq", low.astimezone(dt.UTC), _end(found, low).astimezone(dt.UTC))


def _moment(found: re.Match[str], zone: ZoneInfo) -> dt.datetime:
    month, day = (int(found[name] or 1) for name in ("month", "day"))
    hour, minute, second = (int(found[name] or 0) for name in ("hour", "minute", "second"))
    time = dt.time(hour, minute, second, _microseconds(found["part"] or ""))
    local = dt.datetime.combine(dt.date(int(found["year"]), month, day), time)
    if found["zone"]:
        return dt.datetime.fromisoformat(f"{local.isoformat()}{found['zone'].replace('Z', '+00:00')}")
    return local.replace(tzinfo=zone)


def _date(moment: dt.datetime, zone: ZoneInfo, *, begun: bool) -> dt.date:
    """Return the day of a moment; with ``begun`` the next one, once that day has begun."""
    date = moment.astimezone(zone).date()
    midnight = dt.datetime.combine(date, dt.time(), zone)
    return date + dt.timedelta(days=1) if begun and midnight.astimezone(dt.UTC) < moment else date


def _microseconds(part: str) -> int:
    """Return the part of a second that stands behind the point."""
    return int(part[:6].ljust(6, "0"))


def _end(found: re.Match[str], low: dt.datetime) -> dt.datetime:
    """Return where the written moment ends, by the wall clock for days and longer.

    Of a second's part as much as is written: what else happened within that second comes after it, or before.
    """
    if found["part"]:
        return low + dt.timedelta(microseconds=10 ** max(0, 6 - len(found["part"])))
    if found["hour"]:
        return low + dt.timedelta(seconds=1 if found["second"] else 60)
    if found["day"]:
        return low + dt.timedelta(days=1)
    if found["month"]:
        return (low + dt.timedelta(days=31)).replace(day=1)
    return low.replace(year=low.year + 1)
