"""The way from an address to a person: only through the clinic one works in."""

import uuid

from django.shortcuts import get_object_or_404

from clinic.access import StaffRequest
from patients.models import Patient


def get_patient(request: StaffRequest, uid: uuid.UUID) -> Patient:
    """Return a patient of this clinic; 404 for anybody else's."""
    return get_object_or_404(Patient.objects.filter(clinic=request.clinic).select_related("clinic"), uid=uid)
