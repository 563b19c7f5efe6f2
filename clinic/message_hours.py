"""The hours in which people may be written to. Pure: no framework, no clock.

Source: quiet hours from 20:00 to 08:00 are stricter than the 21:00 of the United States' rules (some states: 20:00).
"""

import datetime as dt
from math import ceil
from zoneinfo import ZoneInfo

from clinic.wording import clock_words, day_words

QUIET_FROM = dt.time(20)
QUIET_UNTIL = dt.time(8)
HOUR = dt.timedelta(hours=1)


def is_quiet(now: dt.datetime, zone: ZoneInfo) -> bool:
    """Return whether people may not be disturbed: before 08:00 or from 20:00 on their clock."""
    return not QUIET_UNTIL <= now.astimezone(zone).time() < QUIET_FROM


def next_allowed(moment: dt.datetime, zone: ZoneInfo) -> dt.datetime:
    """Return ``moment``, or the end of the quiet hours that it falls in, in UTC."""
    local = moment.astimezone(zone)
    if not is_quiet(moment, zone):
        return moment
    day = local.date() if local.time() < QUIET_UNTIL else local.date() + dt.timedelta(days=1)
    return dt.datetime.combine(day, QUIET_UNTIL, zone).astimezone(dt.UTC)


def leaving_words(leaves_at: dt.datetime, now: dt.datetime, zone: ZoneInfo) -> str:
    """Return when a message leaves, on a clinic's clock: "in 3 minutes", or "at 8am on Monday 1 June 2026" where that is later."""
    if leaves_at - now < HOUR:
        minutes = max(1, ceil((leaves_at - now) / dt.timedelta(minutes=1)))
        return f"in {minutes} minute{'' if minutes == 1 else 's'}"
    local = leaves_at.astimezone(zone)
    return f"at {clock_words(local.time())} on {day_words(local.date())}"


def leaving_clock_words(leaves_at: dt.datetime, now: dt.datetime, zone: ZoneInfo) -> str:
    """Return the same as a time, for a line that may be read later: "at 10:45am", with the day where it is another one."""
    local = leaves_at.astimezone(zone)
    clock = f"at {clock_words(local.time())}"
    return clock if local.date() == now.astimezone(zone).date() else f"{clock} on {day_words(local.date())}"
