"""The page for a dose that a person had elsewhere."""

import uuid
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from clinic.access import Capability, StaffRequest, requires
from clinic.redirects import next_url, posted_uid
from patients.models import Patient
from patients.views.lookup import get_patient_to_write
from treatments import outside_doses
from treatments.forms import OutsideDoseForm
from treatments.models import OutsideDose

SENT_BEFORE = (
    "You sent this form before, and something else stands in it now. Nothing more was written down: look at the list. "
    "Send it again to write down one more dose."
)


@require_http_methods(["GET", "POST"])
@requires(Capability.INJECT)
def tell(request: StaffRequest, uid: uuid.UUID) -> HttpResponse:
    """Write down a dose that the person had elsewhere."""
    patient = get_patient_to_write(request, uid)
    if request.method != "POST":
        return _page(request, patient, OutsideDoseForm(), uuid.uuid4())
    form, sent = OutsideDoseForm(request.POST), posted_uid(request, "uid")  # sent twice, it is kept once
    if form.is_valid():
        try:
            told = form.cleaned_data
            dose = outside_doses.tell_dose(uid=sent, patient=patient, **told, by=request.user, at=timezone.now())
        except outside_doses.Refused as error:
            form.add_error(None, str(error))
        except outside_doses.SentBefore:
            form.add_error(None, SENT_BEFORE)
            sent = uuid.uuid4()  # as another one, for a second press to be a choice
        else:
            counts = dose.same_product and dose.units is not None
            more = " It counts towards the units of three months." if counts else ""
            messages.success(request, f"Dose written down.{more}")
            return redirect("treatments:outside_dose", patient.uid)
    return _page(request, patient, form, sent, status=422)


def _page(
    request: StaffRequest, patient: Patient, form: OutsideDoseForm, sent: uuid.UUID, status: int = 200
) -> HttpResponse:
    # As they are counted when a session is signed: with those told under a record that was joined with this one.
    told, now = OutsideDose.objects.filter(patient__in=patient.joined()).select_related("removed_by"), timezone.now()
    context: dict[str, Any] = {
        "form": form,
        "patient": patient,
        "doses": [(dose, outside_doses.can_put_back(dose, now)) for dose in told.order_by("-given_on", "-pk")],
        "sent": sent,
    }
    return render(request, "treatments/outside_dose.html", context, status=status)


@require_POST
@requires(Capability.INJECT)
def take_off(request: StaffRequest, uid: uuid.UUID) -> HttpResponse:
    """Take a dose that was entered by mistake off the list."""
    dose = _get_dose(request, uid)
    outside_doses.take_off(dose=dose, by=request.user, at=timezone.now())
    undo = reverse("treatments:put_back_dose", args=[dose.uid])
    words = "Taken off the list as entered by mistake. It counts nowhere any more."
    messages.success(request, words, extra_tags=f"undo:{undo}")
    return _back(request, dose)


@require_POST
@requires(Capability.INJECT)
def put_back(request: StaffRequest, uid: uuid.UUID) -> HttpResponse:
    """Undo it."""
    dose = _get_dose(request, uid)
    try:
        outside_doses.put_back(dose=dose, by=request.user, at=timezone.now())
    except outside_doses.Refused as error:
        messages.error(request, str(error))
    else:
        messages.success(request, "Undone. The dose is on the list again and counts.")
    return _back(request, dose)


def _get_dose(request: StaffRequest, uid: uuid.UUID) -> OutsideDose:
    """Return a dose of the clinic, of somebody whose record may still be written."""
    rows = OutsideDose.objects.filter(clinic=request.clinic).select_related("clinic", "patient")
    dose = get_object_or_404(rows, uid=uid)
    if dose.patient.erased:
        raise PermissionDenied
    return dose


def _back(request: StaffRequest, dose: OutsideDose) -> HttpResponse:
    return redirect(next_url(request, reverse("treatments:outside_dose", args=[dose.patient.uid])))
