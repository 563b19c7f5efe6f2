"""The page of the clinic's own details."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from clinic.access import Capability, StaffRequest, requires
from clinic.health_words import blocked_words
from clinic.models import Clinic
from treatments.forms import HouseForm
from treatments.setup.details import save_details


def _minutes(label: str, low: int, high: int, help_text: str) -> forms.IntegerField:
    words = f"{label}: enter whole minutes from {low} to {high}."
    return forms.IntegerField(
        label=label,
        help_text=help_text,
        min_value=low,
        max_value=high,
        error_messages=dict.fromkeys(("required", "invalid", "min_value", "max_value"), words),
    )


class DetailsForm(HouseForm):
    """What patients read of the clinic, and how long things take."""

    name = forms.CharField(max_length=80, error_messages={"required": "Enter the clinic's name."})
    message_name = forms.CharField(
        label="Name in messages",
        max_length=20,
        help_text="What patients read. It may not name an illness.",
        error_messages={"required": "Enter the name that patients read."},
    )
    phone = forms.CharField(max_length=30, error_messages={"required": "Enter the phone number patients call."})
    address = forms.CharField(max_length=200, error_messages={"required": "Enter the address patients come to."})
    session_minutes = _minutes("A visit takes", 10, 60, "minutes, unless somebody says otherwise")
    late_after_minutes = _minutes("Waiting is long after", 5, 240, "minutes; Today says so from then on")

    def clean_message_name(self) -> str:
        """Refuse a name that tells a family what the visit is about."""
        name: str = self.cleaned_data["message_name"]
        if blocked := blocked_words(name):
            raise forms.ValidationError(f"Patients' families read this: leave out {', '.join(blocked)}.")
        return name


@require_http_methods(["GET", "POST"])
@requires(Capability.SETUP)
def details(request: StaffRequest) -> HttpResponse:
    """Show and change the clinic's details."""
    clinic = Clinic.objects.get(pk=request.clinic.pk)
    fields: dict[str, Any] = {name: getattr(clinic, name) for name in DetailsForm.base_fields}
    form = DetailsForm(request.POST) if request.method == "POST" else DetailsForm(initial=fields)
    if form.is_bound and form.is_valid():
        save_details(clinic=clinic, fields=form.cleaned_data, by=request.user, at=timezone.now())
        messages.success(request, "Saved.")
        return redirect("setup:overview")
    context = {"form": form, "now": timezone.now()}
    return render(request, "treatments/setup/details.html", context, status=422 if form.is_bound else 200)
