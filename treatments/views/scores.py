"""Entering questionnaire totals."""

import uuid

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from clinic.access import Capability, StaffRequest, requires
from patients.views.lookup import get_patient_to_write
from treatments.scores import entering
from treatments.scores.forms import ScoreForm


@require_http_methods(["GET", "POST"])
@requires(Capability.ASSESS)
def score(request: StaffRequest, uid: uuid.UUID) -> HttpResponse:
    """Enter questionnaire totals of a person."""
    patient, now = get_patient_to_write(request, uid), timezone.now()
    today = request.clinic.date_at(now)
    form = ScoreForm(request.POST or None, today=today, initial={"taken_on": today})
    if form.is_bound and form.is_valid():
        taken_on, numbers = form.cleaned_data["taken_on"], form.numbers()
        try:
            entering.record_scores(patient=patient, taken_on=taken_on, numbers=numbers, by=request.user, at=now)
        except entering.Refused as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, "Scores saved.")
            return redirect("patients:detail", patient.uid)
    return render(
        request,
        "treatments/scores/score.html",
        {"form": form, "patient": patient},
        status=422 if form.is_bound else 200,
    )
