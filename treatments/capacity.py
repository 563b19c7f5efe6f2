"""Weeks ahead: how many sessions fall due, how many are booked, and for how many there are hours.

Everybody in treatment comes back after 84 days, so demand can be counted half a year ahead, while hours can still be
added.
"""

import datetime as dt
import math
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q

from clinic.models import Clinic
from treatments.models import Course, TreatmentSession
from treatments.models.session import OPEN
from treatments.slots.agenda import Agenda, Pause, read_agenda
from treatments.slots.shifts import Shift

WEEKS = 26
# A date, the days from a session to the next, and for how many people that is so.
Dates = list[tuple[dt.date, int, int]]


@dataclass(frozen=True)
class Week:
    """One week from Monday: sessions falling due in it (booked ones where they are booked), booked, and times in all."""

    monday: dt.date
    due: int
    booked: int
    times: int

    @property
    def free(self) -> int:
        """Times that nobody has booked."""
        return max(self.times - self.booked, 0)

    @property
    def short(self) -> int:
        """Sessions that there are no hours for."""
        return max(self.due - self.times, 0)


def weeks_ahead(*, clinic: Clinic, now: dt.datetime, weeks: int = WEEKS) -> list[Week]:
    """Return this week, as far as it is to come, and those after it. Nine queries, whatever the number of people."""
    today = clinic.date_at(now)
    first = monday_of(today)
    end = first + dt.timedelta(weeks=weeks)
    visits, to_book = _standing(clinic, end, now)
    due, booked = Counter[dt.date](), Counter[dt.date]()
    for first_on, interval, number in (*visits, *to_book):
        for date in cycle_dates(first_on, interval, today, end):
            due[monday_of(date)] += number
    for date, _, number in visits:
        booked[monday_of(date)] += number
    times = _times(clinic, today, end, now)
    mondays = (first + dt.timedelta(weeks=number) for number in range(weeks))
    return [Week(monday, due[monday], booked[monday], times[monday]) for monday in mondays]


def monday_of(date: dt.date) -> dt.date:
    """Return the Monday of a date's week."""
    return date - dt.timedelta(days=date.weekday())


def cycle_dates(first_on: dt.date, interval_days: int, today: dt.date, end: dt.date) -> Iterator[dt.date]:
    """Yield the dates before ``end`` on which a person's sessions fall, if each is given when due.

    The next one is on ``first_on``, where it is booked or due, today for the overdue; each after it an interval later.
    """
    date = max(first_on, today)
    while date < end:
        yield date
        date += dt.timedelta(days=interval_days)


def _standing(clinic: Clinic, end: dt.date, now: dt.datetime) -> tuple[Dates, Dates]:
    """Return dates booked from ``now`` on, and due dates of the others, before ``end``, each with interval and number.

    A visit that has begun takes no time that is still to come: who is here today comes back an interval later, and
    whose visit of an earlier day nobody has closed is as good as due. Counted by the database (2 queries): however many
    people there are, there are no more dates than days.
    """
    courses: Any = Course.objects.filter(clinic=clinic).with_nothing_booked()
    due = (
        courses.filter(to_book_on__lt=end)
        .order_by()
        .values_list("next_due_on", "interval_days")
        .annotate(number=Count("pk"))
    )
    visits = TreatmentSession.objects.filter(
        clinic=clinic, status__in=OPEN, local_date__lt=end, course__closed_on__isnull=True
    )
    dates = visits.order_by().values_list("local_date", "course__interval_days")
    booked: Dates = []
    begun: Dates = []
    today = clinic.date_at(now)
    for date, interval, number, over in dates.annotate(
        number=Count("pk"), over=Count("pk", filter=Q(starts_at__lt=now))
    ):
        booked.append((date, interval, number - over))
        begun.append((date + dt.timedelta(days=interval) if date == today else date, interval, over))
    return booked, [*due, *begun]


def _times(clinic: Clinic, first: dt.date, end: dt.date, now: dt.datetime) -> Counter[dt.date]:
    """Return how many sessions fit into the hours of each week: hours less leave, closures and public holidays."""
    agenda = read_agenda(clinic, first, end)
    found = Counter[dt.date]()
    for date in agenda.dates():
        found[monday_of(date)] += fitting_together(agenda, agenda.shifts(date), int(now.timestamp()))
    return found


def fitting_together(agenda: Agenda, shifts: Iterable[Shift], now: int) -> int:
    """Return how many sessions fit into the shifts of a day, when those who share rooms take turns in them.

    Who has the fewest rooms to go to chooses first, and everybody takes the room that the fewest may use.
    """
    placed = [(shift, _rooms(agenda, shift)) for shift in shifts]
    starts = sorted(
        (start, len(rooms), number)
        for number, (shift, rooms) in enumerate(placed)
        for start in _starts(agenda, shift, agenda.away.get(shift.hours.injector, ()))
        if start >= now
    )
    fitting, busy, used = 0, dict[int, int](), dict[int, int]()
    for start, _, number in starts:
        shift, rooms = placed[number]
        if busy.get(shift.hours.injector, 0) > start:
            continue
        free = next((one for one in rooms if used.get(one, 0) <= start and not _shut(agenda, one, start)), None)
        if free is not None:
            fitting += 1
            busy[shift.hours.injector] = used[free] = start + agenda.length
    return fitting


def _rooms(agenda: Agenda, shift: Shift) -> list[int]:
    """Return where a shift may be worked: rooms kept for few first, those that everybody may use last."""
    return sorted(agenda.rooms_for(shift.hours), key=lambda room: len(agenda.rooms[room]) or math.inf)


def _shut(agenda: Agenda, room: int, start: int) -> bool:
    return room in agenda.closed_rooms and _hit(agenda.closed_rooms[room], start, agenda.length)


def _starts(agenda: Agenda, shift: Shift, pauses: Iterable[Pause]) -> Iterator[int]:
    """Yield the starts of a shift that neither a closing of the clinic nor these pauses take."""
    near = [
        one for one in (*agenda.closed, *pauses) if one.starts < shift.last + agenda.length and one.ends > shift.first
    ]
    for start in shift.starts(shift.first, shift.last):
        if not _hit(near, start, agenda.length):
            yield start


def fitting(agenda: Agenda, shift: Shift, now: int = 0) -> int:
    """Return how many sessions fit one after the other into a shift, as far as it is to come after ``now``."""
    rooms = agenda.rooms_for(shift.hours)
    if not rooms:
        return 0
    pauses = [*agenda.away.get(shift.hours.injector, ())]
    if len(rooms) == 1:
        pauses += agenda.closed_rooms.get(rooms[0], ())
    fitting, free_from = 0, now
    for start in _starts(agenda, shift, pauses):
        if start >= free_from:
            fitting, free_from = fitting + 1, start + agenda.length
    return fitting


def _hit(pauses: Iterable[Pause], start: int, length: int) -> bool:
    return any(one.starts < start + length and one.ends > start for one in pauses)
