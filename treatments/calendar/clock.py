"""From moments to the minutes of one date's wall clock."""

import datetime as dt
from collections.abc import Callable
from typing import NamedTuple
from zoneinfo import ZoneInfo

from treatments.calendar.blocks import DAY, Span
from treatments.cycle import NoSuchTime, instant
from treatments.slots.shifts import steady_offset


class Away(NamedTuple):
    """A time in which one injector (or one room, or with neither the whole clinic) is not there."""

    injector: int | None
    room: int | None
    starts_at: dt.datetime
    ends_at: dt.datetime
    label: str


def on_date(date: dt.date, away: Away, zone: ZoneInfo) -> Span | None:
    """Return the part of a time that lies on a date, in minutes of the wall clock."""
    starts, ends = away.starts_at.astimezone(zone), away.ends_at.astimezone(zone)
    if starts.date() > date or ends.date() < date:
        return None
    start = minute_of(starts) if starts.date() == date else 0
    # A part of a minute counts as all of it: nobody can be booked into the rest.
    end = minute_of(ends) + bool(ends.second or ends.microsecond) if ends.date() == date else DAY
    return Span(start, end, away.label) if end > start else None


def first_minute(date: dt.date, now: dt.datetime) -> int:
    """Return the first minute of a date that has not passed."""
    if date == now.date():
        return minute_of(now) + 1
    return 0 if date > now.date() else DAY


def existing(date: dt.date, zone: ZoneInfo) -> Callable[[int], bool]:
    """Return what says whether a minute of the wall clock exists once on a date; asked in earnest only at clock changes."""
    if steady_offset(zone, date) is not None:
        return lambda _minute: True

    def exists(minute: int) -> bool:
        try:
            instant(date, dt.time(minute // 60, minute % 60), zone)
        except NoSuchTime:
            return False
        return True

    return exists


def minute_of(clock: dt.time | dt.datetime) -> int:
    """Return the minutes after midnight that a clock shows."""
    return clock.hour * 60 + clock.minute
