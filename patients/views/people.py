"""Adding a person and changing what is known of them."""

import uuid

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from clinic import audit
from clinic.access import Capability, StaffRequest, requires
from clinic.forms import in_words
from patients.actions import RecordNumberTaken, edit_patient, register_patient
from patients.actions.holding import hold
from patients.forms import EditForm, RegisterForm
from patients.forms.people import PersonForm
from patients.views.lookup import get_patient

TAKEN = "Another person at this clinic has this record number."


@require_http_methods(["GET", "POST"])
@requires(Capability.REGISTER)
def register(request: StaffRequest) -> HttpResponse:
    """Register a person on one page; somebody who may be here already is shown first."""
    posted = request.POST if request.method == "POST" else None
    form = RegisterForm(posted, clinic=request.clinic, today=timezone.localdate())
    if posted is None:
        return render(request, "patients/new.html", {"form": form})
    if not form.is_valid():
        return render(request, "patients/new.html", {"form": form}, status=422)
    same = [] if "anyway" in posted else list(form.same_people().prefetch_related("contact_points")[:10])
    if same:
        audit.looked_at_people(request, "same people", [one.uid for one in same])
        return render(request, "patients/new.html", {"form": form, "same": same}, status=409)
    try:
        patient = register_patient(clinic=request.clinic, person=form.newcomer(), by=request.user, at=timezone.now())
    except RecordNumberTaken:
        return _taken(request, "patients/new.html", form)
    messages.success(request, f"{patient.full_name} is registered, record number {patient.record_number}.")
    return redirect("patients:detail", patient.uid)


@require_http_methods(["GET", "POST"])
@requires(Capability.REGISTER)
def edit(request: StaffRequest, uid: uuid.UUID) -> HttpResponse:
    """Change a person; what somebody else changed meanwhile is shown before it is written over."""
    patient, about = get_patient(request, uid), {"clinic": request.clinic, "today": timezone.localdate()}
    if request.method != "POST":
        return render(request, "patients/edit.html", {"form": EditForm(patient=patient, **about)})
    with transaction.atomic():
        hold(patient)  # before the form looks whether somebody changed them since
        return _edit(request, EditForm(request.POST, patient=patient, **about))


def _edit(request: StaffRequest, form: EditForm) -> HttpResponse:
    patient = form.patient
    if not form.is_valid():
        return render(request, "patients/edit.html", {"form": form}, status=422)
    if form.stale and (differs := _stored(form)):
        return _show_both(request, form, differs)
    try:
        edit_patient(
            patient=patient, values=form.values(), addresses=form.addresses(), by=request.user, at=timezone.now()
        )
    except RecordNumberTaken:
        return _taken(request, "patients/edit.html", form)
    messages.success(request, f"{patient.full_name} was changed.")
    return redirect("patients:detail", patient.uid)


def _taken(request: StaffRequest, template: str, form: PersonForm) -> HttpResponse:
    form.add_error("record_number", TAKEN)
    return render(request, template, {"form": form}, status=422)


def _stored(form: EditForm) -> list[tuple[str, str]]:
    """Return what is stored by now where it differs from what was typed: label and value."""
    return [
        (str(form[name].label), in_words(form.fields[name], form[name].initial))
        for name in form.fields
        if name != "seen" and form.fields[name].has_changed(form[name].initial, form[name].data)
    ]


def _show_both(request: StaffRequest, form: EditForm, differs: list[tuple[str, str]]) -> HttpResponse:
    """Show what was typed next to what is stored by now. Saving again is then a choice, not an accident."""
    posted = request.POST.copy()
    posted["seen"] = form.state()
    form.data = posted
    return render(request, "patients/edit.html", {"form": form, "differs": differs, "has_errors": True}, status=409)
