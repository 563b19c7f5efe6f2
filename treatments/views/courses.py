"""Opening and ending a course, and the days between its sessions."""

import uuid

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from clinic.access import Capability, StaffRequest, requires
from clinic.wording import day_words
from patients.models import Assessment
from treatments import courses
from treatments.forms import ReasonForm
from treatments.recording import other_day
from treatments.views.conflicts import course_ended
from treatments.views.lookup import get_course


@require_POST
@requires(Capability.PRESCRIBE)
def open_course(request: StaffRequest, uid: uuid.UUID) -> HttpResponse:
    """Open a course on a signed assessment and go on to book the first session."""
    assessment = _get_assessment(request, uid)
    try:
        course = courses.open_course(assessment=assessment, by=request.user, at=timezone.now())
    except courses.NotAllowed as error:
        messages.error(request, str(error))
        return redirect("patients:detail", assessment.patient.uid)
    messages.success(request, "Course opened. The first session can be booked now.")
    return redirect("treatments:book", course.uid)


@require_POST
@requires(Capability.PRESCRIBE)
def take_interval(request: StaffRequest, uid: uuid.UUID) -> HttpResponse:
    """Change the days between sessions, from now on, to what the newest signature asks for."""
    assessment = _get_assessment(request, uid)
    try:
        course = courses.take_interval(assessment=assessment, by=request.user, at=timezone.now())
    except courses.NotAllowed as error:
        messages.error(request, str(error))
    else:
        due = day_words(course.next_due())
        words = f"{course.interval_days} days between sessions from now on: the next one is due from {due}."
        messages.success(request, words)
        if early := other_day.next_too_early(course.patient):
            messages.warning(request, early)
    return redirect("patients:detail", assessment.patient.uid)


def _get_assessment(request: StaffRequest, uid: uuid.UUID) -> Assessment:
    assessments = Assessment.objects.filter(clinic=request.clinic).select_related("clinic", "patient")
    return get_object_or_404(assessments, uid=uid)


@require_http_methods(["GET", "POST"])
@requires(Capability.PRESCRIBE)
def close_course(request: StaffRequest, uid: uuid.UUID) -> HttpResponse:
    """End a course with a reason."""
    course = get_course(request, uid)
    if course.closed_on:
        return course_ended(request, course)
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
