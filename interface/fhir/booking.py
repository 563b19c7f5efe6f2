"""Booking and cancelling for another program, through the very actions that the pages use."""

import datetime as dt
import uuid
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.http import HttpRequest

from clinic.access import Capability, allows
from clinic.models import AuditEntry
from interface.fhir import asked, obstacles, trace
from interface.fhir.asked import Asked, Name
from interface.fhir.outcome import Issue, Refused, not_found, refuse
from interface.fhir.resources.appointment import APPOINTMENT
from interface.fhir.resources.slot import free
from interface.fhir.rows import as_uid
from interface.fhir.shapes import version_of, versions_in
from interface.models import BookedAs, Integration
from treatments import booking
from treatments.models import Course, Status, TreatmentSession

KIND = "Appointment"
SOMETHING_ELSE = "That time is not free."


def book(
    *, integration: Integration, body: dict[str, Any], if_none_exist: str, at: dt.datetime
) -> tuple[TreatmentSession, bool]:
    """Book a visit; return it, and whether it is new. The same identifier sent twice books once.

    Its id is made from that identifier, so that two copies of a request, even at the same moment, ask for one visit.
    """
    wanted = asked.read(body, integration.clinic)
    only_if_new = asked.if_none_exist(if_none_exist)
    if only_if_new and wanted.name and only_if_new != wanted.name:
        raise refuse(400, "invalid", "If-None-Exist asks for another identifier than the Appointment has.")
    name = wanted.name or only_if_new
    if name and (earlier := _named(integration, name)):
        return _same(earlier, wanted), False
    course = _course(integration, wanted)
    session = _book(integration, course, wanted, _uid(integration, name), at)
    return session, _note(integration, session, name, at)


def _named(integration: Integration, name: Name) -> TreatmentSession | None:
    rows = BookedAs.objects.filter(clinic=integration.clinic, system=name.system, value=name.value)
    found = rows.select_related("session__course__patient").first()
    return found.session if found else None


def _same(session: TreatmentSession, wanted: Asked) -> TreatmentSession:
    """Return the visit that has the name already, unless it is somebody else's."""
    if session.course.patient.uid != wanted.patient:
        raise refuse(409, "duplicate", "This identifier names another person's visit.", asked.NAME)
    return session


def _course(integration: Integration, wanted: Asked) -> Course:
    """Return the course to book in. A stranger is answered like somebody who is not in treatment."""
    courses = Course.objects.open().filter(
        clinic=integration.clinic, patient__uid=wanted.patient, patient__closed="", patient__clinic=integration.clinic
    )
    course = courses.select_related("patient").first()
    if course is None:
        raise refuse(422, "business-rule", "No such person is in treatment here.", "Appointment.participant")
    course.clinic = integration.clinic
    return course


def _uid(integration: Integration, name: Name | None) -> uuid.UUID:
    return uuid.uuid5(integration.clinic.uid, f"{name.system}|{name.value}") if name else uuid.uuid4()


def _book(integration: Integration, course: Course, wanted: Asked, uid: uuid.UUID, at: dt.datetime) -> TreatmentSession:
    if not allows(integration.user, integration.clinic, Capability.BOOK):
        raise refuse(403, "forbidden", "This program may not book.")
    slot = free(wanted.time, integration.clinic, at)
    usual = wanted.time.minutes == integration.clinic.session_minutes
    issues = list(obstacles.of_the_course(course, wanted.time))
    if slot is None or not usual or issues:
        if earlier := _of_a_copy(course, uid):
            return earlier
        raise _conflicts(integration, course, wanted, at, issues, calendar=slot is None or not usual)
    try:
        return booking.book(course=course, slot=slot, uid=uid, by=integration.user, at=at)
    except (booking.Conflict, booking.TooEarly) as error:
        again = list(obstacles.of_the_course(course, wanted.time))
        raise _conflicts(integration, course, wanted, at, again, calendar=True) from error


def _of_a_copy(course: Course, uid: uuid.UUID) -> TreatmentSession | None:
    """Return the visit of a copy of this request that has not noted its name yet, or died before: it is in no one's way."""
    return TreatmentSession.objects.filter(course=course, uid=uid).exclude(status=Status.CANCELLED).first()


def _conflicts(
    integration: Integration, course: Course, wanted: Asked, at: dt.datetime, issues: list[Issue], *, calendar: bool
) -> Refused:
    """Return what stands in the way. It tells of the person: that they are in treatment, when they are due, of their visit."""
    if calendar:
        issues += obstacles.of_the_calendar(course, wanted.time, at)
    trace.read(integration, KIND, course.patient.uid, at)
    return Refused(409, issues or [Issue("conflict", SOMETHING_ELSE)])


def _note(integration: Integration, session: TreatmentSession, name: Name | None, at: dt.datetime) -> bool:
    """Keep what the program calls it, and the trace; return whether it is new. A copy of the request finds both done."""
    try:
        with transaction.atomic():
            if name:
                BookedAs.objects.create(
                    clinic=integration.clinic,
                    session=session,
                    integration=integration,
                    system=name.system,
                    value=name.value,
                )
            trace.changed(integration, KIND, AuditEntry.Action.CREATE, session.course.patient.uid, at)
    except IntegrityError:
        return False
    return True


def current(integration: Integration, uid: str, request: HttpRequest) -> TreatmentSession:
    """Return a visit to be changed, unless the caller saw another version of it. It is held until the change is written."""
    key = as_uid(uid, integration.clinic)
    held = APPOINTMENT.rows(integration.clinic).select_for_update(of=("self",))
    rows: list[TreatmentSession] = list(held.filter(uid=key)) if key else []
    if not rows:
        raise not_found()
    _whose, resource = APPOINTMENT.shaped(rows, integration.clinic)[0]
    seen = versions_in(request.headers.get("If-Match", "*"))
    if not seen & {version_of(resource), "*"}:  # the star is any version (RFC 9110, 13.1.1)
        raise refuse(412, "conflict", "The visit has changed since it was read.")
    return rows[0]


def cancel(*, integration: Integration, session: TreatmentSession, reason: str, at: dt.datetime) -> bool:
    """Cancel a visit; return whether it stood until now. Cancelling it again changes nothing."""
    if session.status == Status.CANCELLED:
        return False
    session.clinic = session.course.clinic = integration.clinic
    why = reason or f"Cancelled by {integration.name}"
    try:
        booking.change_status(session=session, to=Status.CANCELLED, by=integration.user, at=at, reason=why)
    except booking.NotPossible as error:
        raise refuse(422, "business-rule", str(error)) from error
    except booking.Conflict as error:
        raise refuse(409, "conflict", "Somebody else is changing this visit. Read it again.") from error
    except PermissionDenied as error:
        raise refuse(403, "forbidden", "This program may not cancel.") from error
    trace.changed(integration, KIND, AuditEntry.Action.CHANGE, session.course.patient.uid, at)
    return True
