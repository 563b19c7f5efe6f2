"""Weeks ahead: how many sessions fall due, how many are booked, and for how many there are hours.

Everybody in treatment comes back after 84 days, so demand can be counted half a year ahead, while hours can still be
added.
"""

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Count

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
    today = now.astimezone(clinic.zone).date()
    first = monday_of(today)
    end = first + dt.timedelta(weeks=weeks)
    visits, to_book = _standing(clinic, end)
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


def _standing(clinic: Clinic, end: dt.date) -> tuple[Dates, Dates]:
    """Return booked dates and due dates of people with nothing booked, before ``end``, each with interval and number.

    Counted by the database (2 queries): however many people there are, there are no more dates than days.
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
    booked = visits.order_by().values_list("local_date", "course__interval_days").annotate(number=Count("pk"))
    return list(booked), list(due)


def _times(clinic: Clinic, first: dt.date, end: dt.date, now: dt.datetime) -> Counter[dt.date]:
    """Return how many sessions fit into the hours of each week: hours less leave, closures and public holidays."""
    agenda = read_agenda(clinic, first, end)
    found = Counter[dt.date]()
    for date in agenda.dates():
        found[monday_of(date)] += sum(fitting(agenda, shift, int(now.timestamp())) for shift in agenda.shifts(date))
    return found


def fitting(agenda: Agenda, shift: Shift, now: int = 0) -> int:
    """Return how many sessions fit one after the other into a shift, as far as it is to come after ``now``."""
    rooms = agenda.rooms_for(shift.hours)
    if not rooms:
        return 0
    pauses = [*agenda.closed, *agenda.away.get(shift.hours.injector, ())]
    if len(rooms) == 1:
        pauses += agenda.closed_rooms.get(rooms[0], ())
    near = [one for one in pauses if one.starts < shift.last + agenda.length and one.ends > shift.first]
    fitting, free_from = 0, now
    for start in shift.starts(shift.first, shift.last):
        if start >= free_from and not _hit(near, start, agenda.length):
            fitting, free_from = fitting + 1, start + agenda.length
    return fitting


def _hit(pauses: Iterable[Pause], start: int, length: int) -> bool:
    return any(one.starts < start + length and one.ends > start for one in pauses)
