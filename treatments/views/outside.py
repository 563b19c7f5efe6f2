"""The page for a dose that a person had elsewhere."""

import uuid

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from clinic.access import Capability, StaffRequest, requires
from patients.views.lookup import get_patient
from treatments import outside
from treatments.forms import HouseForm
from treatments.models import OutsideDose
from treatments.setup.forms import Day

MOST_UNITS = 2000  # products with smaller units are given by the thousand


class OutsideDoseForm(HouseForm):
    """What the person tells."""

    given_on = Day(label="Given on", required_words="Enter the day, as well as the person remembers it.")
    same_product = forms.TypedChoiceField(
        label="Product",
        choices=[("yes", "onabotulinumtoxinA, as given here"), ("no", "another one")],
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
        error_messages={"required": "Choose the product."},
    )
    product = forms.CharField(label="Name of the other product", max_length=60, required=False)
    units = forms.IntegerField(
        min_value=1,
        max_value=MOST_UNITS,
        error_messages={
            "required": "Enter the units.",
            **dict.fromkeys(("invalid", "min_value", "max_value"), f"Enter whole units from 1 to {MOST_UNITS}."),
        },
    )
    reason = forms.CharField(label="What for", max_length=80, required=False)


@require_http_methods(["GET", "POST"])
@requires(Capability.INJECT)
def tell(request: StaffRequest, uid: uuid.UUID) -> HttpResponse:
    """Write down a dose that the person had elsewhere."""
    patient = get_patient(request, uid)
    form = OutsideDoseForm(request.POST or None)
    if form.is_bound and form.is_valid():
        try:
            outside.tell_dose(patient=patient, **form.cleaned_data, by=request.user, at=timezone.now())
        except outside.Refused as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, "Dose written down. It counts towards the units of three months.")
            return redirect("treatments:outside_dose", uid)
    context = {"form": form, "patient": patient, "doses": OutsideDose.objects.filter(patient=patient)}
    return render(request, "treatments/outside_dose.html", context, status=422 if form.is_bound else 200)
