"""Erasing, with the number typed once more."""

import uuid

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from clinic.access import Capability, StaffRequest, requires
from patients.views.lookup import get_patient
from privacy.erasing import NotYet, erase
from privacy.forms import EraseForm
from privacy.models import Erasure, Retention
from privacy.paths import records_of
from privacy.seen import kept_until


@require_http_methods(["GET", "POST"])
@requires(Capability.PRIVACY)
def erase_person(request: StaffRequest, uid: uuid.UUID) -> HttpResponse:
    """Say what erasing does and until when the record is kept; do it when everything is confirmed."""
    patient = get_patient(request, uid)
    form = EraseForm(request.POST if request.method == "POST" else None, patient)
    if form.is_valid():
        what, reason = form.cleaned_data["what"], form.cleaned_data["reason"]
        try:
            erase(patient=patient, what=what, reason=reason, by=request.user, at=timezone.now())
        except NotYet as error:
            form.add_error(None, str(error))
        else:
            gone = "Contact data and the words of messages are" if what == Erasure.What.CONTACT else "The person is"
            messages.success(request, f"{gone} erased.")
            return redirect("privacy:about", patient.uid)
    people = records_of(patient)
    context = {
        "patient": patient,
        "form": form,
        "until": kept_until(people, Retention.of(request.clinic)),
        "joined": [one for one in people if one != patient],  # of a joined record, the one that it leads to
    }
    return render(request, "privacy/erase.html", context, status=422 if form.is_bound else 200)
