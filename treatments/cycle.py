"""The 12-week cycle, on local dates and wall-clock time.

Sources: the United States label recommends re-treatment every 12 weeks; payers count it as a minimum of 84 days, some
of 90. 46 in 100 such cycles cross a clock change, so nothing here is reckoned in hours.
"""

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum
from zoneinfo import ZoneInfo

from patients.eligibility import policy

INTERVAL_DAYS = policy.INTERVAL_DAYS  # a course may ask for more, never for less
RECALL_DAYS = 28  # a course is nearly due this long before its due date, so that a booking can still be made

# How late a session is (bands proposed with the clinical rules; a clinic's policy). On time and late go by the due date,
# whatever the interval. What has lapsed goes by the last session: many payers take six months off for a new start.
ON_TIME_DAYS = 14  # after the due date
LATE_DAYS = 28
OVERDUE_UNTIL = 180  # days since the session before


class Lateness(StrEnum):
    """Where a day lies in the cycle."""

    TOO_EARLY = "too_early"
    ON_TIME = "on_time"
    LATE = "late"
    OVERDUE = "overdue"
    LAPSED = "lapsed"


# What a band asks of whoever books (clinical rules 3 and 36).
LATENESS_WORDS = {
    Lateness.LATE: "late",
    Lateness.OVERDUE: "overdue: reach the person and look at the diary",
    Lateness.LAPSED: "lapsed: a new diary of 28 days, a look at the authorization and a prescriber's review come first",
}


class NoSuchTime(ValueError):
    """The clocks skip this local time, or pass it twice; nobody could keep the appointment."""


@dataclass(frozen=True)
class Interval:
    """A stretch of local wall-clock time on one date, as aware instants."""

    starts_at: dt.datetime
    ends_at: dt.datetime


def due_on(last_given_on: dt.date, interval_days: int = INTERVAL_DAYS) -> dt.date:
    """Return the first local date on which the next session may be given. The weekday stays the same at 84 days."""
    return last_given_on + dt.timedelta(days=max(interval_days, INTERVAL_DAYS))


def lateness(last_given_on: dt.date, on: dt.date, interval_days: int = INTERVAL_DAYS) -> Lateness:
    """Return where the day ``on`` lies in the cycle that began at ``last_given_on``."""
    late_by = (on - due_on(last_given_on, interval_days)).days
    if late_by < 0:
        return Lateness.TOO_EARLY
    if late_by <= ON_TIME_DAYS:
        return Lateness.ON_TIME
    if late_by <= LATE_DAYS:
        return Lateness.LATE
    return Lateness.OVERDUE if (on - last_given_on).days <= OVERDUE_UNTIL else Lateness.LAPSED


def late_words(last_given_on: dt.date, on: dt.date, interval_days: int = INTERVAL_DAYS) -> str:
    """Say what the days since the last session ask for, or "" where nothing."""
    words = LATENESS_WORDS.get(lateness(last_given_on, on, interval_days), "")
    return f"Day {(on - last_given_on).days}, {words}." if words else ""


def instant(date: dt.date, time: dt.time, zone: ZoneInfo) -> dt.datetime:
    """Return the instant, in UTC, of a local date and wall-clock time.

    Raises NoSuchTime when the clocks skip that time or pass it twice: moving it in silence would send somebody to a
    closed door an hour early or late.
    """
    first = dt.datetime.combine(date, time, zone)
    second = first.replace(fold=1)
    if first.utcoffset() != second.utcoffset():
        skipped = first.astimezone(dt.UTC).astimezone(zone).replace(tzinfo=None) != first.replace(tzinfo=None)
        what = "does not exist" if skipped else "comes twice"
        raise NoSuchTime(f"{time:%H:%M} {what} on {date.day} {date:%B %Y}: the clocks change. Choose another time.")
    return first.astimezone(dt.UTC)


def day_begins(date: dt.date, zone: ZoneInfo) -> dt.datetime:
    """Return the instant, in UTC, at which a local date begins: its midnight, or what stands for one the clocks skip or repeat."""
    return dt.datetime.combine(date, dt.time(), zone).astimezone(dt.UTC)
