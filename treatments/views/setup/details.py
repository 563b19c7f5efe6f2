"""The page of the clinic's own details."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from clinic.access import Capability, StaffRequest, requires
from clinic.models import Clinic
from treatments.setup.details import save_details
from treatments.setup.forms import DetailsForm


@require_http_methods(["GET", "POST"])
@requires(Capability.SETUP)
def details(request: StaffRequest) -> HttpResponse:
    """Show and change the clinic's details."""
    clinic = Clinic.objects.get(pk=request.clinic.pk)
    fields: dict[str, Any] = {name: getattr(clinic, name) for name in DetailsForm.base_fields}
    form = DetailsForm(request.POST) if request.method == "POST" else DetailsForm(initial=fields)
    if form.is_bound and form.is_valid():
        save_details(clinic=clinic, fields=form.cleaned_data, by=request.user, at=timezone.now())
        messages.success(request, "The clinic's details are saved.")
        return redirect("setup:overview")
    context = {"form": form, "now": timezone.now()}
    return render(request, "treatments/setup/details.html", context, status=422 if form.is_bound else 200)
