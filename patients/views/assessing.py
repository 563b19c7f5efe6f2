"""Does the person qualify, and who says so."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from clinic.access import Capability, StaffRequest, requires
from patients.actions import AlreadySigned, DraftChanged, draft_assessment, sign_assessment
from patients.diary import Window
from patients.forms import AssessmentForm, SignForm
from patients.models import Assessment, Patient
from patients.views.lookup import get_patient
from patients.views.record import diary_window, standing

COUNTS = ("headache_days", "long_headache_days", "migraine_days", "days_recorded")


@require_http_methods(["GET", "POST"])
@requires(Capability.ASSESS)
def assess(request: StaffRequest, uid: uuid.UUID) -> HttpResponse:
    """Apply the rule to what was found; the result is a draft until a prescriber signs it."""
    patient = get_patient(request, uid)
    today = timezone.localdate()
    context = standing(request, patient) | {"diary": diary_window(patient, today)}
    if request.method != "POST":
        form = AssessmentForm(initial=_initial(context["draft"], context["diary"]))
        return render(request, "patients/assess.html", context | {"form": form})
    form = AssessmentForm(request.POST)
    if not form.is_valid():
        return render(request, "patients/assess.html", context | {"form": form}, status=422)
    draft = draft_assessment(
        patient=patient, by=request.user, at=timezone.now(), assessed_on=today, **form.cleaned_data
    )
    messages.success(request, f"{draft.verdict.sentence}. Not signed yet.")
    return redirect("patients:assess", patient.uid)


@require_POST
@requires(Capability.PRESCRIBE)
def sign(request: StaffRequest, uid: uuid.UUID) -> HttpResponse:
    """Sign a draft as it was read."""
    assessments = Assessment.objects.filter(clinic=request.clinic).select_related("patient__clinic", "signed_by")
    assessment = get_object_or_404(assessments, uid=uid)
    form = SignForm(request.POST)
    if not form.is_valid() and assessment.signed_at is None:
        return _sign_again(request, assessment.patient, form)
    try:
        sign_assessment(
            assessment=assessment,
            by=request.user,
            at=timezone.now(),
            override_reason=form.cleaned_data.get("override_reason", ""),
            read_at=form.cleaned_data.get("read_at"),
        )
    except (AlreadySigned, DraftChanged) as conflict:
        signed = conflict.assessment if isinstance(conflict, AlreadySigned) else None
        context = {"patient": assessment.patient, "signed": signed}
        return render(request, "patients/sign_conflict.html", context, status=409)
    messages.success(request, "The assessment is signed.")
    return redirect("patients:assess", assessment.patient.uid)


def _sign_again(request: StaffRequest, patient: Patient, form: SignForm) -> HttpResponse:
    context = standing(request, patient) | {"diary": diary_window(patient, timezone.localdate())}
    counts = AssessmentForm(initial=_initial(context["draft"], context["diary"]))
    context |= {"form": counts, "sign_form": form, "has_errors": True}
    return render(request, "patients/assess.html", context, status=422)


def _initial(draft: Assessment | None, diary: Window) -> dict[str, Any]:
    """Return what the form starts with: the draft, else a diary that is full enough to judge by."""
    if draft:
        return {name: getattr(draft, name) for name in (*COUNTS, "months_at_this_level", "source")}
    if diary.enough:
        return {name: getattr(diary, name) for name in COUNTS} | {"source": Assessment.Source.DIARY}
    return {"source": Assessment.Source.CLINIC}
