"""Preventives and acute medicines of a person."""

import uuid

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from clinic.access import Capability, StaffRequest, requires
from patients.access import may_write
from patients.forms.lines import AcuteForm, PreventiveForm
from patients.gathering import read_record
from patients.models import AcuteMedication, PreventiveTrial
from patients.views.editing import Page, edit, remove, restore
from patients.views.lookup import get_patient, get_patient_to_write


@require_safe
@requires(Capability.VIEW)
def medicines(request: StaffRequest, uid: uuid.UUID) -> HttpResponse:
    """List what a person took and takes, and what that means for overuse."""
    patient, today = get_patient(request, uid), timezone.localdate()
    context = {
        "patient": patient,
        "today": today,
        "record": read_record(patient, today),
        "preventives": PreventiveTrial.objects.filter(patient=patient, removed_at__isnull=True),
        "acute": AcuteMedication.objects.filter(patient=patient, removed_at__isnull=True),
        "may_assess": may_write(request.membership, Capability.ASSESS, patient),
    }
    return render(request, "patients/medicines.html", context)


@require_http_methods(["GET", "POST"])
@requires(Capability.ASSESS)
def new_preventive(request: StaffRequest, uid: uuid.UUID) -> HttpResponse:
    """Add a preventive."""
    patient = get_patient_to_write(request, uid)
    line = PreventiveTrial(clinic=patient.clinic, patient=patient)
    return edit(request, line, PreventiveForm, Page("Add a preventive", "patients:medicines", back_label="Medicines"))


@require_http_methods(["GET", "POST"])
@requires(Capability.ASSESS)
def edit_preventive(request: StaffRequest, uid: uuid.UUID) -> HttpResponse:
    """Change a preventive."""
    line = _preventive(request, uid)
    page = Page("Change a preventive", "patients:medicines", "patients:remove_preventive", "Medicines")
    return edit(request, line, PreventiveForm, page)


@require_POST
@requires(Capability.ASSESS)
def remove_preventive(request: StaffRequest, uid: uuid.UUID) -> HttpResponse:
    """Take a preventive off the list."""
    return remove(request, _preventive(request, uid), "patients:restore_preventive")


@require_POST
@requires(Capability.ASSESS)
def restore_preventive(request: StaffRequest, uid: uuid.UUID) -> HttpResponse:
    """Put a preventive back on the list."""
    return restore(request, _preventive(request, uid))


@require_http_methods(["GET", "POST"])
@requires(Capability.ASSESS)
def new_acute(request: StaffRequest, uid: uuid.UUID) -> HttpResponse:
    """Add an acute medicine."""
    patient = get_patient_to_write(request, uid)
    line = AcuteMedication(clinic=patient.clinic, patient=patient, told_on=timezone.localdate())
    return edit(request, line, AcuteForm, Page("Add an acute medicine", "patients:medicines", back_label="Medicines"))


@require_http_methods(["GET", "POST"])
@requires(Capability.ASSESS)
def edit_acute(request: StaffRequest, uid: uuid.UUID) -> HttpResponse:
    """Change an acute medicine."""
    page = Page("Change an acute medicine", "patients:medicines", "patients:remove_acute", "Medicines")
    return edit(request, _acute(request, uid), AcuteForm, page)


@require_POST
@requires(Capability.ASSESS)
def remove_acute(request: StaffRequest, uid: uuid.UUID) -> HttpResponse:
    """Take an acute medicine off the list."""
    return remove(request, _acute(request, uid), "patients:restore_acute")


@require_POST
@requires(Capability.ASSESS)
def restore_acute(request: StaffRequest, uid: uuid.UUID) -> HttpResponse:
    """Put an acute medicine back on the list."""
    return restore(request, _acute(request, uid))


def _preventive(request: StaffRequest, uid: uuid.UUID) -> PreventiveTrial:
    rows = PreventiveTrial.objects.filter(clinic=request.clinic).select_related("clinic", "patient")
    return get_object_or_404(rows, uid=uid)


def _acute(request: StaffRequest, uid: uuid.UUID) -> AcuteMedication:
    rows = AcuteMedication.objects.filter(clinic=request.clinic).select_related("clinic", "patient")
    return get_object_or_404(rows, uid=uid)
