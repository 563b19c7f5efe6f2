"""When and where a clinic works, loaded once, and whether a visit fits into that."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from django.db.models import Q

from clinic.models import Absence, Clinic, Closure, Injector, OpeningHours, Room
from treatments.cycle import day_begins
from treatments.models import Status, TreatmentSession
from treatments.setup.public_holidays import holidays_of
from treatments.slots.shifts import hold_on


class Visit(NamedTuple):
    """As much of a visit as hours, leave, closures and rooms ask for: a clinic that books far ahead has tens of thousands."""

    local_date: dt.date
    starts_at: dt.datetime
    ends_at: dt.datetime
    injector: Injector
    room: Room | None

    @property
    def injector_id(self) -> int:
        """The key of its injector, as a session has it."""
        return self.injector.pk

    @property
    def room_id(self) -> int | None:
        """The key of its room, as a session has it."""
        return self.room.pk if self.room else None


@dataclass(frozen=True)
class Opening:
    """A clinic's hours, leave, closures, holidays and rooms, for a stretch of days."""

    clinic: Clinic
    hours: dict[int, list[OpeningHours]]
    absences: dict[int, list[Absence]]
    closures: list[Closure]
    holidays: dict[dt.date, str]
    users_of_room: dict[int, set[int]]

    def hours_on(self, injector_id: int, date: dt.date) -> list[OpeningHours]:
        """Return the injector's intervals of a date, in order."""
        rows = self.hours.get(injector_id, ())
        return [row for row in rows if hold_on(date, row.weekday, row.valid_from, row.valid_until)]

    def why_outside(self, session: TreatmentSession | Visit) -> str:
        """Return why a visit does not fit into the clinic's hours, in words, or nothing when it does."""
        return next(iter(self.pauses(session)), "") or self._not_there(session)

    def pauses(self, session: TreatmentSession | Visit) -> list[str]:
        """Return the closing and the leave that stand in the way of a visit, whatever the hours say."""
        return [reason for reason in (self._closed(session), self._away(session)) if reason]

    def _closed(self, session: TreatmentSession | Visit) -> str:
        if session.local_date in self.holidays:
            return f"{self.holidays[session.local_date]}: the clinic is closed"
        for closure in self.closures:
            if closure.room_id in {None, session.room_id} and _overlap(closure, session):
                return f"{closure.room or 'The clinic'} is closed: {closure.label}"
        return ""

    def _away(self, session: TreatmentSession | Visit) -> str:
        if not session.injector.active:
            return f"{session.injector.name} no longer works here"
        away = next((row for row in self.absences.get(session.injector_id, ()) if _overlap(row, session)), None)
        return f"{session.injector.name} is away: {away.label}" if away else ""

    def _not_there(self, session: TreatmentSession | Visit) -> str:
        if session.room is None or not session.room.active:
            return f"{session.room or 'The room'} is no longer in use"
        users = self.users_of_room.get(session.room.pk)
        if users and session.injector_id not in users:
            return f"{session.injector.name} may not use {session.room}"
        rows = [row for row in self.hours_on(session.injector_id, session.local_date) if self._inside(row, session)]
        if not rows:
            return f"{session.injector.name} does not work then"
        if all(row.room_id not in {None, session.room_id} for row in rows):
            return f"{session.injector.name} works in another room then"
        return ""

    def _inside(self, row: OpeningHours, session: TreatmentSession | Visit) -> bool:
        zone = self.clinic.zone
        starts, ends = (at.astimezone(zone).replace(tzinfo=None) for at in (session.starts_at, session.ends_at))
        date = session.local_date
        return dt.datetime.combine(date, row.opens) <= starts and ends <= dt.datetime.combine(date, row.closes)


def load(clinic: Clinic, first: dt.date, last: dt.date) -> Opening:
    """Return how the clinic works from ``first`` to ``last`` (five queries, however long that is)."""
    start = day_begins(first, clinic.zone)
    end = day_begins(last + dt.timedelta(days=1), clinic.zone)
    within = {"clinic": clinic, "starts_at__lt": end, "ends_at__gt": start}
    rows = OpeningHours.objects.filter(clinic=clinic).exclude(valid_until__lt=first).exclude(valid_from__gt=last)
    hours: dict[int, list[OpeningHours]] = defaultdict(list)
    for row in rows.select_related("room").order_by("weekday", "opens"):
        hours[row.injector_id].append(row)
    absences: dict[int, list[Absence]] = defaultdict(list)
    for absence in Absence.objects.filter(**within):
        absences[absence.injector_id].append(absence)
    users: dict[int, set[int]] = defaultdict(set)
    restricted = Room.objects.filter(clinic=clinic, injectors__isnull=False)
    for room_id, injector_id in restricted.values_list("pk", "injectors"):
        users[room_id].add(injector_id)
    closed = {day.date: day.name for day in holidays_of(clinic, range(first.year, last.year + 1)) if not day.worked}
    closures = list(Closure.objects.filter(**within).select_related("room"))
    return Opening(clinic, hours, absences, closures, closed, users)


def outside(clinic: Clinic, which: Q, now: dt.datetime) -> dict[TreatmentSession, str]:
    """Return the booked visits still to come, of those meant by ``which``, that do not fit, each with why (9 queries)."""
    return with_visits(reasons_outside(clinic, which, now))


def with_visits(reasons: dict[int, str]) -> dict[TreatmentSession, str]:
    """Return the visits of these keys in the same order, each with why it does not fit (1 query)."""
    whole = TreatmentSession.objects.select_related("clinic", "course__clinic", "course__patient", "injector", "room")
    visits = whole.in_bulk(list(reasons))
    return {visits[pk]: why for pk, why in reasons.items()}


def reasons_outside(clinic: Clinic, which: Q, now: dt.datetime) -> dict[int, str]:
    """Return the keys of these visits in the order of their time, each with why it does not fit (8 queries)."""
    booked = TreatmentSession.objects.filter(which, clinic=clinic, status=Status.BOOKED, starts_at__gt=now)
    rows = booked.order_by("starts_at", "pk").values_list(
        "pk", "local_date", "starts_at", "ends_at", "injector_id", "room_id"
    )
    injectors, rooms = clinic.injectors.in_bulk(), clinic.rooms.in_bulk()
    visits = [
        (pk, Visit(date, starts_at, ends_at, injectors[injector], rooms.get(room)))
        for pk, date, starts_at, ends_at, injector, room in rows
    ]
    if not visits:
        return {}
    opening = load(clinic, visits[0][1].local_date, visits[-1][1].local_date)
    reasons = ((pk, opening.why_outside(visit)) for pk, visit in visits)
    return {pk: why for pk, why in reasons if why}


def clash(rows: Iterable[OpeningHours], new: OpeningHours) -> OpeningHours | None:
    """Return one of ``rows`` that overlaps new hours of the same injector: weekday, times and dates of validity."""
    return next((row for row in rows if row.pk != new.pk and _same_time(row, new) and _same_dates(row, new)), None)


def _same_time(row: OpeningHours, new: OpeningHours) -> bool:
    return row.weekday == new.weekday and row.opens < new.closes and new.opens < row.closes


def _same_dates(row: OpeningHours, new: OpeningHours) -> bool:
    first = max(row.valid_from or dt.date.min, new.valid_from or dt.date.min)
    return first <= min(row.valid_until or dt.date.max, new.valid_until or dt.date.max)


def _overlap(span: Absence | Closure, session: TreatmentSession | Visit) -> bool:
    return span.starts_at < session.ends_at and session.starts_at < span.ends_at
