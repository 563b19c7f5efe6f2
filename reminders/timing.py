"""When a message goes out and until when it is of use, on the clinic's wall clock. Pure: no framework, no clock.

Sources: two reminders, three days and one day before, gave the fewest missed visits in a trial with 54,066 visits
(Steiner 2018).
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from clinic.message_hours import QUIET_FROM, next_allowed

SEND_AT = dt.time(10)  # mid-morning: people can still call the same day
LAST_USE_BEFORE_VISIT = dt.timedelta(hours=2)  # later the person is on the way
JUST_TOLD = dt.timedelta(hours=12)  # who was told of a visit so lately is not reminded of it
# Temporary failures: wait so long after the first, second and third try; then the other channel.
BACK_OFF = (dt.timedelta(minutes=5), dt.timedelta(hours=1), dt.timedelta(hours=6))
# For each person, whoever shares their phone (clinical rule 32; docs/decisions/texts-are-counted-for-each-person.md).
SMS_A_DAY = 1
SMS_A_WEEK = 3


@dataclass(frozen=True)
class Window:
    """When to send, and from when on it is too late. Aware instants in UTC."""

    due_at: dt.datetime
    useful_until: dt.datetime


@dataclass(frozen=True)
class VisitDay:
    """What a rule says of the visits of one day: not of one placed after ``told_by``; until when each is of use if ``until`` is empty."""

    told_by: dt.datetime
    due_at: dt.datetime
    until: dt.datetime | None


def at_local(date: dt.date, time: dt.time, zone: ZoneInfo) -> dt.datetime:
    """Return the instant in UTC of a local date and time; a time the clocks skip is read by the clock before the change."""
    return dt.datetime.combine(date, time, zone).astimezone(dt.UTC)


def visit_moment(starts_at: dt.datetime, days_before: int, zone: ZoneInfo, send_at: dt.time = SEND_AT) -> dt.datetime:
    """Return when a rule speaks: so many calendar days before the visit, at its time on the clinic's clock."""
    return at_local(starts_at.astimezone(zone).date() - dt.timedelta(days=days_before), send_at, zone)


def visit_day(date: dt.date, days_before: int, rules: Mapping[int, dt.time], zone: ZoneInfo) -> VisitDay:
    """Return when one rule speaks of the visits of a local date.

    A rule whose moment had passed when the visit got its time, or came soon after, stays silent: the person has just
    been told. The message is of use until the next rule speaks, the last one until two hours before the visit.
    ``rules`` are the days before and times of day of all the clinic's rules about visits.
    """
    moments = {days: at_local(date - dt.timedelta(days=days), at, zone) for days, at in rules.items()}
    moment = moments[days_before]
    until = min((later for days, later in moments.items() if days < days_before), default=None)
    return VisitDay(moment - JUST_TOLD, next_allowed(moment, zone), until)


def step_window(starts_at: dt.datetime, told_at: dt.datetime, undo: dt.timedelta, zone: ZoneInfo) -> Window:
    """Return when to tell of a step of a visit that is still ahead: once it stands, and while it is of use."""
    return Window(next_allowed(told_at + undo, zone), starts_at - LAST_USE_BEFORE_VISIT)


def placed_window(
    starts_at: dt.datetime, rules: Mapping[int, dt.time], zone: ZoneInfo, told_at: dt.datetime, undo: dt.timedelta
) -> Window:
    """Return when to tell the time that a visit got: of use until the first of the rules about visits tells it too."""
    window = step_window(starts_at, told_at, undo, zone)
    moments = (visit_moment(starts_at, days, zone, at) for days, at in rules.items())
    return Window(window.due_at, min([window.useful_until, *(one for one in moments if told_at <= one - JUST_TOLD)]))


def before_known_time(window: Window, placed_at: dt.datetime, known: dt.datetime | None) -> Window:
    """Return when to tell that a visit moved: in time before the time that is known, where that is still ahead.

    Else the person comes then. Who can only be told within two hours of it may be on the way, and may not.
    """
    if known is None:
        return window
    last = known - LAST_USE_BEFORE_VISIT
    if window.due_at < last:
        ends = last
    elif window.due_at < known or placed_at < last:
        ends = known
    else:  # they are there, or have called
        ends = window.useful_until
    return Window(window.due_at, min(window.useful_until, ends))


def same_day_window(date: dt.date, told_at: dt.datetime, undo: dt.timedelta, zone: ZoneInfo) -> Window:
    """Return when to tell of something that is told on its own day or not at all."""
    return Window(next_allowed(told_at + undo, zone), at_local(date, QUIET_FROM, zone))


def days_after_window(date: dt.date, days: int, useful_days: int, zone: ZoneInfo, send_at: dt.time) -> Window:
    """Return when to write so many days after a local date, and for how many days more that is of use."""
    day = date + dt.timedelta(days=days)
    return Window(at_local(day, send_at, zone), at_local(day + dt.timedelta(days=useful_days), QUIET_FROM, zone))


def due_window(
    due_on: dt.date, days_before: int, rules: Mapping[int, dt.time], zone: ZoneInfo, not_before: dt.datetime
) -> Window | None:
    """Return when to say that it is time to book; None where a later rule says it.

    Of use until the next rule says it, the last one until the evening of the due date. ``rules`` are the days before and
    times of day of all the clinic's rules about due dates.
    """
    moments = {days: at_local(due_on - dt.timedelta(days=days), at, zone) for days, at in rules.items()}
    due_at = next_allowed(max(moments[days_before], not_before), zone)
    later = min((moment for days, moment in moments.items() if days < days_before), default=None)
    if later is not None:
        return Window(due_at, later) if due_at < later else None
    return Window(due_at, at_local(due_on, QUIET_FROM, zone))


def back_at(until: dt.date | None, now: dt.datetime, send_at: dt.time, zone: ZoneInfo) -> dt.datetime | None:
    """Return when to write to somebody whom the desk leaves alone until a local date; None for who is not left alone by now."""
    if until is None or until <= now.astimezone(zone).date():
        return None
    return at_local(until, send_at, zone)


def day_start(now: dt.datetime, zone: ZoneInfo) -> dt.datetime:
    """Return the instant at which the local day of ``now`` began."""
    return at_local(now.astimezone(zone).date(), dt.time(0), zone)


def link_end(date: dt.date, zone: ZoneInfo) -> dt.datetime:
    """Return when a link about this local date ends: at the end of the day after it."""
    return at_local(date + dt.timedelta(days=2), dt.time(0), zone)
