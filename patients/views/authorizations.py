"""What payers agreed to."""

import uuid

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_http_methods

from clinic.access import Capability, StaffRequest, requires
from patients.forms.lines import AuthorizationForm
from patients.models import Authorization
from patients.views.editing import Page, edit
from patients.views.lookup import get_patient_to_write


@require_http_methods(["GET", "POST"])
@requires(Capability.REGISTER)
def new_authorization(request: StaffRequest, uid: uuid.UUID) -> HttpResponse:
    """Add what a payer agreed to, or was asked for."""
    patient = get_patient_to_write(request, uid)
    # A payer counts the next one as the last; else what somebody ticked once is forgotten at each renewal.
    before = patient.authorizations.filter(payer=patient.payer).first()
    counts_waste = before.counts_waste if before else False
    line = Authorization(clinic=patient.clinic, patient=patient, payer=patient.payer, counts_waste=counts_waste)
    return edit(request, line, AuthorizationForm, Page("Add an authorization", "patients:detail"))


@require_http_methods(["GET", "POST"])
@requires(Capability.REGISTER)
def edit_authorization(request: StaffRequest, uid: uuid.UUID) -> HttpResponse:
    """Change an authorization."""
    rows = Authorization.objects.filter(clinic=request.clinic).select_related("clinic", "patient")
    line = get_object_or_404(rows, uid=uid)
    return edit(request, line, AuthorizationForm, Page("Change an authorization", "patients:detail"))
