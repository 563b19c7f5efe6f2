"""Reading back the slot that a form carries, checked anew: a page can be hours old, and anyone can write a form."""

import datetime as dt
from typing import NamedTuple

from django.core.exceptions import ValidationError
from django.db.models import F

from clinic.models import Clinic, Injector, Room
from treatments.slots.agenda import ONE_DAY, Agenda, as_starts, read_closing
from treatments.slots.shifts import Hours
from treatments.slots.slot import Slot
from treatments.slots.spans import blocks, merge

SHORTEST, LONGEST = 10, 60
# What `Hours` holds besides the injector, in its order.
WEEKLY = ("room", "weekday", "opens", "closes", "slot_minutes", "valid_from", "valid_until")


class NotOffered(Exception):
    """The time is not one the clinic works at; the text says so, for the reader."""


def read(clinic: Clinic, code: str, now: dt.datetime, *, to_book: bool = False) -> Slot:
    """Return the slot that a form carries (`Slot.code`), checked against hours, leave, closures and holidays anew.

    Raises NotOffered. Whether it is still free is for the database to say when it is booked; so are leave, closures
    and holidays where that comes next (``to_book``), since they are asked for under the lock then anyway.
    """
    asked = _asked(clinic, code)
    if asked.starts_at <= now:
        raise NotOffered("That time has passed. Choose another.")
    date = asked.starts_at.astimezone(clinic.zone).date()
    agenda = Agenda(clinic, date, date + ONE_DAY, asked.minutes)
    try:
        slot = Slot(_injector(agenda, asked.injector), _room(agenda, asked.room), asked.starts_at, asked.ends_at)
    except (IndexError, ValidationError) as error:
        raise NotOffered("Choose one of the times on the page.") from error
    if not to_book:
        read_closing(agenda)
    if date in agenda.holidays or not _works(agenda, date, slot):
        raise NotOffered("The clinic does not work at that time. Choose another.")
    return slot


class Asked(NamedTuple):
    """The parts of a slot's code, none of them checked against anything."""

    injector: str
    room: str
    starts_at: dt.datetime
    minutes: int

    @property
    def ends_at(self) -> dt.datetime:
        """When the visit ends."""
        return self.starts_at + dt.timedelta(minutes=self.minutes)


def _asked(clinic: Clinic, code: str) -> Asked:
    """Take a code apart. One without a length is of the clinic's usual length."""
    try:
        injector, room, start, *rest = code.split(".")
        minutes = int(rest[0]) if rest else clinic.session_minutes
        starts_at = dt.datetime.strptime(start, "%Y%m%dT%H%M").replace(tzinfo=dt.UTC)
    except ValueError as error:
        raise NotOffered("Choose one of the times on the page.") from error
    if len(rest) > 1 or not SHORTEST <= minutes <= LONGEST:
        raise NotOffered("Choose one of the times on the page.")
    return Asked(injector, room, starts_at, minutes)


def _injector(agenda: Agenda, uid: str) -> Injector:
    """Return an injector, whose hours then stand in the agenda (one query). IndexError when nobody here has the uid."""
    columns = {f"works_{name}": F(f"opening_hours__{name}") for name in WEEKLY}
    found = list(agenda.clinic.injectors.filter(uid=uid, active=True).order_by().annotate(**columns))
    for row in found:
        room, weekday, *rest = (getattr(row, name) for name in columns)
        if weekday is not None:
            agenda.hours[weekday].append(Hours(row.pk, room, weekday, *rest))
    return found[0]


def _room(agenda: Agenda, uid: str) -> Room:
    """Return a room, which then stands in the agenda with who may use it (one query). IndexError when there is none."""
    found = list(agenda.clinic.rooms.filter(uid=uid, active=True).order_by().annotate(user=F("injectors")))
    agenda.rooms = {row.pk: frozenset(one.user for one in found if one.user is not None) for row in found[:1]}
    return found[0]


def _works(agenda: Agenda, date: dt.date, slot: Slot) -> bool:
    """Return whether hours have this start in this room, and no leave or closure stands in its way."""
    start = int(slot.starts_at.timestamp())
    pauses = [*agenda.closed, *agenda.away.get(slot.injector.pk, ()), *agenda.closed_rooms.get(slot.room.pk, ())]
    return not blocks(merge(as_starts(pauses, agenda.length)), start) and any(
        slot.room.pk in agenda.rooms_for(shift.hours) and start in shift.starts(start, start)
        for shift in agenda.shifts(date)
    )
