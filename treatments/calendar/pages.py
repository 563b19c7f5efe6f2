"""The three views of the calendar: one injector's week, one day of all, and the week of all in short."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from clinic.models import Clinic
from clinic.wording import MONTHS, SHORT, WEEKDAYS
from treatments.calendar.blocks import Block, Column, Row, table
from treatments.calendar.reading import Person, Stretch
from treatments.cycle import day_begins, instant
from treatments.slots.shifts import steady_offset
from treatments.slots.slot import slot_code

WEEK = 7
WORKING_WEEK = 5


@dataclass(frozen=True, slots=True)
class Place:
    """A column with what its cells need to say about themselves."""

    date: dt.date
    injector: str
    name: str
    # Who has left has no week to go to: only the visits that somebody has to move.
    left: bool
    head: str
    spoken: str
    holiday: str
    midnight: dt.datetime | None
    column: Column

    def code(self, block: Block, clinic: Clinic) -> str:
        """Return a free time as a form carries it. ``midnight`` is empty on days on which the clocks change."""
        if self.midnight:
            starts_at = self.midnight + dt.timedelta(minutes=block.start)
        else:
            starts_at = instant(self.date, dt.time(block.start // 60, block.start % 60), clinic.zone)
        return slot_code(self.injector, block.room, starts_at, block.end - block.start)


@dataclass(frozen=True)
class Page:
    """A table of the calendar. ``focus`` is the column that a phone shows, ``date`` the day it stands for."""

    stretch: Stretch
    places: Sequence[Place]
    rows: Sequence[Row]
    focus: int
    date: dt.date

    @property
    def times(self) -> int:
        """How many times the shown days have for visits."""
        return sum(place.column.times for place in self.places)

    @property
    def free(self) -> int:
        """How many of them are still free."""
        return sum(place.column.free for place in self.places)

    @property
    def visits(self) -> int:
        """How many visits stand on the page."""
        return sum(map(len, self.stretch.visits.values()))


def week_of(date: dt.date) -> tuple[dt.date, dt.date]:
    """Return Monday and Sunday of a date's week."""
    monday = date - dt.timedelta(days=date.weekday())
    return monday, monday + dt.timedelta(days=WEEK - 1)


def week_page(stretch: Stretch, focus: dt.date) -> Page:
    """Lay out the chosen injector's week; Saturday and Sunday only where something happens. Empty where nobody injects."""
    places = _days(stretch, stretch.chosen, {focus}) if stretch.chosen else []
    shown = [place.date for place in places]
    return Page(stretch, places, _rows(places), shown.index(focus) if shown else 0, focus)


def day_page(stretch: Stretch) -> Page:
    """Lay out one day of everyone who works or has visits then; of all when nobody does."""
    places = [_place(stretch, person, stretch.first, person.name) for person in stretch.people]
    at_work = [place for place in places if place.column.blocks or place.column.times] or places
    return Page(stretch, at_work, _rows(at_work), 0, stretch.first)


@dataclass(frozen=True)
class Overview:
    """The week of all in short: a line per injector, a cell per day."""

    page: Page
    lines: Sequence[tuple[Person, Sequence[Place]]]
    days: Sequence[Place]


def overview(stretch: Stretch, focus: dt.date) -> Overview:
    """Lay out the week of everyone."""
    weeks = [(person, _days(stretch, person, set(stretch.dates))) for person in stretch.people]
    busy = {focus, *(place.date for _person, places in weeks for place in places if _happens(place))}
    busy |= set(stretch.dates[:WORKING_WEEK])
    lines = [(person, [place for place in places if place.date in busy]) for person, places in weeks]
    days = lines[0][1] if lines else []
    shown = [place.date for place in days]
    places = [place for _person, row in lines for place in row]
    return Overview(Page(stretch, places, (), shown.index(focus) if shown else 0, focus), lines, days)


def _days(stretch: Stretch, person: Person, wanted: set[dt.date]) -> list[Place]:
    """Return a person's working week, and of the weekend the days that are wanted or on which something happens."""
    places = [_place(stretch, person, date, _head(date)) for date in stretch.dates]
    return [place for i, place in enumerate(places) if i < WORKING_WEEK or place.date in wanted or _happens(place)]


def _happens(place: Place) -> bool:
    return bool(place.column.blocks or place.column.times)


def _rows(places: Sequence[Place]) -> list[Row]:
    return table([place.column for place in places])


def _place(stretch: Stretch, person: Person, date: dt.date, head: str) -> Place:
    zone = stretch.clinic.zone
    midnight = day_begins(date, zone)
    return Place(
        date=date,
        injector=person.uid,
        name=person.name,
        left=person.left,
        head=head,
        spoken=f"{WEEKDAYS[date.weekday()]} {date.day} {MONTHS[date.month - 1]}",
        holiday=stretch.holidays.get(date, ""),
        midnight=midnight if steady_offset(zone, date) is not None else None,
        column=stretch.column(person, date),
    )


def _head(date: dt.date) -> str:
    return f"{WEEKDAYS[date.weekday()][:SHORT]} {date.day} {MONTHS[date.month - 1][:SHORT]}"
