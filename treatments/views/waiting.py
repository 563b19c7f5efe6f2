"""Putting people on the waiting list, and taking them off."""

import uuid
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from clinic.access import Capability, StaffRequest, requires
from clinic.redirects import next_url
from treatments.forms import Overtaken
from treatments.forms.shared import status_of
from treatments.models import Course, WaitingEntry
from treatments.recall import forms, waiting
from treatments.views.conflicts import course_ended
from treatments.views.lookup import get_course

_WISHES = ("mornings", "afternoons", "notice_hours", "note")


@require_http_methods(["GET", "POST"])
@requires(Capability.BOOK)
def add(request: StaffRequest, uid: uuid.UUID) -> HttpResponse:
    """Put a person on the waiting list, with the times that they would take; who is on it finds what they said."""
    course = get_course(request, uid)
    if course.closed_on:
        return course_ended(request, course)
    data = request.POST if request.method == "POST" else None
    standing = _standing(course)
    injectors = request.clinic.injectors.filter(active=True)
    # Who is on no list yet may be put on it by a colleague meanwhile: they would be shown the usual wishes then.
    form = forms.WaitingForm(data, injectors=injectors, initial=_wishes(standing or WaitingEntry()))
    if form.is_bound and form.is_valid() and _saved(request, course, form):
        messages.success(request, f"{course.patient.full_name} is on the waiting list.")
        return redirect(next_url(request, "treatments:recall"))
    context = {"course": course, "form": form, "standing": standing, "next": next_url(request, "treatments:recall")}
    return render(request, "treatments/waiting.html", context, status=status_of(form))


@transaction.atomic
def _saved(request: StaffRequest, course: Course, form: forms.WaitingForm) -> bool:
    """Save the wishes; False when somebody else saved others meanwhile."""
    waiting.hold(course)
    standing = _standing(course)
    try:
        if standing:
            form.look_again(_wishes(standing))
    except Overtaken:
        return False
    waiting.add(course=course, by=request.user, at=timezone.now(), **form.cleaned_data)
    return True


def _standing(course: Course) -> WaitingEntry | None:
    return WaitingEntry.objects.filter(course=course).standing().first()


def _wishes(entry: WaitingEntry) -> dict[str, Any]:
    injector = entry.only_with.uid if entry.only_with else None
    return {"injector": injector} | {name: getattr(entry, name) for name in _WISHES}


@require_POST
@requires(Capability.BOOK)
def remove(request: StaffRequest, uid: uuid.UUID) -> HttpResponse:
    """Take a person off the waiting list."""
    entries = WaitingEntry.objects.filter(clinic=request.clinic).select_related("clinic", "course__patient")
    entry = get_object_or_404(entries, uid=uid)
    waiting.remove(entry=entry, by=request.user, at=timezone.now())
    messages.success(request, f"{entry.course.patient.full_name} is off the waiting list.")
    return redirect(next_url(request, "treatments:recall"))
