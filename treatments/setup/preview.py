"""What an injector's next two weeks look like."""

import datetime as dt
from dataclasses import dataclass

from clinic.models import Absence, Closure, Injector
from clinic.wording import clock_words
from treatments.cycle import day_begins
from treatments.setup.opening import Opening, load

PREVIEW_DAYS = 14


@dataclass(frozen=True)
class DayAhead:
    """One date: the times worked, in words, and what takes some or all of it away."""

    date: dt.date
    times: tuple[str, ...]
    notes: tuple[str, ...]


def two_weeks(injector: Injector, today: dt.date) -> list[DayAhead]:
    """Return the next 14 days (five queries)."""
    days = [today + dt.timedelta(days=number) for number in range(PREVIEW_DAYS)]
    opening = load(injector.clinic, days[0], days[-1])
    return [_day(opening, injector, date) for date in days]


def _day(opening: Opening, injector: Injector, date: dt.date) -> DayAhead:
    if date in opening.holidays:
        return DayAhead(date, (), (opening.holidays[date],))
    times = tuple(
        f"{clock_words(row.opens)} to {clock_words(row.closes)}, {row.room or 'any room'}"
        for row in opening.hours_on(injector.pk, date)
        if row.room is None or row.room.active
    )
    spans = [*opening.absences.get(injector.pk, ()), *opening.closures]
    return DayAhead(date, times, tuple(words for span in spans if (words := _on(span, date, opening))))


def _on(span: Absence | Closure, date: dt.date, opening: Opening) -> str:
    """Return what a leave or closure takes from a date, in words, or nothing when it lies elsewhere."""
    zone = opening.clinic.zone
    begins, is_over = (day_begins(day, zone) for day in (date, date + dt.timedelta(days=1)))
    if span.ends_at <= begins or span.starts_at >= is_over:
        return ""
    room = f"{span.room}: " if isinstance(span, Closure) and span.room else ""
    if span.starts_at <= begins and span.ends_at >= is_over:
        return f"{room}{span.label}, all day"
    starts, ends = span.starts_at.astimezone(zone), span.ends_at.astimezone(zone)
    first = "midnight" if span.starts_at <= begins else clock_words(starts.time())
    last = "midnight" if span.ends_at >= is_over else clock_words(ends.time())
    return f"{room}{span.label}, {first} to {last}"
