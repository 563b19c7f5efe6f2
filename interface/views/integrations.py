"""Settings: which other programs may ask, what each may do, and how long."""

import datetime as dt
import uuid

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from clinic.access import Capability, StaffRequest, requires
from interface import tokens
from interface.forms import NAME_TAKEN, IntegrationForm
from interface.keepers import with_keepers
from interface.models import Integration


@require_http_methods(["GET", "POST"])
@never_cache
@requires(Capability.SETUP)
def overview(request: StaffRequest) -> HttpResponse:
    """List the programs that may ask; let another one in and show its token, this one time."""
    form = IntegrationForm(request.POST or None, clinic=request.clinic)
    made: dict[str, object] = {}
    if request.method == "POST" and form.is_valid():
        try:
            made = _let_in(request, form)
        except tokens.NameTaken:
            form.add_error("name", NAME_TAKEN)
        else:
            form = IntegrationForm(clinic=request.clinic)
    programs = Integration.objects.filter(clinic=request.clinic)
    context = {
        "form": form,
        "integrations": with_keepers(programs.select_related("made_by", "revoked_by", "kept_by")),
        "now": timezone.now(),
        "address": f"{settings.BASE_URL}/fhir",
    }
    status = 422 if form.is_bound else 200
    return render(request, "interface/integrations.html", context | made, status=status)


def _let_in(request: StaffRequest, form: IntegrationForm) -> dict[str, object]:
    now, typed = timezone.now(), form.cleaned_data
    integration, token = tokens.make(
        clinic=request.clinic,
        name=typed["name"],
        scopes=typed["scopes"],
        expires_at=now + dt.timedelta(days=typed["days"]),
        by=request.user,
        at=now,
    )
    return {"made": integration, "token": token}


@require_http_methods(["GET", "POST"])
@requires(Capability.SETUP)
def revoke(request: StaffRequest, uid: uuid.UUID) -> HttpResponse:
    """Say what ends with a program's token; a press of the button ends it, and nothing brings it back."""
    found = _integration(request, uid)
    if request.method == "GET":
        return render(request, "interface/revoke.html", {"integration": found})
    found = tokens.revoke(integration=found, by=request.user, at=timezone.now())
    messages.success(request, f"{found.name} is revoked. Its token opens nothing any more.")
    return redirect("integrations:list")


@require_POST
@requires(Capability.SETUP)
def take_over(request: StaffRequest, uid: uuid.UUID) -> HttpResponse:
    """Answer for a program whose admin has left."""
    found = tokens.take_over(integration=_integration(request, uid), by=request.user, at=timezone.now())
    if found.revoked_at:
        messages.info(request, f"{found.name} was revoked meanwhile. Its token opens nothing any more.")
    else:
        messages.success(request, f"You look after {found.name} now.")
    return redirect("integrations:list")


def _integration(request: StaffRequest, uid: uuid.UUID) -> Integration:
    return get_object_or_404(Integration.objects.filter(clinic=request.clinic).select_related("clinic"), uid=uid)
