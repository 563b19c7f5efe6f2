"""The links to a patient's own pages, as staff see them: which lead somewhere, and an end to each."""

import uuid

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from clinic.access import Capability, StaffRequest, may, requires
from patients.models import Patient
from patients.views.lookup import get_patient
from reminders import links
from reminders.models import DiaryLink, PatientLink


@require_safe
@requires(Capability.VIEW)
def links_of(request: StaffRequest, uid: uuid.UUID) -> HttpResponse:
    """List what a person can open without a log-in."""
    return _page(request, get_patient(request, uid))


@require_POST
@requires(Capability.MESSAGE)
def end_visit_link(request: StaffRequest, uid: uuid.UUID) -> HttpResponse:
    """End the link of a message: whoever has the message can open nothing with it any more."""
    found = PatientLink.objects.filter(clinic=request.clinic).select_related("clinic", "reminder__patient")
    return _end(request, get_object_or_404(found, uid=uid))


@require_POST
@requires(Capability.MESSAGE)
def end_diary_link(request: StaffRequest, uid: uuid.UUID) -> HttpResponse:
    """End a link to a diary, whatever a device remembers."""
    found = DiaryLink.objects.filter(clinic=request.clinic).select_related("clinic", "patient")
    return _end(request, get_object_or_404(found, uid=uid))


@require_POST
@never_cache
@requires(Capability.MESSAGE)
def make_diary_link(request: StaffRequest, uid: uuid.UUID) -> HttpResponse:
    """Make a link to a person's diary and show its address, this one time."""
    patient = get_patient(request, uid)
    if patient.closed:
        messages.warning(request, "The record is closed: a link would open nothing.")
        return redirect("reminders:links", uid)
    _link, address = links.make_diary_link(patient=patient, by=request.user, at=timezone.now())
    return _page(request, patient, address=address)


def _end(request: StaffRequest, link: PatientLink | DiaryLink) -> HttpResponse:
    links.revoke(link=link, by=request.user, at=timezone.now())
    messages.success(request, "The link is ended. It opens nothing any more.")
    return redirect("reminders:links", link.person.uid)


def _page(request: StaffRequest, patient: Patient, **more: object) -> HttpResponse:
    context = {
        "patient": patient,
        "home": reverse("reminders:links", args=[patient.uid]),
        "live": links.live(patient, timezone.now()),
        "may_message": may(request.membership, Capability.MESSAGE),
    }
    return render(request, "reminders/links.html", context | more)
