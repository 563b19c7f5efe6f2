"""What a clinic's calendar says before anybody is booked: hours, rooms, leave, closures and holidays.

Read once for the whole search (four queries at most, whatever the number of injectors, rooms and weeks).
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from clinic.joined import Joined, Some
from clinic.models import Clinic, Closure, Injector, OpeningHours, Room, WorkedHoliday
from clinic.public_holidays import public_holidays
from treatments.slots.shifts import Hours, Shift, around, moment, shift_of

ONE_DAY = dt.timedelta(days=1)
# What `Hours` holds, in its order.
HOURS = ("injector_id", "room_id", "weekday", "opens", "closes", "slot_minutes", "valid_from", "valid_until")
# The hours of a clinic or of one injector, and whether they are somebody at another clinic too.
WORKED = Joined(
    """
    SELECT {columns}, EXISTS (
        SELECT 1 FROM clinic_injector other
        WHERE other.user_id = injector.user_id AND other.clinic_id <> injector.clinic_id
    )
    FROM clinic_openinghours hours JOIN clinic_injector injector ON injector.id = hours.injector_id AND injector.active
    WHERE hours.clinic_id = %s AND hours.injector_id = coalesce(CAST(%s AS bigint), hours.injector_id)
      AND (hours.valid_until IS NULL OR hours.valid_until >= %s) AND (hours.valid_from IS NULL OR hours.valid_from < %s)
    ORDER BY hours.injector_id, hours.opens
    """,
    hours=Some(OpeningHours, HOURS),
)
# The rooms of a clinic or one of them, each with those it is kept for.
ROOMS = Joined(
    """
    SELECT {columns}, may.injector_id
    FROM clinic_room room LEFT JOIN clinic_room_injectors may ON may.room_id = room.id
    WHERE room.clinic_id = %s AND room.active AND room.id = coalesce(CAST(%s AS bigint), room.id)
    ORDER BY room.name, room.id
    """,
    room=Room,
)
# Leave and closures; `injector` is empty for a closure, `room` for leave and where the whole clinic is closed.
PAUSES = Joined(
    """
    SELECT {columns}, pause.injector_id FROM (
        SELECT clinic_id, injector_id, CAST(NULL AS bigint) AS room_id, starts_at, ends_at, label FROM clinic_absence
        UNION ALL
        SELECT clinic_id, CAST(NULL AS bigint), room_id, starts_at, ends_at, label FROM clinic_closure
    ) AS pause
    WHERE pause.clinic_id = %s AND pause.starts_at < %s AND pause.ends_at > %s
    """,
    pause=Some(Closure, ("starts_at", "ends_at", "label", "room_id")),
)


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
    # Whom each room is kept for, nobody in particular when empty; and the rooms themselves.
    rooms: dict[int, frozenset[int]] = field(default_factory=dict)
    named: dict[int, Room] = field(default_factory=dict)
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

    def add(self, hours: Hours) -> None:
        """Put weekly hours where they belong."""
        self.hours[hours.weekday].append(hours)

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
    for injector, room, pause in _pauses(agenda):
        if injector is not None:
            agenda.away[injector].append(pause)
        else:
            (agenda.closed if room is None else agenda.closed_rooms[room]).append(pause)
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
    shared = False
    one = agenda.injector.pk if agenda.injector else None
    for row, here_too in WORKED.rows(agenda.clinic.pk, one, agenda.first, agenda.end):
        agenda.add(Hours(*row))
        shared = shared or here_too
    if shared:
        _read_elsewhere(agenda)


def _read_elsewhere(agenda: Agenda) -> None:
    """Find the other clinics' injectors who are one person with one of these (one query, where there are any)."""
    own = dict(Injector.objects.filter(pk__in=agenda.injectors, user__isnull=False).values_list("user_id", "pk"))
    others = Injector.objects.filter(user__in=own.keys()).exclude(clinic=agenda.clinic)
    agenda.elsewhere = {pk: own[user] for pk, user in others.values_list("pk", "user_id") if user}


def _read_rooms(agenda: Agenda) -> None:
    users: dict[int, set[int]] = {}
    for room, injector in ROOMS.rows(agenda.clinic.pk, agenda.room.pk if agenda.room else None):
        agenda.named[room.pk] = room
        users.setdefault(room.pk, set()).update({injector} if injector else ())
    agenda.rooms = {room: frozenset(injectors) for room, injectors in users.items()}


def _pauses(agenda: Agenda) -> Iterator[tuple[int | None, int | None, Pause]]:
    """Yield leave and closures with the injector or the room; a clinic's closing has neither (one query)."""
    window = around([agenda.first, agenda.end])
    for (starts, ends, label, room), injector in PAUSES.rows(
        agenda.clinic.pk, moment(window.last), moment(window.first)
    ):
        yield injector, room, Pause(int(starts.timestamp()), int(ends.timestamp()), label)


def as_starts(pauses: Iterable[Pause], length: int) -> list[tuple[int, int]]:
    """Return pauses as spans of starts at which a visit of ``length`` seconds would run into one."""
    return [(pause.starts - length, pause.ends) for pause in pauses]
