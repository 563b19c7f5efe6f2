"""What a clinic's calendar says before anybody is booked: hours, rooms, leave, closures and holidays.

Read once for the whole search (four queries at most, whatever the number of injectors, rooms and weeks).
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from django.db.models import BigIntegerField, Exists, F, OuterRef, Value
from django.db.models.functions import Cast

from clinic.models import Absence, Clinic, Closure, Injector, OpeningHours, Room, WorkedHoliday
from clinic.public_holidays import public_holidays
from treatments.slots.shifts import Hours, Shift, around, moment, shift_of
from treatments.slots.taken import Epoch

ONE_DAY = dt.timedelta(days=1)


class Pause(NamedTuple):
    """A time in which somebody is away or something is closed, in seconds since 1970, and what it is called."""

    starts: int
    ends: int
    label: str


@dataclass
class Agenda:
    """A clinic from ``first`` to before ``end``, for visits of ``minutes``, of one injector or room or of all."""

    clinic: Clinic
    first: dt.date
    end: dt.date
    minutes: int
    injector: Injector | None = None
    room: Room | None = None
    hours: dict[int, list[Hours]] = field(default_factory=lambda: defaultdict(list))
    # Who of the injectors is somebody at another clinic too: the key there, and the one here.
    elsewhere: dict[int, int] = field(default_factory=dict)
    rooms: dict[int, frozenset[int]] = field(default_factory=dict)
    away: dict[int, list[Pause]] = field(default_factory=lambda: defaultdict(list))
    closed: list[Pause] = field(default_factory=list)
    closed_rooms: dict[int, list[Pause]] = field(default_factory=lambda: defaultdict(list))
    holidays: dict[dt.date, str] = field(default_factory=dict)

    @property
    def length(self) -> int:
        """The length of a visit in seconds."""
        return self.minutes * 60

    @property
    def injectors(self) -> set[int]:
        """Who works here at all."""
        return {hours.injector for rows in self.hours.values() for hours in rows}

    def dates(self) -> list[dt.date]:
        """Return the days that are no holiday and on which somebody may work, in order."""
        days = (self.first + dt.timedelta(days=offset) for offset in range((self.end - self.first).days))
        return [date for date in days if self.hours.get(date.isoweekday()) and date not in self.holidays]

    def shifts(self, date: dt.date) -> Iterator[Shift]:
        """Yield the hours of a date, whatever leave and closures say."""
        for hours in self.hours.get(date.isoweekday(), ()):
            if hours.hold_on(date):
                yield shift_of(hours, date, self.minutes, self.clinic.zone)

    def rooms_for(self, hours: Hours) -> list[int]:
        """Return the rooms in which these hours may be worked, the one that sorts first in front."""
        fitting = self.rooms if hours.room is None else [hours.room]
        return [room for room in fitting if room in self.rooms and self._may_use(hours.injector, room)]

    def _may_use(self, injector: int, room: int) -> bool:
        return not self.rooms[room] or injector in self.rooms[room]


def read_agenda(
    clinic: Clinic,
    first: dt.date,
    end: dt.date,
    minutes: int | None = None,
    injector: Injector | None = None,
    room: Room | None = None,
) -> Agenda:
    """Read a clinic's calendar from ``first`` to before ``end``; visits last as the clinic's do unless said."""
    agenda = Agenda(clinic, first, end, minutes or clinic.session_minutes, injector, room)
    _read_hours(agenda)
    _read_rooms(agenda)
    read_closing(agenda)
    return agenda


def read_closing(agenda: Agenda) -> None:
    """Read what stands in the way of the hours: leave and closures, and public holidays where there are any."""
    for injector, room, *pause in _pauses(agenda):
        if injector is not None:
            agenda.away[injector].append(Pause(*pause))
        else:
            (agenda.closed if room is None else agenda.closed_rooms[room]).append(Pause(*pause))
    agenda.holidays = kept_holidays(agenda.clinic, agenda.first, agenda.end)


def kept_holidays(clinic: Clinic, first: dt.date, end: dt.date) -> dict[dt.date, str]:
    """Return the public holidays from ``first`` to before ``end`` on which the clinic does not work."""
    names = holiday_names(clinic, first, end)
    if not names:
        return {}
    worked = set(WorkedHoliday.objects.filter(clinic=clinic, date__in=names).values_list("date", flat=True))
    return {date: name for date, name in names.items() if date not in worked}


def holiday_names(clinic: Clinic, first: dt.date, end: dt.date) -> dict[dt.date, str]:
    """Return the public holidays from ``first`` to before ``end``, worked or not."""
    return {
        date: name
        for year in range(first.year, end.year + 1)
        for date, name in public_holidays(clinic.country, clinic.subdivision, year).items()
        if first <= date < end
    }


def _read_hours(agenda: Agenda) -> None:
    rows = OpeningHours.objects.filter(clinic=agenda.clinic, injector__active=True)
    if agenda.injector:
        rows = rows.filter(injector=agenda.injector)
    rows = rows.exclude(valid_until__lt=agenda.first).exclude(valid_from__gte=agenda.end).order_by("injector", "opens")
    two_places = Exists(Injector.objects.filter(pk=OuterRef("injector")).with_elsewhere())
    shared = False
    for *row, here_too in rows.values_list(
        "injector_id", "room_id", "weekday", "opens", "closes", "slot_minutes", "valid_from", "valid_until", two_places
    ):
        agenda.hours[row[2]].append(Hours(*row))
        shared = shared or here_too
    if shared:
        _read_elsewhere(agenda)


def _read_elsewhere(agenda: Agenda) -> None:
    """Find the other clinics' injectors who are one person with one of these (one query, where there are any)."""
    own = dict(Injector.objects.filter(pk__in=agenda.injectors, user__isnull=False).values_list("user_id", "pk"))
    others = Injector.objects.filter(user__in=own.keys()).exclude(clinic=agenda.clinic)
    agenda.elsewhere = {pk: own[user] for pk, user in others.values_list("pk", "user_id") if user}


def _read_rooms(agenda: Agenda) -> None:
    rows = Room.objects.filter(clinic=agenda.clinic, active=True)
    if agenda.room:
        rows = rows.filter(pk=agenda.room.pk)
    users: dict[int, set[int]] = {}
    for room, injector in rows.order_by("name", "pk").values_list("pk", "injectors"):
        users.setdefault(room, set()).update({injector} if injector else ())
    agenda.rooms = {room: frozenset(injectors) for room, injectors in users.items()}


def _pauses(agenda: Agenda) -> Any:
    """Return leave and closures in one query: injector, room, from, to and label; a clinic's closing has neither."""
    window = around([agenda.first, agenda.end])
    during = {"clinic": agenda.clinic, "starts_at__lt": moment(window.last), "ends_at__gt": moment(window.first)}
    nobody: Any = Cast(Value(None), BigIntegerField())
    columns = ("who", "where", "since", "until", "label")
    times = {"since": Epoch(F("starts_at")), "until": Epoch(F("ends_at"))}
    leave = Absence.objects.filter(**during).order_by().annotate(who=F("injector_id"), where=nobody, **times)
    closures = Closure.objects.filter(**during).order_by().annotate(who=nobody, where=F("room_id"), **times)
    return leave.values_list(*columns).union(closures.values_list(*columns), all=True)


def as_starts(pauses: Iterable[Pause], length: int) -> list[tuple[int, int]]:
    """Return pauses as spans of starts at which a visit of ``length`` seconds would run into one."""
    return [(pause.starts - length, pause.ends) for pause in pauses]
