"""Why a day is not offered: everything that stands in its way, in words, whichever of it would be enough."""

import datetime as dt
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from clinic.models import Injector, Room
from clinic.wording import MONTHS, WEEKDAYS
from patients.authorizing import uncovered
from treatments.models import Course
from treatments.slots.agenda import Agenda, Pause, read_agenda
from treatments.slots.ranking import PartOfDay, in_part
from treatments.slots.search import Blocked, injectors_taken, rooms_taken
from treatments.slots.shifts import Shift, around, wall_minute
from treatments.slots.slot import Need, need_of
from treatments.slots.spans import blocks
from treatments.slots.taken import Taken

DAYS = 14
TAKEN, ROOMLESS, PASSED = COUNTED = ("taken", "without a free room", "already passed")


@dataclass(frozen=True)
class RefusedDay:
    """A day that is not offered, or only after others, and every reason in words."""

    date: dt.date
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class Standing:
    """What is known about the days that are explained."""

    agenda: Agenda
    need: Need
    sessions: Taken
    rooms: Blocked
    names: dict[int, str]
    room_names: dict[int, str]
    now: dt.datetime
    part_of_day: PartOfDay | None


def why_not(
    *,
    course: Course,
    now: dt.datetime,
    first: dt.date | None = None,
    days: int = DAYS,
    injector: Injector | None = None,
    minutes: int | None = None,
    part_of_day: PartOfDay | None = None,
    room: Room | None = None,
) -> list[RefusedDay]:
    """Return the days from ``first`` (the due date or today unless given) on that something stands in the way of.

    Takes what `suggest` takes. A day that is not returned has a free time that `suggest` may offer.
    """
    need = need_of(course)
    first = first or max(need.due_on, course.clinic.date_at(now))
    agenda = read_agenda(course.clinic, first, first + dt.timedelta(days), minutes, injector, room)
    dates = [first + dt.timedelta(offset) for offset in range(days)]
    window = around(dates)
    standing = Standing(
        agenda,
        need,
        injectors_taken(agenda, window),
        rooms_taken(agenda, window),
        dict(Injector.objects.filter(clinic=course.clinic).values_list("pk", "name")),
        dict(Room.objects.filter(clinic=course.clinic).values_list("pk", "name")),
        now,
        part_of_day,
    )
    found = (RefusedDay(date, tuple(_reasons(standing, date))) for date in dates)
    return [refusal for refusal in found if refusal.reasons]


def _reasons(standing: Standing, date: dt.date) -> Iterator[str]:
    """Yield what the cycle and the payer say about a day, then what the calendar says."""
    need, today = standing.need, standing.agenda.clinic.date_at(standing.now)
    if date < today:
        yield "in the past"
    if date < need.due_on:
        yield _before_due(need, date)
    if not_paid := uncovered(need.authorized, date):
        words, day = not_paid
        yield f"{words} on {_day(day)}"
    if date in standing.agenda.holidays:
        yield f"Holiday: {standing.agenda.holidays[date]}"
    elif shifts := list(standing.agenda.shifts(date)):
        yield from _of_shifts(standing, shifts)
    else:
        who = standing.agenda.injector.name if standing.agenda.injector else None
        yield f"{WEEKDAYS[date.weekday()]}: {f'{who} does not work' if who else 'nobody works'}"


def _before_due(need: Need, date: dt.date) -> str:
    if need.last_given_on is None:
        return f"before the due date, {_day(need.due_on)}"
    day, due = ((one - need.last_given_on).days for one in (date, need.due_on))
    return f"before the due date (day {day} of {due})"


def _of_shifts(standing: Standing, shifts: list[Shift]) -> Iterator[str]:
    """Yield why no start of these shifts is free; nothing when one is."""
    agenda, asked = standing.agenda, standing.part_of_day
    starts = {
        (start, shift.hours.injector): shift for shift in shifts for start in shift.starts(shift.first, shift.last)
    }
    fates = [
        _fate(standing, shift, start)
        for (start, _), shift in starts.items()
        if in_part(asked, wall_minute(start, shift.date, agenda.clinic.zone))
    ]
    if not fates:
        yield f"No hours in the {asked}" if starts else f"No visit of {agenda.minutes} minutes fits into the hours"
    elif all(fates):
        for reason, number in Counter(reason for fate in fates for reason in fate).items():
            yield _counted(reason, number, len(fates)) if reason in COUNTED else reason


def _fate(standing: Standing, shift: Shift, start: int) -> tuple[str, ...]:
    """Return what stands in the way of one start: nothing when it is free."""
    if start <= standing.now.timestamp():
        return (PASSED,)
    if pauses := tuple(_pauses(standing, shift.hours.injector, start)):
        return pauses
    if blocks(standing.sessions.get(shift.hours.injector, ()), start):
        return (TAKEN,)
    return _without_room(standing, shift, start)


def _pauses(standing: Standing, injector: int, start: int) -> Iterator[str]:
    agenda = standing.agenda
    for pause in agenda.closed:
        if _hits(agenda, pause, start):
            yield f"Clinic closed: {pause.label}"
    for pause in agenda.away.get(injector, ()):
        if _hits(agenda, pause, start):
            yield f"{standing.names[injector]}: leave ({pause.label})"


def _without_room(standing: Standing, shift: Shift, start: int) -> tuple[str, ...]:
    """Return why no room is free for a start: nothing when one is."""
    agenda, rooms = standing.agenda, standing.agenda.rooms_for(shift.hours)
    if not rooms:
        where = f"not in {agenda.room}" if agenda.room else "no room to use"
        return (f"{standing.names[shift.hours.injector]}: {where}",)
    if not all(blocks(standing.rooms[room], start) for room in rooms):
        return ()
    closed = {
        room: [pause.label for pause in agenda.closed_rooms.get(room, ()) if _hits(agenda, pause, start)]
        for room in rooms
    }
    words = [f"{standing.room_names[room]} closed: {label}" for room, labels in closed.items() for label in labels]
    return tuple(words) if all(closed.values()) else (*words, ROOMLESS)


def _hits(agenda: Agenda, pause: Pause, start: int) -> bool:
    return pause.starts - agenda.length < start < pause.ends


def _counted(what: str, number: int, of: int) -> str:
    """Say how many times of a day share a fate: all, or some beside what else is said."""
    if number == of:
        return f"All {of} times {what}" if of > 1 else f"The only time {what}"
    return f"{number} times {what}" if number > 1 else f"1 time {what}"


def _day(date: dt.date) -> str:
    return f"{date.day} {MONTHS[date.month - 1]} {date.year}"
