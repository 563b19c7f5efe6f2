"""How a stretch of leave or of closed time is said: whole days as days, else with the clock."""

import datetime as dt
from typing import Any

from clinic.wording import day_words, moment_words


def span_words(row: Any) -> str:
    """Say from when to when a leave or closure (or a line of its history) lasts, on the clinic's clock."""
    zone = row.clinic.zone
    starts, ends = row.starts_at.astimezone(zone), row.ends_at.astimezone(zone)
    if starts.time() == ends.time() == dt.time():
        last = ends.date() - dt.timedelta(days=1)
        if last == starts.date():
            return day_words(last)
        return f"{day_words(starts.date())} to {day_words(last)}"
    return f"{moment_words(starts)} to {moment_words(ends)}"
