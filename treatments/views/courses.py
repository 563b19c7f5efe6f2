"""Opening and ending a course, and who has to be called back."""

import datetime as dt
import uuid
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from clinic import audit
from clinic.access import Capability, StaffRequest, may, requires
from clinic.models import AuditEntry
from patients.models import Assessment
from treatments import courses
from treatments.forms import ReasonForm
from treatments.models import Course, TreatmentSession
from treatments.models.session import OPEN
from treatments.views.lookup import get_course

PAGE = 50


@require_POST
@requires(Capability.PRESCRIBE)
def open_course(request: StaffRequest, uid: uuid.UUID) -> HttpResponse:
    """Open a course on a signed assessment and go on to book the first session."""
    assessments = Assessment.objects.filter(clinic=request.clinic).select_related("clinic", "patient")
    assessment = get_object_or_404(assessments, uid=uid)
    try:
        course = courses.open_course(assessment=assessment, by=request.user, at=timezone.now())
    except courses.NotAllowed as error:
        messages.error(request, str(error))
        return redirect("patients:detail", assessment.patient.uid)
    messages.success(request, "Course opened. The first session can be booked now.")
    return redirect("treatments:book", course.uid)


@require_http_methods(["GET", "POST"])
@requires(Capability.PRESCRIBE)
def close_course(request: StaffRequest, uid: uuid.UUID) -> HttpResponse:
    """End a course with a reason."""
    course = get_course(request, uid)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            courses.close_course(course=course, reason=form.cleaned_data["reason"], by=request.user, at=timezone.now())
        except courses.NotAllowed as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, "The course has ended.")
            return redirect("patients:detail", course.patient.uid)
    status = 422 if request.method == "POST" else 200
    return render(request, "treatments/close_course.html", {"course": course, "form": form}, status=status)


@requires(Capability.VIEW)
def recall(request: StaffRequest) -> HttpResponse:
    """List who is due or overdue with nothing booked, and who asked for another time."""
    now = timezone.now()
    today = now.astimezone(request.clinic.zone).date()
    tab = request.GET.get("tab", "overdue")
    tabs = _recall_tabs(request, today)
    chosen = next((one for one in tabs if one["key"] == tab), tabs[0])
    page = Paginator(chosen["rows"], PAGE).get_page(request.GET.get("page"))
    audit.record(
        clinic=request.clinic, by=request.user, at=now, action=AuditEntry.Action.READ, kind="recall", rows=len(page)
    )
    context = {
        "tabs": tabs,
        "tab": chosen["key"],
        "page_obj": page,
        "today": today,
        "may_book": may(request.membership, Capability.BOOK),
    }
    return render(request, "treatments/recall.html", context)


def _recall_tabs(request: StaffRequest, today: dt.date) -> list[dict[str, Any]]:
    """Return the tabs with their rows, counted by the database."""
    to_recall: Any = Course.objects.filter(clinic=request.clinic).to_recall(today).select_related("patient")
    asked = TreatmentSession.objects.filter(
        clinic=request.clinic, status__in=OPEN, answer=TreatmentSession.Answer.ASKED_TO_MOVE, local_date__gte=today
    ).select_related("course__patient", "injector")
    tabs: list[dict[str, Any]] = [
        {"key": "overdue", "label": "Overdue", "rows": to_recall.filter(next_due_on__lt=today)},
        {"key": "soon", "label": "Due soon", "rows": to_recall.filter(next_due_on__gte=today)},
        {"key": "asked", "label": "Asked to move", "rows": asked.order_by("starts_at", "pk")},
    ]
    for one in tabs:
        one["count"] = one["rows"].count()
    return tabs
