"""The page for a dose that a person had elsewhere."""

import uuid

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from clinic.access import Capability, StaffRequest, requires
from patients.views.lookup import get_patient_to_write
from treatments import outside_doses
from treatments.forms import OutsideDoseForm
from treatments.models import OutsideDose


@require_http_methods(["GET", "POST"])
@requires(Capability.INJECT)
def tell(request: StaffRequest, uid: uuid.UUID) -> HttpResponse:
    """Write down a dose that the person had elsewhere."""
    patient = get_patient_to_write(request, uid)
    form = OutsideDoseForm(request.POST or None)
    if form.is_bound and form.is_valid():
        try:
            outside_doses.tell_dose(patient=patient, **form.cleaned_data, by=request.user, at=timezone.now())
        except outside_doses.Refused as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, "Dose written down. It counts towards the units of three months.")
            return redirect("treatments:outside_dose", uid)
    # As they are counted when a session is signed: with those told under a record that was joined with this one.
    doses = OutsideDose.objects.filter(patient__in=patient.joined()).order_by("-given_on", "-pk")
    context = {"form": form, "patient": patient, "doses": doses}
    return render(request, "treatments/outside_dose.html", context, status=422 if form.is_bound else 200)
