"""From an address to a row of the current clinic, or to a page that says there is none."""

import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from clinic import audit
from clinic.access import StaffRequest
from clinic.models import AuditEntry
from treatments.booking import Conflict, Stale
from treatments.models import Course, TreatmentSession


def get_session(request: StaffRequest, uid: uuid.UUID) -> TreatmentSession:
    """Return a session of the current clinic; the same 404 for a foreign one as for one that does not exist."""
    sessions = TreatmentSession.objects.filter(clinic=request.clinic)
    return get_object_or_404(sessions.select_related("clinic", "course__patient", "injector", "room"), uid=uid)


def get_course(request: StaffRequest, uid: uuid.UUID) -> Course:
    """Return a course of the current clinic."""
    return get_object_or_404(Course.objects.filter(clinic=request.clinic).select_related("clinic", "patient"), uid=uid)


def note_reading(request: StaffRequest, at: Any, kind: str, subject: uuid.UUID) -> None:
    """Leave the trace that somebody opened a record."""
    audit.record(
        clinic=request.clinic, by=request.user, at=at, action=AuditEntry.Action.READ, kind=kind, subject=subject
    )


def conflict_page(request: HttpRequest, error: Conflict) -> HttpResponse:
    """Say what changed meanwhile and who did it; nothing of one's own was saved."""
    session = error.session
    event = session.events.select_related("by").order_by("-pk").first() if session else None
    context = {"session": session, "event": event, "stale": isinstance(error, Stale)}
    return render(request, "treatments/conflict.html", context, status=409)
