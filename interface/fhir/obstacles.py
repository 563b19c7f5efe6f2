"""Everything that stands in the way of a visit that another program asks for, not only the first thing."""

import datetime as dt
from collections.abc import Iterator

from django.db.models import Q

from clinic.models import Injector
from clinic.wording import day_words
from interface.fhir.outcome import Issue
from interface.fhir.resources.slot import Wanted
from treatments.authorized import shortfalls
from treatments.models import Course, TreatmentSession
from treatments.models.session import OCCUPYING, OPEN
from treatments.setup.opening import load
from treatments.slots.agenda import ONE_DAY, Agenda, read_agenda

RULE, CONFLICT = "business-rule", "conflict"


def of_the_course(course: Course, time: Wanted) -> Iterator[Issue]:
    """Yield what the cycle, the payer and the person's own visits say; a prescriber's reason is given on our pages alone."""
    date, due_on = course.clinic.date_at(time.starts_at), course.next_due()
    if date < due_on:
        yield Issue(RULE, f"{day_words(date)} is before the due date, {day_words(due_on)}.")
    if words := shortfalls([course.patient_id], date).get(course.patient_id):
        yield Issue(RULE, f"{words}.")
    own = TreatmentSession.objects.filter(course=course, status__in=OPEN).first()
    if own:
        yield Issue(CONFLICT, f"This person has a visit already: Appointment/{own.uid}.")


def of_the_calendar(course: Course, time: Wanted, now: dt.datetime) -> Iterator[Issue]:
    """Yield why a time that is not free is not. Nothing is said of who has it."""
    clinic = course.clinic
    injector = clinic.injectors.filter(uid=time.injector).first()
    if injector is None:
        yield Issue("not-found", "There is no such schedule here.")
        return
    if time.starts_at <= now:
        yield Issue(RULE, "That time has passed.")
    if time.minutes != clinic.session_minutes:
        yield Issue(RULE, f"Visits last {clinic.session_minutes} minutes.")
        return
    date = clinic.date_at(time.starts_at)
    agenda = read_agenda(clinic, date, date + ONE_DAY, time.minutes, injector)
    rooms = _rooms(agenda, date, int(time.starts_at.timestamp()))
    for reason in _pauses(course, injector, time, date, rooms):
        yield Issue(RULE, f"{reason}.")
    if not rooms:
        yield Issue(RULE, f"{injector.name} begins no visit at that time.")
    yield from _taken(injector, time, rooms)


def _rooms(agenda: Agenda, date: dt.date, start: int) -> list[int]:
    """Return the rooms in which a visit may begin then, taken or not."""
    shifts = [shift for shift in agenda.shifts(date) if start in shift.starts(start, start)]
    return [room for shift in shifts for room in agenda.rooms_for(shift.hours)]


def _pauses(course: Course, injector: Injector, time: Wanted, date: dt.date, rooms: list[int]) -> list[str]:
    visit = TreatmentSession(
        clinic=course.clinic,
        course=course,
        injector=injector,
        room_id=rooms[0] if len(rooms) == 1 else None,
        starts_at=time.starts_at,
        ends_at=time.ends_at,
        local_date=date,
    )
    return load(course.clinic, date, date).pauses(visit)


def _taken(injector: Injector, time: Wanted, rooms: list[int]) -> Iterator[Issue]:
    then = TreatmentSession.objects.filter(status__in=OCCUPYING, starts_at__lt=time.ends_at, ends_at__gt=time.starts_at)
    person = Q(person=injector.user_id) if injector.user_id else Q(pk__in=[])
    busy = then.filter(Q(injector=injector) | person)
    if busy.exists():
        yield Issue(CONFLICT, f"{injector.name} has another visit then.")
    full = set(then.filter(room__in=rooms).exclude(injector=injector).values_list("room_id", flat=True))
    if rooms and full >= set(rooms):
        yield Issue(CONFLICT, "No room is free then.")
