"""How a stretch of leave or of closed time is said: whole days as days, else with the clock."""

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

from clinic.wording import day_words, moment_words
from treatments.cycle import day_begins


def span_words(row: Any) -> str:
    """Say from when to when a leave or closure (or a line of its history) lasts, on the clinic's clock."""
    zone = row.clinic.zone
    starts, ends = row.starts_at.astimezone(zone), row.ends_at.astimezone(zone)
    if begins_day(row.starts_at, zone) and begins_day(row.ends_at, zone):
        last = ends.date() - dt.timedelta(days=1)
        if last == starts.date():
            return day_words(last)
        return f"{day_words(starts.date())} to {day_words(last)}"
    return f"{moment_words(starts)} to {moment_words(ends)}"


def begins_day(moment: dt.datetime, zone: ZoneInfo) -> bool:
    """Return whether a local date begins at this moment: in some zones the clocks change at midnight, and it is 01:00."""
    return moment == day_begins(moment.astimezone(zone).date(), zone)
