"""Closing a person's record, and taking that back."""

import uuid

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from clinic.access import Capability, StaffRequest, requires
from patients.actions import reopen_record
from patients.models import Patient
from patients.views.lookup import get_patient
from treatments import leaving
from treatments.courses import NotAllowed
from treatments.forms import CloseRecordForm


@require_http_methods(["GET", "POST"])
@requires(Capability.BOOK)
def close_record(request: StaffRequest, uid: uuid.UUID) -> HttpResponse:
    """Note that a person died, or that this is a second record of theirs."""
    patient = get_patient(request, uid)
    if patient.closed:
        return redirect("patients:detail", patient.uid)
    posted = request.POST if request.method == "POST" else None
    form = CloseRecordForm(posted, patient=patient, today=timezone.localdate())
    if posted is not None and form.is_valid():
        try:
            _close(request, patient, form)
        except NotAllowed as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, f"The record of {patient.full_name} is closed.")
            return redirect("patients:detail", patient.uid)
    context = {"patient": patient, "form": form}
    return render(request, "treatments/close_record.html", context, status=200 if posted is None else 422)


def _close(request: StaffRequest, patient: Patient, form: CloseRecordForm) -> None:
    data, now = form.cleaned_data, timezone.now()
    if data["closed"] == Patient.Closed.DIED:
        leaving.died(patient=patient, on=data["died_on"], by=request.user, at=now)
    else:
        leaving.merge(patient=patient, into=data["other"], by=request.user, at=now)


@require_POST
@requires(Capability.BOOK)
def open_record(request: StaffRequest, uid: uuid.UUID) -> HttpResponse:
    """Open a record again that was closed by mistake."""
    patient = get_patient(request, uid)
    if patient.closed:
        reopen_record(patient=patient, by=request.user, at=timezone.now())
        messages.success(request, "The record is open again. A course that ended stays ended.")
    return redirect("patients:detail", patient.uid)
