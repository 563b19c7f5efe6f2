"""What the load looks like: so many visits a week, whatever their number. The same for us and for those beside us."""

import datetime as dt
import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple
from zoneinfo import ZoneInfo

INJECTORS = 20
MINUTES = 30
OPENS, CLOSES = 9, 17
STARTS_A_DAY = (CLOSES - OPENS) * 60 // MINUTES
TAKEN = 0.75
CYCLE_WEEKS = 12
MOST_WEEKS_AHEAD = 52
PER_WEEK = round((INJECTORS - 1) * STARTS_A_DAY * 5 * TAKEN) + STARTS_A_DAY * 5


class Place(NamedTuple):
    """One taken time: the week counted from this one, the injector counted from 0, and when."""

    week: int
    injector: int
    date: dt.date
    starts_at: dt.datetime


@dataclass(frozen=True)
class Weeks:
    """How the sessions spread: whole weeks back and ahead of ``monday``, the Monday of this week."""

    monday: dt.date
    back: int
    ahead: int


def spread(sessions: int, today: dt.date) -> Weeks:
    """Return the weeks that hold so many sessions: half of them ahead, at most 52."""
    whole = max(1, -(-sessions // PER_WEEK))
    ahead = min(max(1, whole // 2), MOST_WEEKS_AHEAD)
    return Weeks(today - dt.timedelta(days=today.weekday()), whole - ahead, ahead)


def places(weeks: Weeks, zone: ZoneInfo) -> Iterator[Place]:
    """Yield the taken times in order of weeks. A week is like the one twelve weeks before it."""
    for week in range(-weeks.back, weeks.ahead):
        rng = random.Random(week % CYCLE_WEEKS)
        for day in range(5):
            date = weeks.monday + dt.timedelta(weeks=week, days=day)
            first = dt.datetime.combine(date, dt.time(OPENS), zone).astimezone(dt.UTC)
            for injector in range(INJECTORS):
                full = injector == INJECTORS - 1
                wanted = STARTS_A_DAY if full else round(STARTS_A_DAY * TAKEN)
                for index in sorted(rng.sample(range(STARTS_A_DAY), wanted)):
                    yield Place(week, injector, date, first + dt.timedelta(minutes=MINUTES * index))
