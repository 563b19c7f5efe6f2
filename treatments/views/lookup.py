"""From an address to a row of the current clinic."""

import uuid
from typing import Any

from django.shortcuts import get_object_or_404

from clinic import audit
from clinic.access import StaffRequest
from clinic.models import AuditEntry
from treatments.models import Course, TreatmentSession


def get_session(request: StaffRequest, uid: uuid.UUID) -> TreatmentSession:
    """Return a session of the current clinic; the same 404 for a foreign one as for one that does not exist."""
    sessions = TreatmentSession.objects.filter(clinic=request.clinic)
    return get_object_or_404(sessions.select_related("clinic", "course__patient", "injector", "room"), uid=uid)


def get_course(request: StaffRequest, uid: uuid.UUID) -> Course:
    """Return a course of the current clinic."""
    course = get_object_or_404(Course.objects.filter(clinic=request.clinic).select_related("patient"), uid=uid)
    course.clinic = request.clinic
    return course


def note_reading(request: StaffRequest, at: Any, kind: str, subject: uuid.UUID) -> None:
    """Leave the trace that somebody opened a record."""
    audit.record(
        clinic=request.clinic, by=request.user, at=at, action=AuditEntry.Action.READ, kind=kind, subject=subject
    )
