"""Free times for a course's next session: computed from hours, leave, holidays and what is booked; never stored."""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

import holidays
from django.core.exceptions import ObjectDoesNotExist, ValidationError

from clinic.models import Absence, Clinic, Injector, OpeningHours, Room
from patients.models import Authorization
from treatments.cycle import NoSuchTime, instant
from treatments.models import Course, TreatmentSession
from treatments.models.session import OCCUPYING

# How far ahead to look: most people find a time in the first stretch, and it keeps the query small.
FIRST_STRETCH_DAYS = 28
LOOK_AHEAD_DAYS = 364
# Five times on one morning are one offer: who cannot come that day needs another day, or another injector.
MOST_PER_DAY = 3
MOST_PER_DAY_AND_INJECTOR = 2

Span = tuple[dt.datetime, dt.datetime]


@dataclass(frozen=True)
class Slot:
    """A free time: who, where, from when to when (UTC), and why it is offered."""

    injector: Injector
    room: Room
    starts_at: dt.datetime
    ends_at: dt.datetime
    reasons: tuple[str, ...] = ()

    @property
    def code(self) -> str:
        """The slot as a form carries it: injector, room and start."""
        return f"{self.injector.uid}.{self.room.uid}.{self.starts_at:%Y%m%dT%H%M}"


@dataclass(frozen=True)
class Wish:
    """What a good time looks like for this person."""

    due_on: dt.date
    last_given_on: dt.date | None = None
    injector_id: int | None = None
    usual_time: dt.time | None = None
    authorized_until: dt.date | None = None


@dataclass
class Occupied:
    """What is taken, per injector and per room."""

    injectors: dict[int, list[Span]] = field(default_factory=lambda: defaultdict(list))
    rooms: dict[int, list[Span]] = field(default_factory=lambda: defaultdict(list))

    def free(self, injector_id: int, room_id: int, starts_at: dt.datetime, ends_at: dt.datetime) -> bool:
        """Return whether both are free for the whole time."""
        spans = (*self.injectors.get(injector_id, ()), *self.rooms.get(room_id, ()))
        return not any(start < ends_at and end > starts_at for start, end in spans)

    def touches(self, injector_id: int, starts_at: dt.datetime, ends_at: dt.datetime) -> bool:
        """Return whether the time borders on another session, so that no small gap is left over."""
        return any(starts_at == end or ends_at == start for start, end in self.injectors.get(injector_id, ()))


def suggest(
    *,
    course: Course,
    now: dt.datetime,
    limit: int = 5,
    injector: Injector | None = None,
    not_before: dt.date | None = None,
) -> list[Slot]:
    """Return up to ``limit`` free times, best first, from the due date (or ``not_before``) on.

    Ranked by days past the due date, then the injector of last time, then the half-day and hour of last time, then
    times that leave no gap. The number of queries grows neither with injectors nor with weeks.
    """
    wish = wish_of(course)
    clinic = course.clinic
    today = now.astimezone(clinic.zone).date()
    first = max(not_before or wish.due_on, today)
    found: list[Slot] = []
    for start, days in ((first, FIRST_STRETCH_DAYS), (first + dt.timedelta(FIRST_STRETCH_DAYS), LOOK_AHEAD_DAYS)):
        found += _search(clinic, start, days, now, wish, limit - len(found), injector)
        if len(found) >= limit:
            break
    return found


class NotOffered(Exception):
    """The time is not one the clinic works at; the text says so, for the reader."""


def read(clinic: Clinic, code: str, now: dt.datetime) -> Slot:
    """Return the slot that a form carries (`Slot.code`), checked against hours, leave and holidays anew.

    Raises NotOffered. Whether it is still free is for the database to say when it is booked.
    """
    try:
        injector_uid, room_uid, start = code.split(".")
        starts_at = dt.datetime.strptime(start, "%Y%m%dT%H%M").replace(tzinfo=dt.UTC)
        injector = clinic.injectors.get(uid=injector_uid, active=True)
        room = clinic.rooms.get(uid=room_uid, active=True)
    except (ValueError, ValidationError, ObjectDoesNotExist) as error:
        raise NotOffered("Choose one of the times on the page.") from error
    ends_at = starts_at + dt.timedelta(minutes=clinic.session_minutes)
    if starts_at <= now:
        raise NotOffered("That time has passed. Choose another.")
    date = starts_at.astimezone(clinic.zone).date()
    works = any(
        _valid(row, date) and row.room_id == room.pk and starts_at in _grid(row, date, ends_at - starts_at, clinic.zone)
        for row in _hours(clinic, date, date, injector)[date.isoweekday()]
    )
    away = Absence.objects.filter(injector=injector, starts_at__lt=ends_at, ends_at__gt=starts_at).exists()
    if not works or away or date in _holidays(clinic, date, date):
        raise NotOffered("The clinic does not work at that time. Choose another.")
    return Slot(injector, room, starts_at, ends_at)


def wish_of(course: Course) -> Wish:
    """Return what the person's last session says about a good next one (two queries and one for the payer)."""
    last = course.sessions.filter(given_on__isnull=False).order_by("-given_on", "-pk").first()
    payer = Authorization.objects.filter(patient=course.patient_id).order_by("-valid_to").first()
    # The hour of a session given before this system kept records is not known.
    known = last is not None and last.room_id is not None
    return Wish(
        due_on=course.next_due(),
        last_given_on=last.given_on if last else None,
        injector_id=last.injector_id if last else None,
        usual_time=last.starts_at.astimezone(course.clinic.zone).time() if last and known else None,
        authorized_until=payer.valid_to if payer else None,
    )


def _search(
    clinic: Clinic, first: dt.date, days: int, now: dt.datetime, wish: Wish, limit: int, injector: Injector | None
) -> list[Slot]:
    """Return the best free times of a stretch of days. Days are looked at in order, since fewer days past due is better."""
    last = first + dt.timedelta(days=days)
    hours = _hours(clinic, first, last, injector)
    occupied = _occupied(clinic, first, last)
    closed = _holidays(clinic, first, last)
    found: list[Slot] = []
    for offset in range(days):
        date = first + dt.timedelta(days=offset)
        if date not in closed:
            found += _best_of_day(date, hours[date.isoweekday()], occupied, now, wish, clinic)
        if len(found) >= limit:
            break
    return found[:limit]


def _hours(clinic: Clinic, first: dt.date, last: dt.date, injector: Injector | None) -> dict[int, list[OpeningHours]]:
    rows = OpeningHours.objects.filter(clinic=clinic, injector__active=True, room__active=True)
    if injector:
        rows = rows.filter(injector=injector)
    by_weekday: dict[int, list[OpeningHours]] = defaultdict(list)
    for row in rows.exclude(valid_until__lt=first).exclude(valid_from__gt=last).select_related("injector", "room"):
        by_weekday[row.weekday].append(row)
    return by_weekday


def _occupied(clinic: Clinic, first: dt.date, last: dt.date) -> Occupied:
    start = dt.datetime.combine(first, dt.time(), clinic.zone)
    end = dt.datetime.combine(last, dt.time(), clinic.zone)
    occupied = Occupied()
    sessions = TreatmentSession.objects.filter(
        clinic=clinic, status__in=OCCUPYING, local_date__gte=first, local_date__lte=last
    )
    for injector, room, starts, ends in sessions.values_list("injector_id", "room_id", "starts_at", "ends_at"):
        occupied.injectors[injector].append((starts, ends))
        if room is not None:
            occupied.rooms[room].append((starts, ends))
    absences = Absence.objects.filter(clinic=clinic, starts_at__lt=end, ends_at__gt=start)
    for injector, starts, ends in absences.values_list("injector_id", "starts_at", "ends_at"):
        occupied.injectors[injector].append((starts, ends))
    return occupied


def _holidays(clinic: Clinic, first: dt.date, last: dt.date) -> set[dt.date]:
    years = range(first.year, last.year + 1)
    return set(holidays.country_holidays(clinic.country, subdiv=clinic.subdivision or None, years=years))


def _best_of_day(
    date: dt.date, hours: Iterable[OpeningHours], occupied: Occupied, now: dt.datetime, wish: Wish, clinic: Clinic
) -> list[Slot]:
    length = dt.timedelta(minutes=clinic.session_minutes)
    free = [
        (row, starts_at)
        for row in hours
        if row.room_id is not None and _valid(row, date)
        for starts_at in _grid(row, date, length, clinic.zone)
        if starts_at > now and occupied.free(row.injector_id, row.room_id, starts_at, starts_at + length)
    ]
    free.sort(key=lambda item: _rank(item[0], item[1], occupied, wish, length, clinic.zone))
    chosen: list[Slot] = []
    taken = Counter[int]()
    for row, starts_at in free:
        if taken[row.injector_id] < MOST_PER_DAY_AND_INJECTOR and len(chosen) < MOST_PER_DAY:
            taken[row.injector_id] += 1
            reasons = _reasons(row, starts_at, date, wish, clinic.zone)
            chosen.append(Slot(row.injector, row.room, starts_at, starts_at + length, reasons))  # type: ignore[arg-type]
    return chosen


def _valid(row: OpeningHours, date: dt.date) -> bool:
    return (row.valid_from is None or row.valid_from <= date) and (row.valid_until is None or date <= row.valid_until)


def _grid(row: OpeningHours, date: dt.date, length: dt.timedelta, zone: ZoneInfo) -> Iterator[dt.datetime]:
    """Yield the starts that fit into an interval of opening hours, leaving out times that the clocks skip or repeat."""
    wall = dt.datetime.combine(date, row.opens)
    closes = dt.datetime.combine(date, row.closes)
    while wall + length <= closes:
        with suppress(NoSuchTime):
            yield instant(date, wall.time(), zone)
        wall += length


def _rank(
    row: OpeningHours, starts_at: dt.datetime, occupied: Occupied, wish: Wish, length: dt.timedelta, zone: ZoneInfo
) -> tuple[bool, bool, float, bool, dt.datetime, int]:
    local = starts_at.astimezone(zone).time()
    usual = wish.usual_time
    return (
        wish.injector_id is not None and row.injector_id != wish.injector_id,
        usual is not None and _half_day(local) != _half_day(usual),
        abs(_minutes(local) - _minutes(usual)) if usual else 0,
        not occupied.touches(row.injector_id, starts_at, starts_at + length),
        starts_at,
        row.injector_id,
    )


def _reasons(row: OpeningHours, starts_at: dt.datetime, date: dt.date, wish: Wish, zone: ZoneInfo) -> tuple[str, ...]:
    reasons = []
    if wish.last_given_on:
        reasons.append(f"day {(date - wish.last_given_on).days}")
    if wish.injector_id is not None:
        reasons.append("same injector" if row.injector_id == wish.injector_id else "other injector")
    local = starts_at.astimezone(zone).time()
    if wish.usual_time:
        if local == wish.usual_time:
            reasons.append("usual time")
        elif _half_day(local) == _half_day(wish.usual_time):
            reasons.append("usual half-day")
    if wish.authorized_until and date > wish.authorized_until:
        reasons.append("after the authorization ends")
    return tuple(reasons)


def _half_day(time: dt.time) -> bool:
    return time >= dt.time(12)


def _minutes(time: dt.time) -> int:
    return time.hour * 60 + time.minute
