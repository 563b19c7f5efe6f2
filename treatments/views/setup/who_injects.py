"""Licence and training of an injector, and whom the clinic lets inject."""

import uuid
from collections.abc import Callable
from functools import partial
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from clinic.access import Capability, StaffRequest, requires
from clinic.models import Clinic
from treatments.forms import Overtaken, SharedForm
from treatments.forms.shared import status_of
from treatments.models import InjectingPolicy, InjectorCredentials
from treatments.setup import who_injects
from treatments.setup.forms import CredentialsForm, InjectingForm
from treatments.views.setup.hours import get_injector

Row = InjectorCredentials | InjectingPolicy


@require_http_methods(["GET", "POST"])
@requires(Capability.SETUP)
def credentials(request: StaffRequest, uid: uuid.UUID) -> HttpResponse:
    """Show and change licence and training of an injector."""
    injector = get_injector(request, uid)
    place = {"heading": f"Licence and training of {injector.name}", "back": reverse("setup:injector", args=[uid])}
    place["back_label"] = injector.name
    return _edit(request, partial(who_injects.credentials_of, injector), CredentialsForm, place)


@require_http_methods(["GET", "POST"])
@requires(Capability.SETUP)
def policy(request: StaffRequest) -> HttpResponse:
    """Show and change whom the clinic lets inject."""
    place = {"heading": "Who may inject", "back": reverse("setup:overview"), "back_label": "Settings"}
    return _edit(request, partial(who_injects.policy_of, request.clinic), InjectingForm, place)


def _edit(
    request: StaffRequest, read: Callable[[], Row], form_class: type[SharedForm], place: dict[str, str]
) -> HttpResponse:
    form = form_class(request.POST if request.method == "POST" else None, initial=_stored(read(), form_class))
    if form.is_bound and form.is_valid() and _saved(request, read, form):
        messages.success(request, f"{place['heading']}: saved.")
        return redirect(place["back"])
    return render(request, "treatments/setup/who_injects.html", place | {"form": form}, status=status_of(form))


@transaction.atomic
def _saved(request: StaffRequest, read: Callable[[], Row], form: SharedForm) -> bool:
    """Save what was typed; False when somebody else saved something else meanwhile."""
    Clinic.objects.select_for_update(no_key=True).get(pk=request.clinic.pk)
    row = read()
    try:
        form.look_again(_stored(row, type(form)))
    except Overtaken:
        return False
    who_injects.save(row=row, fields=form.cleaned_data, by=request.user, at=timezone.now())
    return True


def _stored(row: Row, form_class: type[SharedForm]) -> dict[str, Any]:
    return {name: getattr(row, name) for name in form_class.base_fields}
