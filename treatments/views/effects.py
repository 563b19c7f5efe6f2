"""Side effects: writing them down, the list of what waits, settling one, and the draft for a regulator."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from clinic import audit
from clinic.access import Capability, StaffRequest, may, requires
from patients.access import may_write
from patients.views.lookup import get_patient_to_write
from treatments.effects import catalogue, reporting
from treatments.effects.forms import CloseForm, EffectsForm, RegulatorForm
from treatments.models import SideEffect


@require_safe
@requires(Capability.VIEW)
def worklist(request: StaffRequest) -> HttpResponse:
    """List the side effects that wait for somebody, the most urgent first."""
    tasks = list(reporting.open_tasks(request.clinic))
    context = {
        "tasks": tasks,
        "may_settle": may(request.membership, Capability.INJECT),
    }
    audit.looked(request, "side effects", rows=len(tasks))
    return render(request, "treatments/effects/worklist.html", context)


@require_http_methods(["GET", "POST"])
@requires(Capability.BOOK)
def report(request: StaffRequest, uid: uuid.UUID) -> HttpResponse:
    """Write down what a person reports, on the phone or at the desk; an emergency says what to do now."""
    patient, now = get_patient_to_write(request, uid), timezone.now()
    form = EffectsForm(request.POST or None)
    if form.is_bound and form.is_valid():
        try:
            rows = reporting.report(patient=patient, told=form.told(), by=request.user, at=now)
        except reporting.Refused as error:
            form.add_error(None, str(error))
        else:
            return _told(request, rows)
    context = {"form": form, "patient": patient, "levels": _by_level(form)}
    return render(request, "treatments/effects/report.html", context, status=422 if form.is_bound else 200)


def _told(request: StaffRequest, rows: list[SideEffect]) -> HttpResponse:
    first = rows[0]
    if first.level == SideEffect.Level.EMERGENCY:
        messages.error(request, f"{first.label}: {first.what_to_do}")
    else:
        messages.success(request, f"Written down. {first.what_to_do}")
    return redirect("treatments:effect", first.uid)


def _by_level(form: EffectsForm) -> list[tuple[str, list[Any]]]:
    """Group the tick boxes by how quickly somebody has to act, so that the urgent ones are asked first."""
    boxes = {box.data["value"]: box for box in form["effects"]}
    groups = [
        (level.label, [boxes[one.key] for one in catalogue.EFFECTS.values() if one.level.value == level.value])
        for level in SideEffect.Level
    ]
    return [*groups, ("Not in the list", [boxes[catalogue.OTHER]])]


@require_http_methods(["GET", "POST"])
@requires(Capability.VIEW)
def effect(request: StaffRequest, uid: uuid.UUID) -> HttpResponse:
    """Show one effect: what to do, its history, and for a clinician the way to settle it."""
    found = _get_effect(request, uid)
    if request.method == "GET":
        audit.looked(request, "side effect", subject=found.uid)
        return _effect_page(request, found, CloseForm(), RegulatorForm())
    if "made" in request.POST or "note" in request.POST:
        return _settle_report(request, found)
    return _close(request, found)


def _get_effect(request: StaffRequest, uid: uuid.UUID) -> SideEffect:
    rows = SideEffect.objects.filter(clinic=request.clinic)
    related = ("clinic", "patient", "session__injector", "reported_by", "closed_by")
    return get_object_or_404(rows.select_related(*related), uid=uid)


def _close(request: StaffRequest, found: SideEffect) -> HttpResponse:
    form = CloseForm(request.POST)
    if form.is_valid():
        try:
            reporting.close(effect=found, **form.cleaned_data, by=request.user, at=timezone.now())
        except reporting.Refused as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, f"{found.label} of {found.patient} is settled.")
            return redirect("treatments:effects")
    return _effect_page(request, found, form, RegulatorForm(), wrong=form)


def _settle_report(request: StaffRequest, found: SideEffect) -> HttpResponse:
    form = RegulatorForm(request.POST)
    if form.is_valid():
        try:
            reporting.settle_report(effect=found, **form.cleaned_data, by=request.user, at=timezone.now())
        except reporting.Refused as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, "Noted.")
            return redirect("treatments:effect", found.uid)
    return _effect_page(request, found, CloseForm(), form, wrong=form)


def _effect_page(
    request: StaffRequest,
    found: SideEffect,
    closing: CloseForm,
    regulator: RegulatorForm,
    wrong: CloseForm | RegulatorForm | None = None,
) -> HttpResponse:
    context = {
        "effect": found,
        "patient": found.patient,
        "vials": reporting.vials_of(found),
        "dose": reporting.dose_of(found),
        "closing": closing,
        "regulator": regulator,
        "wrong": wrong,
        "has_errors": bool(wrong),
        "may_settle": may_write(request.membership, Capability.INJECT, found.patient),
    }
    return render(request, "treatments/effects/effect.html", context, status=422 if wrong else 200)
