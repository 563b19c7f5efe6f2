"""The search itself: days in order, in each the best of what nobody has taken.

What is taken is asked for in stretches, since most people find a time in the first one; within a stretch the days are
walked only until there is enough. Rooms are asked for only on days on which an injector is free: for a full year of
one injector, that is none.
"""

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from clinic.models import Clinic, Injector, Room
from treatments.models import Course
from treatments.slots.agenda import Agenda, as_starts, read_agenda
from treatments.slots.ranking import Candidate, PartOfDay, in_part, rank, reasons
from treatments.slots.shifts import Shift, around, moment, wall_minute
from treatments.slots.slot import Need, Slot, need_of
from treatments.slots.spans import Span, Window, blocks, merge, windows
from treatments.slots.taken import Taken, taken

# Where each stretch ends, in days: at most one query about injectors and one about rooms for each.
STRETCHES = (28, 112, 364)
LOOK_AHEAD_DAYS = STRETCHES[-1]
# Five times on one morning are one offer: who cannot come that day needs another day, or another injector.
MOST_PER_DAY = 3
MOST_PER_DAY_AND_INJECTOR = 2

Blocked = Mapping[int, Sequence[Span]]
Placed = tuple[Candidate, int]


@dataclass(frozen=True)
class Open:
    """An agenda with what is taken in it: asked about a date, it lists the starts at which an injector is free."""

    agenda: Agenda
    injectors: Blocked
    after: int
    part_of_day: PartOfDay | None = None

    def may_be_free(self, date: dt.date) -> bool:
        """Return whether an injector has any time left on a date, whatever the rooms and the part of the day."""
        return any(True for shift in self.agenda.shifts(date) for _ in self._windows(shift))

    def candidates(self, date: dt.date) -> list[Candidate]:
        """Return the starts of a date at which an injector is free, each once."""
        found: dict[tuple[int, int], Candidate] = {}
        for shift in self.agenda.shifts(date):
            rooms = tuple(self.agenda.rooms_for(shift.hours))
            for window in self._windows(shift):
                starts = shift.starts(window.first, window.last)
                if starts and window.first == self.after:  # nobody could begin in what is left of the time that runs
                    window = window._replace(first=starts[0])
                for start in starts:
                    candidate = self._candidate(shift, start, window, rooms)
                    if rooms and in_part(self.part_of_day, candidate.wall_minute):
                        found.setdefault((start, shift.hours.injector), candidate)
        return list(found.values())

    def _windows(self, shift: Shift) -> Iterator[Window]:
        return windows(self.injectors.get(shift.hours.injector, ()), max(shift.first, self.after), shift.last)

    def _candidate(self, shift: Shift, start: int, window: Window, rooms: tuple[int, ...]) -> Candidate:
        wall = wall_minute(start, shift.date, self.agenda.clinic.zone)
        return Candidate(shift.hours.injector, rooms, start, wall, start - window.first, window.last - start)


def suggest(
    *,
    course: Course,
    now: dt.datetime,
    limit: int = 5,
    injector: Injector | None = None,
    not_before: dt.date | None = None,
    minutes: int | None = None,
    part_of_day: PartOfDay | None = None,
    room: Room | None = None,
) -> list[Slot]:
    """Return up to ``limit`` free times, best first, from the due date (or ``not_before``) on, 52 weeks ahead.

    Ranked by days past the due date, then the injector of last time, then the half-day and hour of last time, then
    times that leave no gap too short for a visit. ``minutes`` (10 to 60) is the clinic's usual length unless given.
    Days go forward, so every time that the payer covers comes before those after the authorization ends.
    The number of queries grows neither with injectors nor with weeks: 8 for a search that ends in the first stretch.
    """
    need = need_of(course)
    today = course.clinic.date_at(now)
    first = max(not_before or need.due_on, today)
    agenda = read_agenda(course.clinic, first, first + dt.timedelta(LOOK_AHEAD_DAYS), minutes, injector, room)
    found: list[tuple[dt.date, Placed]] = []
    for date, placed in _days(agenda, now, part_of_day, need):
        found += [(date, one) for one in _spread(placed, limit - len(found))]
        if len(found) >= limit:
            break
    return _slots(agenda, found, need)


def free_times(
    *,
    clinic: Clinic,
    first: dt.date,
    days: int,
    now: dt.datetime,
    minutes: int | None = None,
    part_of_day: PartOfDay | None = None,
    room: Room | None = None,
) -> list[Slot]:
    """Return every free time of a stretch of days, in order, each with the first room that is free for it."""
    agenda = read_agenda(clinic, first, first + dt.timedelta(days), minutes, room=room)
    found = [(date, one) for date, placed in _days(agenda, now, part_of_day, None) for one in placed]
    return _slots(agenda, found, None)


def unavailable(agenda: Agenda, window: Window) -> Blocked:
    """Return for each injector the starts that leave, closures and sessions take (one query)."""
    sessions = injectors_taken(agenda, window)
    closed = as_starts(agenda.closed, agenda.length)
    return {
        injector: _merged(sessions.get(injector, []), closed, as_starts(agenda.away.get(injector, ()), agenda.length))
        for injector in agenda.injectors
    }


def injectors_taken(agenda: Agenda, window: Window) -> Taken:
    """Return for each injector the starts that sessions take, at other clinics too (one query)."""
    found = taken("injector", agenda.injectors | agenda.elsewhere.keys(), window, agenda.length)
    for there, here in agenda.elsewhere.items():
        if there in found:
            found[here] = merge([*found.get(here, ()), *found.pop(there)])
    return found


def rooms_taken(agenda: Agenda, window: Window) -> Blocked:
    """Return for each room the starts that closures and sessions take (one query)."""
    sessions = taken("room", agenda.rooms, window, agenda.length)
    return {
        room: _merged(sessions.get(room, []), as_starts(agenda.closed_rooms.get(room, ()), agenda.length))
        for room in agenda.rooms
    }


def _merged(spans: list[Span], *others: list[tuple[int, int]]) -> list[Span]:
    more = [span for other in others for span in other]
    return merge([*spans, *more]) if more else spans


def _days(
    agenda: Agenda, now: dt.datetime, part_of_day: PartOfDay | None, need: Need | None
) -> Iterator[tuple[dt.date, Iterator[Placed]]]:
    """Yield each day with its free times, the best first, each with a room."""
    after = int(now.timestamp()) + 1
    # A year of one injector is read as quickly as a month of all.
    for dates in _stretches(agenda, agenda.dates(), STRETCHES if len(agenda.injectors) > 1 else STRETCHES[-1:]):
        calendar = Open(agenda, unavailable(agenda, around(dates)), after, part_of_day)
        open_dates = [date for date in dates if calendar.may_be_free(date)]
        for few in _stretches(agenda, open_dates, STRETCHES):
            rooms = rooms_taken(agenda, around(few))
            for date in few:
                candidates = calendar.candidates(date)
                candidates.sort(key=lambda one: rank(one, need, agenda.length) if need else (one.start, one.injector))
                yield date, _placed(candidates, rooms)


def _stretches(agenda: Agenda, dates: Sequence[dt.date], ends: Iterable[int]) -> Iterator[list[dt.date]]:
    """Yield the dates up to each of these ends, counted in days from the first of the agenda."""
    begin = agenda.first
    for days in ends:
        end = agenda.first + dt.timedelta(days)
        if stretch := [date for date in dates if begin <= date < end]:
            yield stretch
        begin = end


def _placed(candidates: Iterable[Candidate], rooms: Blocked) -> Iterator[Placed]:
    """Yield the candidates for which a room is free, with the first such room."""
    for candidate in candidates:
        room = next((one for one in candidate.rooms if not blocks(rooms[one], candidate.start)), None)
        if room is not None:
            yield candidate, room


def _spread(placed: Iterable[Placed], limit: int) -> list[Placed]:
    """Return the best times of a day, few of one injector."""
    chosen: list[Placed] = []
    per_injector = Counter[int]()
    for candidate, room in placed:
        if per_injector[candidate.injector] < MOST_PER_DAY_AND_INJECTOR:
            per_injector[candidate.injector] += 1
            chosen.append((candidate, room))
        if len(chosen) >= min(MOST_PER_DAY, limit):
            break
    return chosen


def _slots(agenda: Agenda, found: Sequence[tuple[dt.date, Placed]], need: Need | None) -> list[Slot]:
    """Turn what was found into slots, with people by name (one query)."""
    injectors = Injector.objects.in_bulk({candidate.injector for _, (candidate, _) in found})
    return [
        Slot(
            injectors[candidate.injector],
            agenda.named[room],
            moment(candidate.start),
            moment(candidate.start + agenda.length),
            reasons(candidate, date, need) if need else (),
        )
        for date, (candidate, room) in found
    ]
