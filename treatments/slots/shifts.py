"""A day's working hours as moments at which a visit can begin. Wall-clock time is the truth; no framework, no clock.

Moments are whole seconds since 1970, because a year of one injector has 8,000 of them.
"""

import datetime as dt
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from treatments.cycle import NoSuchTime, instant
from treatments.slots.spans import Window

MINUTE = 60
DAY = 24 * 60 * MINUTE
EPOCH = dt.date(1970, 1, 1)


class Hours(NamedTuple):
    """One weekly interval of an injector's hours; ``room`` is a key, or None for any room they may use."""

    injector: int
    room: int | None
    weekday: int
    opens: dt.time
    closes: dt.time
    slot_minutes: int
    valid_from: dt.date | None = None
    valid_until: dt.date | None = None

    def hold_on(self, date: dt.date) -> bool:
        """Return whether they are worked on this date, as far as the hours themselves say."""
        return hold_on(date, self.weekday, self.valid_from, self.valid_until)


def hold_on(date: dt.date, weekday: int, since: dt.date | None, until: dt.date | None) -> bool:
    """Return whether weekly hours hold on a date. ``since`` and ``until`` are days of theirs; None: there is no such end."""
    return weekday == date.isoweekday() and (since is None or since <= date) and (until is None or date <= until)


@dataclass(frozen=True, slots=True)
class Shift:
    """Hours on one date, for visits of one length: from the ``first`` to the ``last`` start that fits, both included.

    ``listed`` names every start on a date on which the clocks change; on all others they stand ``step`` apart.
    """

    hours: Hours
    date: dt.date
    first: int
    last: int
    step: int
    listed: tuple[int, ...] | None = None

    def starts(self, first: int, last: int) -> Sequence[int]:
        """Return the starts from ``first`` to ``last``, both included."""
        if self.listed is not None:
            return [start for start in self.listed if first <= start <= last]
        behind = -(-(max(first, self.first) - self.first) // self.step)
        return range(self.first + behind * self.step, min(last, self.last) + 1, self.step)


def shift_of(hours: Hours, date: dt.date, minutes: int, zone: ZoneInfo) -> Shift:
    """Return the hours on a date. ``last`` lies before ``first`` when no visit of so many minutes fits."""
    length, step = minutes * MINUTE, hours.slot_minutes * MINUTE
    offset = steady_offset(zone, date)
    if offset is None:
        listed = _listed(hours, date, length, zone)
        first = _earliest(date, hours.opens, zone)
        return Shift(hours, date, first, _earliest(date, hours.closes, zone) - length, step, listed)
    midnight = (date - EPOCH).days * DAY - offset
    return Shift(hours, date, midnight + _seconds(hours.opens), midnight + _seconds(hours.closes) - length, step)


@lru_cache(maxsize=4096)
def steady_offset(zone: ZoneInfo, date: dt.date) -> int | None:
    """Return the seconds that the zone is ahead of UTC on a date, or None when its clocks change on it."""
    midnight = dt.datetime.combine(date, dt.time(), zone)
    offsets = {moment.utcoffset() for moment in (midnight, midnight.replace(fold=1), midnight.replace(hour=12))}
    offsets |= {(midnight + dt.timedelta(days=1)).utcoffset()}  # an aware datetime counts wall-clock days
    offset = offsets.pop() if len(offsets) == 1 else None
    return None if offset is None else int(offset.total_seconds())


def wall_minute(start: int, date: dt.date, zone: ZoneInfo) -> int:
    """Return how many minutes after midnight a clock on the wall shows at a start on a date."""
    offset = steady_offset(zone, date)
    if offset is None:
        wall = dt.datetime.fromtimestamp(start, zone)
        return wall.hour * 60 + wall.minute
    return (start + offset) % DAY // MINUTE


def around(dates: Sequence[dt.date]) -> Window:
    """Return the moments between which all of these days lie, first to last, in whatever zone."""
    return Window((dates[0] - EPOCH).days * DAY - DAY, (dates[-1] - EPOCH).days * DAY + 2 * DAY)


def moment(seconds: int) -> dt.datetime:
    """Return seconds since 1970 as an aware moment in UTC."""
    return dt.datetime.fromtimestamp(seconds, dt.UTC)


def _listed(hours: Hours, date: dt.date, length: int, zone: ZoneInfo) -> tuple[int, ...]:
    """Return the starts of a day on which the clocks change: none that they skip or repeat, none that ends too late."""
    wall, closes = dt.datetime.combine(date, hours.opens), dt.datetime.combine(date, hours.closes)
    last = _earliest(date, hours.closes, zone) - length
    found = []
    while wall < closes:
        with suppress(NoSuchTime):
            found.append(int(instant(date, wall.time(), zone).timestamp()))
        wall += dt.timedelta(minutes=hours.slot_minutes)
    return tuple(start for start in found if start <= last)


def _earliest(date: dt.date, time: dt.time, zone: ZoneInfo) -> int:
    """Return the moment of a local time; of one that the clocks skip or repeat, the earlier of the two it could be."""
    local = dt.datetime.combine(date, time, zone)
    return int(min(local.timestamp(), local.replace(fold=1).timestamp()))


def _seconds(time: dt.time) -> int:
    return (time.hour * 60 + time.minute) * MINUTE + time.second
