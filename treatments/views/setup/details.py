"""The page of the clinic's own details."""

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from clinic.access import Capability, StaffRequest, requires
from clinic.models import Clinic
from treatments.forms import Overtaken
from treatments.forms.shared import status_of
from treatments.setup.details import save_details
from treatments.setup.forms import DetailsForm


@require_http_methods(["GET", "POST"])
@requires(Capability.SETUP)
def details(request: StaffRequest) -> HttpResponse:
    """Show and change the clinic's details."""
    fields = _stored(Clinic.objects.get(pk=request.clinic.pk))
    form = DetailsForm(request.POST if request.method == "POST" else None, initial=fields)
    if form.is_bound and form.is_valid() and _saved(request, form):
        messages.success(request, "The clinic's details are saved.")
        return redirect("setup:overview")
    context = {"form": form, "now": timezone.now()}
    return render(request, "treatments/setup/details.html", context, status=status_of(form))


@transaction.atomic
def _saved(request: StaffRequest, form: DetailsForm) -> bool:
    """Save what was typed; False when somebody else saved something else meanwhile."""
    clinic = Clinic.objects.select_for_update(no_key=True).get(pk=request.clinic.pk)
    try:
        form.look_again(_stored(clinic))
    except Overtaken:
        return False
    save_details(clinic=clinic, fields=form.cleaned_data, by=request.user, at=timezone.now())
    return True


def _stored(clinic: Clinic) -> dict[str, Any]:
    return {name: getattr(clinic, name) for name in DetailsForm.base_fields}
