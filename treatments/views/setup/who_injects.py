"""Licence and training of an injector, and whom the clinic lets inject."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from clinic.access import Capability, StaffRequest, requires
from treatments.forms import HouseForm
from treatments.setup import who_injects
from treatments.setup.forms import CredentialsForm, InjectingForm
from treatments.views.setup.hours import get_injector


@require_http_methods(["GET", "POST"])
@requires(Capability.SETUP)
def credentials(request: StaffRequest, uid: uuid.UUID) -> HttpResponse:
    """Show and change licence and training of an injector."""
    injector = get_injector(request, uid)
    row = who_injects.credentials_of(injector)
    place = {"heading": f"Licence and training of {injector.name}", "back": reverse("setup:injector", args=[uid])}
    return _edit(request, row, CredentialsForm, place | {"back_label": injector.name})


@require_http_methods(["GET", "POST"])
@requires(Capability.SETUP)
def policy(request: StaffRequest) -> HttpResponse:
    """Show and change whom the clinic lets inject."""
    row = who_injects.policy_of(request.clinic)
    place = {"heading": "Who may inject", "back": reverse("setup:overview"), "back_label": "Settings"}
    return _edit(request, row, InjectingForm, place)


def _edit(request: StaffRequest, row: Any, form_class: type[HouseForm], place: dict[str, str]) -> HttpResponse:
    fields = {name: getattr(row, name) for name in form_class.base_fields}
    form = form_class(request.POST) if request.method == "POST" else form_class(initial=fields)
    if form.is_bound and form.is_valid():
        who_injects.save(row=row, fields=form.cleaned_data, by=request.user, at=timezone.now())
        messages.success(request, f"{place['heading']}: saved.")
        return redirect(place["back"])
    return render(
        request, "treatments/setup/who_injects.html", place | {"form": form}, status=422 if form.is_bound else 200
    )
