"""A free time in the calendar that somebody pressed: for whom is it?"""

import datetime as dt
import uuid
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from clinic import audit
from clinic.access import Capability, StaffRequest, requires
from clinic.models import AuditEntry
from patients.models import Patient
from patients.search import MONTH_FIRST
from treatments import slots
from treatments.models import Course, TreatmentSession
from treatments.models.session import OPEN

MOST = 20
SHORTEST = 2


@require_safe
@requires(Capability.BOOK)
def free_time(request: StaffRequest) -> HttpResponse:
    """Offer the time to those who are due by then, or to whoever is searched for; one click books."""
    now = timezone.now()
    try:
        slot = slots.read(request.clinic, request.GET.get("time", ""), now)
    except slots.NotOffered as error:
        return render(request, "treatments/free_time.html", {"problem": str(error)}, status=422)
    date = timezone.localtime(slot.starts_at).date()
    text = request.GET.get("q", "").strip()
    too_short = 0 < len(text) < SHORTEST
    found = [] if too_short else _searched(request, text) if text else _due(request, date)
    people = found[:MOST]
    audit.looked(request, "patient", AuditEntry.Action.SEARCH, rows=len(people))
    context = {
        "slot": slot,
        "text": text,
        "too_short": too_short,
        "people": people,
        "bookable": next((row for row in people if row["visit"] is None), None),
        "uid": uuid.uuid4(),
        "more": len(found) > len(people),
        "date": date,
        "next": f"{reverse('treatments:calendar')}?injector={slot.injector.uid}&date={date}",
    }
    return render(request, "treatments/free_time.html", context)


def _due(request: StaffRequest, date: dt.date) -> list[dict[str, Any]]:
    """Return who is due by the date and has nothing booked, the longest overdue first; one more than is shown."""
    courses: Any = Course.objects.filter(clinic=request.clinic).to_recall(date)
    due = courses.filter(next_due_on__lte=date).select_related("patient")
    return [_row(course, None) for course in due[: MOST + 1]]


def _searched(request: StaffRequest, text: str) -> list[dict[str, Any]]:
    """Return those in treatment who match, with the visit they have; one more than is shown."""
    found = Patient.objects.filter(clinic=request.clinic).matching(
        text, month_first=request.clinic.country in MONTH_FIRST
    )
    courses: Any = Course.objects.filter(clinic=request.clinic, patient__in=found).open().with_due()
    courses = list(courses.select_related("patient").order_by("patient__family_name", "pk")[: MOST + 1])
    visits = {
        session.course_id: session for session in TreatmentSession.objects.filter(course__in=courses, status__in=OPEN)
    }
    return [_row(course, visits.get(course.pk)) for course in courses]


def _row(course: Any, visit: TreatmentSession | None) -> dict[str, Any]:
    return {"course": course, "patient": course.patient, "visit": visit}
