"""Licence and training of an injector, and whom the clinic lets inject."""

import uuid
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from clinic.access import Capability, StaffRequest, requires
from treatments.forms import HouseForm
from treatments.models import Profession
from treatments.setup import who_injects
from treatments.setup.forms import Day
from treatments.views.setup.hours import get_injector


class CredentialsForm(HouseForm):
    """What is on record of an injector."""

    profession = forms.ChoiceField(choices=[("", "Not on record"), *Profession.choices], required=False)
    licence_number = forms.CharField(max_length=40, required=False)
    licence_until = Day(label="Licence valid until")
    trained_on = Day(label="Trained in the injection protocol on")
    trained_by = forms.CharField(max_length=80, required=False)
    cosmetic_only = forms.BooleanField(label="Cosmetic only", help_text="May not treat patients here", required=False)

    def clean(self) -> dict[str, Any]:
        """A date without the number it belongs to proves nothing."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if data.get("licence_until") and not data.get("licence_number"):
            self.add_error("licence_number", "Enter the licence number.")
        return data


class PolicyForm(HouseForm):
    """Whom the clinic lets inject."""

    professions = forms.MultipleChoiceField(
        label="Who may inject",
        help_text="None ticked: everybody who is set up as an injector",
        choices=Profession.choices,
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    licence_required = forms.BooleanField(label="A valid licence must be on record", required=False)
    training_required = forms.BooleanField(label="Training in the injection protocol must be on record", required=False)


@require_http_methods(["GET", "POST"])
@requires(Capability.SETUP)
def credentials(request: StaffRequest, uid: uuid.UUID) -> HttpResponse:
    """Show and change licence and training of an injector."""
    injector = get_injector(request, uid)
    row = who_injects.credentials_of(injector)
    heading, back = f"Licence and training of {injector.name}", reverse("setup:injector", args=[uid])
    return _edit(request, row, CredentialsForm, heading, back)


@require_http_methods(["GET", "POST"])
@requires(Capability.SETUP)
def policy(request: StaffRequest) -> HttpResponse:
    """Show and change whom the clinic lets inject."""
    row = who_injects.policy_of(request.clinic)
    return _edit(request, row, PolicyForm, "Who may inject", reverse("setup:overview"))


def _edit(request: StaffRequest, row: Any, form_class: type[HouseForm], heading: str, back: str) -> HttpResponse:
    fields = {name: getattr(row, name) for name in form_class.base_fields}
    form = form_class(request.POST) if request.method == "POST" else form_class(initial=fields)
    if form.is_bound and form.is_valid():
        who_injects.save(row=row, fields=form.cleaned_data, by=request.user, at=timezone.now())
        messages.success(request, "Saved.")
        return redirect(back)
    context = {"form": form, "heading": heading, "back": back}
    return render(request, "treatments/setup/who_injects.html", context, status=422 if form.is_bound else 200)
