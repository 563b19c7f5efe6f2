"""What a stretch of days holds at a clinic, read in five queries whatever its length and however many work there."""

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import connection
from django.db.models import OuterRef, Subquery

from clinic.constraints.no_overlap import LONGEST
from clinic.joined import Joined, Some
from clinic.models import Clinic, Injector, OpeningHours
from patients.models import Patient
from treatments.calendar.blocks import DAY, Column, Opening, Span, Visit, column, mask
from treatments.calendar.clock import Away, existing, first_minute, minute_of, on_date
from treatments.cycle import day_begins
from treatments.models import Status, TreatmentSession
from treatments.models.session import OCCUPYING
from treatments.slots.agenda import PAUSES, ROOMS, kept_holidays
from treatments.slots.shifts import MINUTE, hold_on, wall_minute
from treatments.slots.taken import EPOCH

NOT_SHOWN = (Status.CANCELLED.value, Status.GIVEN_BEFORE.value)


# The active injectors of a clinic with their hours, and whether they are somebody at another clinic too.
PEOPLE = Joined(
    """
    SELECT {columns}, EXISTS (
        SELECT 1 FROM clinic_injector other
        WHERE other.user_id = injector.user_id AND other.clinic_id <> injector.clinic_id
    )
    FROM clinic_injector injector LEFT JOIN clinic_openinghours hours ON hours.injector_id = injector.id
    WHERE injector.clinic_id = %s AND injector.active
    ORDER BY injector.name, injector.id, hours.opens
    """,
    injector=Some(Injector, ("id", "uid", "name", "user_id")),
    hours=Some(OpeningHours, ("weekday", "opens", "closes", "slot_minutes", "room_id", "valid_from", "valid_until")),
)


SHOWN = """
    SELECT {columns}, {begins}, {ends}
    FROM treatments_treatmentsession visit
    JOIN treatments_course course ON course.id = visit.course_id
    JOIN patients_patient patient ON patient.id = course.patient_id
    WHERE visit.clinic_id = %s AND visit.local_date >= %s AND visit.local_date <= %s
        AND visit.status NOT IN (%s, %s) {of}
    ORDER BY visit.starts_at
"""


def _visits(of: str) -> Joined:
    """Return the question for the visits of some days. Whole seconds: a datetime costs SQLite more than the rest of a row."""
    begins, ends = (EPOCH[connection.vendor].format(f"visit.{moment}") for moment in ("starts_at", "ends_at"))
    return Joined(
        SHOWN.format(columns="{columns}", begins=begins, ends=ends, of=of),
        visit=Some(TreatmentSession, ("uid", "injector_id", "room_id", "local_date", "status", "answer")),
        patient=Some(Patient, ("given_name", "family_name")),
    )


VISITS_OF_ALL = _visits("")
# Of one injector, and of whoever shares a room with them: hours without a room may lead into any.
VISITS_NEAR_ONE = _visits(
    """
    AND (
        visit.injector_id = %s
        OR visit.room_id IN (SELECT hours.room_id FROM clinic_openinghours hours WHERE hours.injector_id = %s)
        OR EXISTS (SELECT 1 FROM clinic_openinghours hours WHERE hours.injector_id = %s AND hours.room_id IS NULL)
    )
    """
)


class Weekly(NamedTuple):
    """An interval of weekly hours with the dates between which it holds."""

    weekday: int
    opening: Opening
    valid_from: dt.date | None
    valid_until: dt.date | None


@dataclass
class Person:
    """An injector with their weekly hours."""

    pk: int
    uid: str
    name: str
    user: int | None = None
    left: bool = False
    hours: list[Weekly] = field(default_factory=list)

    def openings(self, date: dt.date) -> list[Opening]:
        """Return the hours of one date."""
        return [week.opening for week in self.hours if hold_on(date, week.weekday, week.valid_from, week.valid_until)]


class RoomOf(NamedTuple):
    """A room, and the injectors who may use it; nobody named means everybody."""

    uid: str
    injectors: set[int]


@dataclass
class Stretch:
    """Everything the calendar shows of some days. Visits and taken rooms are kept per injector or room and date."""

    clinic: Clinic
    first: dt.date
    last: dt.date
    now: dt.datetime
    people: list[Person]
    rooms: dict[int, RoomOf]
    # Whether somebody of them injects at another clinic too.
    shared: bool = False
    chosen: Person | None = None
    visits: dict[tuple[int, dt.date], list[Visit]] = field(default_factory=lambda: defaultdict(list))
    taken_rooms: dict[tuple[int, dt.date], int] = field(default_factory=lambda: defaultdict(int))
    away: list[Away] = field(default_factory=list)
    holidays: dict[dt.date, str] = field(default_factory=dict)

    @property
    def dates(self) -> list[dt.date]:
        """All dates, in order."""
        return [self.first + dt.timedelta(days=day) for day in range((self.last - self.first).days + 1)]

    def column(self, person: Person, date: dt.date) -> Column:
        """Lay out one injector's day."""
        zone = self.clinic.zone
        rooms = {opening: self._rooms_for(person, opening) for opening in person.openings(date)}
        roomless = [Span(one.start, one.end, "No room to use") for one, usable in rooms.items() if not usable]
        return column(
            visits=self.visits.get((person.pk, date), ()),
            openings=list(rooms),
            closed=[*self._closed(person, date, zone), *roomless],
            length=self.clinic.session_minutes,
            begins=first_minute(date, self.now.astimezone(zone)),
            room_at=self._room_finder(rooms, date),
            exists=existing(date, zone),
        )

    def _closed(self, person: Person, date: dt.date, zone: ZoneInfo) -> Iterator[Span]:
        if date in self.holidays:
            yield Span(0, DAY, self.holidays[date])
        for away in self.away:
            if away.room is None and away.injector in {None, person.pk} and (span := on_date(date, away, zone)):
                yield span

    def _rooms_for(self, person: Person, opening: Opening) -> list[int]:
        """Return the rooms of some hours that are in use: theirs, or any, as far as the injector may use them."""
        fitting = self.rooms if opening.room is None else [opening.room]
        used = {pk: self.rooms[pk].injectors for pk in fitting if pk in self.rooms}
        return [pk for pk, injectors in used.items() if not injectors or person.pk in injectors]

    def _room_finder(self, rooms: dict[Opening, list[int]], date: dt.date) -> Callable[[Opening, int], str | None]:
        """Return what finds a free room for a time among those of its hours."""

        def find(opening: Opening, minutes: int) -> str | None:
            # Two people may both be offered the last free room; who takes it first has it, the database decides.
            for pk in rooms[opening]:
                if not self.taken_rooms.get((pk, date), 0) & minutes:
                    return self.rooms[pk].uid
            return None

        return find


def read_all(clinic: Clinic, first: dt.date, last: dt.date, now: dt.datetime) -> Stretch:
    """Read some days of everyone, both ends included."""
    return _filled(_empty(clinic, first, last, now))


def read_one(
    clinic: Clinic, first: dt.date, last: dt.date, now: dt.datetime, *, injector: UUID | None, user: int
) -> Stretch:
    """Read some days of one injector: the named one (LookupError if not here), else the user's own column, else the first.

    ``chosen`` stays empty where nobody injects.
    """
    stretch = _empty(clinic, first, last, now)
    if injector:
        stretch.chosen = next((person for person in stretch.people if person.uid == str(injector)), None)
        if stretch.chosen is None:
            raise LookupError(injector)
    elif stretch.people:
        stretch.chosen = next((person for person in stretch.people if person.user == user), stretch.people[0])
    return _filled(stretch)


def _empty(clinic: Clinic, first: dt.date, last: dt.date, now: dt.datetime) -> Stretch:
    people, shared = _people(clinic)
    return Stretch(clinic, first, last, now, people, _rooms(clinic), shared)


def _filled(stretch: Stretch) -> Stretch:
    stretch.holidays = kept_holidays(stretch.clinic, stretch.first, stretch.last + dt.timedelta(days=1))
    stretch.away = list(_away(stretch.clinic, stretch.first, stretch.last, shared=stretch.shared))
    _put_visits(stretch, stretch.chosen)
    _close_rooms(stretch)
    _add_former(stretch)
    return stretch


def _people(clinic: Clinic) -> tuple[list[Person], bool]:
    """Return the active injectors by name, each with their hours, and whether one works elsewhere too (one query)."""
    people: dict[int, Person] = {}
    shared = False
    for pk, uid, name, user, weekday, opens, closes, step, room, since, until, elsewhere in PEOPLE.flat(clinic.pk):
        person = people.get(pk) or people.setdefault(pk, Person(pk, str(uid), name, user))
        shared = shared or bool(elsewhere)
        if weekday is not None:
            opening = Opening(minute_of(opens), minute_of(closes), step, room)
            person.hours.append(Weekly(weekday, opening, since, until))
    return list(people.values()), shared


def _rooms(clinic: Clinic) -> dict[int, RoomOf]:
    rooms: dict[int, RoomOf] = {}
    for found, injector in ROOMS.rows(clinic.pk, None):
        room = rooms.setdefault(found.pk, RoomOf(str(found.uid), set()))
        if injector is not None:
            room.injectors.add(injector)
    return rooms


def _away(clinic: Clinic, first: dt.date, last: dt.date, *, shared: bool) -> Iterator[Away]:
    """Read leave and closures in one query, and in another what injectors do at other clinics, where one does."""
    start = day_begins(first, clinic.zone)
    end = day_begins(last + dt.timedelta(days=1), clinic.zone)
    for (starts_at, ends_at, label, room), injector in PAUSES.rows(clinic.pk, end, start):
        yield Away(injector, room, starts_at, ends_at, label)
    if shared:
        yield from _elsewhere(clinic, start, end)


def _elsewhere(clinic: Clinic, start: dt.datetime, end: dt.datetime) -> Iterator[Away]:
    """Find the visits that injectors have at other clinics: the time is not free here, and that is all that is said."""
    both = Injector.objects.filter(clinic=clinic, active=True).with_elsewhere()
    sessions = TreatmentSession.objects.filter(
        person__in=both.values("user"), status__in=OCCUPYING, starts_at__gt=start - LONGEST, starts_at__lt=end
    ).exclude(clinic=clinic)
    who = Subquery(both.filter(user=OuterRef("person")).values("pk")[:1])
    for injector, starts_at, ends_at in sessions.order_by().values_list(who, "starts_at", "ends_at"):
        yield Away(injector, None, starts_at, ends_at, "At another clinic")


def _put_visits(stretch: Stretch, chosen: Person | None) -> None:
    """Put in the visits: of everyone, or of one injector and of whoever shares a room with them."""
    days = (stretch.clinic.pk, stretch.first, stretch.last, *NOT_SHOWN)
    zone = stretch.clinic.zone
    rows = VISITS_NEAR_ONE.flat(*days, *[chosen.pk] * 3) if chosen else VISITS_OF_ALL.flat(*days)
    for uid, injector, room, date, status, answer, given, family, begins, ends in rows:
        start = wall_minute(begins, date, zone)
        end = min(start + (ends - begins) // MINUTE, DAY)
        holds = status in OCCUPYING
        if holds and room is not None:
            stretch.taken_rooms[room, date] |= mask(start, end)
        if chosen is None or injector == chosen.pk:
            state = answer if answer and status == Status.BOOKED else status
            visit = Visit(uid, start, end, state, f"{family} {given[:1]}", f"{given} {family}", holds)
            stretch.visits[injector, date].append(visit)


def _close_rooms(stretch: Stretch) -> None:
    for away in stretch.away:
        if away.room is not None:
            for date in stretch.dates:
                span = on_date(date, away, stretch.clinic.zone)
                if span:
                    stretch.taken_rooms[away.room, date] |= mask(span.start, span.end)


def _add_former(stretch: Stretch) -> None:
    """Give those who left a column as long as visits stand under their name: somebody has to move them."""
    missing = {injector for injector, _date in stretch.visits} - {person.pk for person in stretch.people}
    if missing:
        former = Injector.objects.filter(pk__in=missing).values_list("pk", "uid", "name")
        stretch.people += [Person(pk, str(uid), f"{name} (left)", left=True) for pk, uid, name in former]
