"""Reading back the slot that a form carries, checked anew: a page can be hours old, and anyone can write a form."""

import datetime as dt
import uuid
from collections.abc import Collection
from dataclasses import replace
from typing import NamedTuple

from clinic.joined import Joined, Some
from clinic.models import Clinic, Injector, OpeningHours, Room
from treatments.slots.agenda import HOURS, ONE_DAY, Agenda, as_starts, read_agenda, read_closing
from treatments.slots.shifts import Hours
from treatments.slots.slot import Slot
from treatments.slots.spans import blocks, merge

SHORTEST, LONGEST = 10, 60
# Nobody is booked ten years ahead; an address may name the last day that there is.
FURTHEST = dt.timedelta(weeks=520)
# The injector and the room of a time, with the injector's hours, and whether the room is kept for others.
PLACE = Joined(
    """
    SELECT {columns},
        EXISTS (SELECT 1 FROM clinic_room_injectors may WHERE may.room_id = room.id)
        AND NOT EXISTS (
            SELECT 1 FROM clinic_room_injectors may WHERE may.room_id = room.id AND may.injector_id = injector.id
        )
    FROM clinic_injector injector
    JOIN clinic_room room ON room.clinic_id = injector.clinic_id AND room.active AND room.uid = %s
    LEFT JOIN clinic_openinghours hours ON hours.injector_id = injector.id
    WHERE injector.clinic_id = %s AND injector.active AND injector.uid = %s
    """,
    injector=Injector,
    room=Room,
    hours=Some(OpeningHours, HOURS),
)


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
    if asked.starts_at - now > FURTHEST:
        raise NotOffered("That is more than ten years ahead. Choose an earlier time.")
    date = clinic.date_at(asked.starts_at)
    agenda = Agenda(clinic, date, date + ONE_DAY, asked.minutes)
    slot = Slot(*_place(agenda, asked), asked.starts_at, asked.ends_at)
    if not to_book:
        read_closing(agenda)
    if date in agenda.holidays or not _works(agenda, date, slot):
        raise NotOffered("The clinic does not work at that time. Choose another.")
    return slot


class Asked(NamedTuple):
    """The parts of a slot's code, none of them checked against anything."""

    injector: uuid.UUID
    room: uuid.UUID
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
        uids = uuid.UUID(injector), uuid.UUID(room)
        minutes = int(rest[0]) if rest else clinic.session_minutes
        starts_at = dt.datetime.strptime(start, "%Y%m%dT%H%M").replace(tzinfo=dt.UTC)
    except ValueError as error:
        raise NotOffered("Choose one of the times on the page.") from error
    if len(rest) > 1 or not SHORTEST <= minutes <= LONGEST:
        raise NotOffered("Choose one of the times on the page.")
    return Asked(*uids, starts_at, minutes)


def _place(agenda: Agenda, asked: Asked) -> tuple[Injector, Room]:
    """Return an injector and a room, whose hours then stand in the agenda (one query)."""
    rows = PLACE.rows(asked.room, agenda.clinic.pk, asked.injector)
    if not rows:
        raise NotOffered("Choose one of the times on the page.")
    injector, room, _, kept_for_others = rows[0]
    if not kept_for_others:
        agenda.rooms = {room.pk: frozenset()}
    for _, _, hours, _ in rows:
        if hours:
            agenda.add(Hours(*hours))
    return injector, room


def still_worked(clinic: Clinic, asked: Collection[Slot]) -> list[Slot]:
    """Return those of these times at which the clinic works, booked or not (five queries at most, however many)."""
    if not asked:
        return []
    dates = [clinic.date_at(slot.starts_at) for slot in asked]
    agenda = read_agenda(clinic, min(dates), max(dates) + ONE_DAY)
    return [
        slot
        for slot, date in zip(asked, dates, strict=True)
        if date not in agenda.holidays and _works(replace(agenda, minutes=slot.minutes), date, slot)
    ]


def _works(agenda: Agenda, date: dt.date, slot: Slot) -> bool:
    """Return whether hours have this start in this room, and no leave or closure stands in its way."""
    start = int(slot.starts_at.timestamp())
    pauses = [*agenda.closed, *agenda.away.get(slot.injector.pk, ()), *agenda.closed_rooms.get(slot.room.pk, ())]
    return not blocks(merge(as_starts(pauses, agenda.length)), start) and any(
        slot.room.pk in agenda.rooms_for(shift.hours) and start in shift.starts(start, start)
        for shift in agenda.shifts(date)
    )
