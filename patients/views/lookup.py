"""The way from an address to a person: only through the clinic one works in."""

import uuid

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Subquery
from django.shortcuts import get_object_or_404

from clinic.access import StaffRequest
from patients.models import Patient


def get_patient(request: StaffRequest, uid: uuid.UUID, **also: Subquery) -> Patient:
    """Return a patient of this clinic, with what else is asked of them in the same query; 404 for anybody else's."""
    patients = Patient.objects.filter(clinic=request.clinic).select_related("clinic")
    return get_object_or_404(patients.annotate(**also), uid=uid)


def get_patient_to_write(request: StaffRequest, uid: uuid.UUID) -> Patient:
    """Return a patient whose page or form may write into the record; as `refuse_erased` does for one that is empty.

    What is sent for a record that was joined with another goes to the one that stays, where whoever treats looks for it.
    """
    patient = get_patient(request, uid)
    if request.method != "POST":
        return patient
    kept = patient.kept_as()
    refuse_erased(request, patient)
    refuse_erased(request, kept)
    if kept != patient:
        number, other = patient.record_number, kept.record_number
        messages.info(request, f"Record {number} was joined with record {other}: what is written goes there.")
    return kept


def refuse_erased(request: StaffRequest, patient: Patient) -> None:
    """Raise PermissionDenied when a form is sent for somebody who was erased.

    Nothing erases a second time what a page that was still open brings in.
    """
    if request.method == "POST" and patient.erased:
        raise PermissionDenied
