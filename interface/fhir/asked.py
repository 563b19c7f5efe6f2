"""The visit that another program asks for, as its Appointment says it."""

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from urllib.parse import parse_qsl

from clinic.models import Clinic
from interface.fhir import bodies
from interface.fhir.codes import own_system
from interface.fhir.outcome import Json, refuse, sayable
from interface.fhir.resources.slot import Wanted, wanted
from interface.fhir.rows import as_uid, id_in, token

# What a new Appointment may say. `id` and `meta` are ours to give, as the standard has it.
TAKEN = frozenset(
    ("resourceType", "id", "meta", "identifier", "status", "slot", "start", "end", "minutesDuration", "participant")
)
NAME = "Appointment.identifier"
# Of a reference, in letters: that of a whole address.
LONGEST = 300
# How a participation may stand before the person has said anything to the clinic.
COMING = ("accepted", "needs-action")


@dataclass(frozen=True)
class Name:
    """What the program calls the visit."""

    system: str
    value: str


@dataclass(frozen=True)
class Asked:
    """Whose visit, when, with whom, and what the program calls it."""

    patient: uuid.UUID
    time: Wanted
    name: Name | None


def read(body: Json, clinic: Clinic) -> Asked:
    """Return what an Appointment asks for. Raises Refused with the part that cannot be taken."""
    _nothing_but(TAKEN, body, "Appointment")
    if body.get("status") != "booked":
        raise refuse(422, "value", "A new Appointment has the status booked.", "Appointment.status")
    time = _time(body, clinic)
    return Asked(_patient(body, time, clinic), time, _name(body))


def _nothing_but(taken: Collection[str], part: Json, where: str) -> None:
    if more := sorted(part.keys() - set(taken)):
        raise refuse(422, "not-supported", f"Not kept here, so leave it out: {sayable(more)}.", where)


def _time(body: Json, clinic: Clinic) -> Wanted:
    slots = bodies.members(body.get("slot"), "Appointment.slot")
    named = bodies.text(slots[0].get("reference"), "Appointment.slot.reference", LONGEST) if len(slots) == 1 else ""
    time = wanted(id_in(named, "Slot") or named)
    if time is None:
        raise refuse(422, "required", "Name one Slot, such as a search of Slot tells.", "Appointment.slot")
    for part, moment in (("start", time.starts_at), ("end", time.ends_at)):
        if part in body and bodies.moment(body[part]) != moment:
            raise refuse(422, "value", "This is not the time of the Slot.", f"Appointment.{part}")
    if body.get("minutesDuration", time.minutes) != time.minutes:
        raise refuse(422, "value", "This is not the length of the Slot.", "Appointment.minutesDuration")
    return time


def _patient(body: Json, time: Wanted, clinic: Clinic) -> uuid.UUID:
    """Return whose visit it is. Who else is named has to be who injects then; nobody else takes part."""
    people: list[str] = []
    for participant in bodies.members(body.get("participant"), "Appointment.participant"):
        _nothing_but(("actor", "status"), participant, "Appointment.participant")
        if participant.get("status", COMING[0]) not in COMING:
            raise refuse(422, "value", f"Write {' or '.join(COMING)}.", "Appointment.participant.status")
        actor = bodies.member(participant.get("actor"), "Appointment.participant.actor")
        reference = bodies.text(actor.get("reference"), "Appointment.participant.actor.reference", LONGEST)
        person = id_in(reference, "Patient")
        if person is not None:
            people.append(person)
        identifier = bodies.member(actor.get("identifier"), "Appointment.participant.actor.identifier")
        if identifier.get("system") == own_system("injector"):
            if identifier.get("value") != str(time.injector):
                raise refuse(422, "value", "The Slot is of somebody else.", "Appointment.participant")
        elif person is None:
            raise refuse(
                422, "not-supported", "Name the person, and nobody but who injects.", "Appointment.participant"
            )
    uid = as_uid(people[0], clinic) if len(people) == 1 else None
    if uid is None:
        raise refuse(422, "required", "Name one person: Patient/ID.", "Appointment.participant")
    return uid


def _name(body: Json) -> Name | None:
    names = bodies.members(body.get("identifier"), NAME)
    if not names:
        return None
    if len(names) > 1:
        raise refuse(422, "value", "Send one identifier.", NAME)
    _nothing_but(("system", "value"), names[0], NAME)
    system, value = (bodies.text(names[0].get(part), f"{NAME}.{part}", most) for part, most in _PARTS)
    if not value:
        raise refuse(422, "required", "An identifier has a value.", f"{NAME}.value")
    return Name(system, value)


_PARTS = (("system", 200), ("value", 100))


def if_none_exist(header: str) -> Name | None:
    """Return the name that the header If-None-Exist asks for: identifier=SYSTEM|VALUE and nothing else."""
    if not header:
        return None
    asked = parse_qsl(header, keep_blank_values=True)
    if len(asked) != 1 or asked[0][0] != "identifier":
        raise refuse(400, "not-supported", "If-None-Exist takes identifier=SYSTEM|VALUE and nothing else.")
    system, value = token(asked[0][1])
    parts = {"system": system, "value": value}
    return _name({"identifier": [parts]})
