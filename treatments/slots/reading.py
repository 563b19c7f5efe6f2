"""Reading back the slot that a form carries, checked anew: a page can be hours old, and anyone can write a form."""

import datetime as dt

from django.core.exceptions import ObjectDoesNotExist, ValidationError

from clinic.models import Clinic
from treatments.slots.agenda import Agenda, as_starts, read_agenda
from treatments.slots.slot import Slot
from treatments.slots.spans import blocks, merge

SHORTEST, LONGEST = 10, 60


class NotOffered(Exception):
    """The time is not one the clinic works at; the text says so, for the reader."""


def read(clinic: Clinic, code: str, now: dt.datetime) -> Slot:
    """Return the slot that a form carries (`Slot.code`), checked against hours, leave, closures and holidays anew.

    Raises NotOffered. Whether it is still free is for the database to say when it is booked.
    """
    slot = _slot(clinic, code)
    if slot.starts_at <= now:
        raise NotOffered("That time has passed. Choose another.")
    date = slot.starts_at.astimezone(clinic.zone).date()
    minutes = int((slot.ends_at - slot.starts_at).total_seconds()) // 60
    agenda = read_agenda(clinic, date, date + dt.timedelta(days=1), minutes, slot.injector, slot.room)
    if date in agenda.holidays or not _works(agenda, date, slot):
        raise NotOffered("The clinic does not work at that time. Choose another.")
    return slot


def _slot(clinic: Clinic, code: str) -> Slot:
    """Return the slot that a code names. One without a length is of the clinic's usual length."""
    try:
        injector_uid, room_uid, start, *rest = code.split(".")
        minutes = int(rest[0]) if rest else clinic.session_minutes
        starts_at = dt.datetime.strptime(start, "%Y%m%dT%H%M").replace(tzinfo=dt.UTC)
        injector = clinic.injectors.get(uid=injector_uid, active=True)
        room = clinic.rooms.get(uid=room_uid, active=True)
    except (ValueError, ValidationError, ObjectDoesNotExist) as error:
        raise NotOffered("Choose one of the times on the page.") from error
    if len(rest) > 1 or not SHORTEST <= minutes <= LONGEST:
        raise NotOffered("Choose one of the times on the page.")
    return Slot(injector, room, starts_at, starts_at + dt.timedelta(minutes=minutes))


def _works(agenda: Agenda, date: dt.date, slot: Slot) -> bool:
    """Return whether hours have this start in this room, and no leave or closure stands in its way."""
    start = int(slot.starts_at.timestamp())
    pauses = [*agenda.closed, *agenda.away.get(slot.injector.pk, ()), *agenda.closed_rooms.get(slot.room.pk, ())]
    return not blocks(merge(as_starts(pauses, agenda.length)), start) and any(
        slot.room.pk in agenda.rooms_for(shift.hours) and start in shift.starts(start, start)
        for shift in agenda.shifts(date)
    )
