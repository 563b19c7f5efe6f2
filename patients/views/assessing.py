"""Does the person qualify, and who says so."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from clinic import audit
from clinic.access import Capability, StaffRequest, may, requires
from clinic.models import AuditEntry
from patients import policies
from patients.actions import (
    AlreadySigned,
    DiaryChanged,
    DraftChanged,
    PolicyChanged,
    apply_newest,
    draft_assessment,
    sign_assessment,
)
from patients.eligibility import LABEL, Policy, Stage
from patients.eligibility.wording import differences
from patients.forms import AssessmentForm, SignForm
from patients.gathering import Record, findings_of, read_record
from patients.models import Assessment, Patient
from patients.views.lookup import get_patient_to_write
from patients.views.record import standing

Profiles = dict[str, tuple[Policy, Stage]]
COLUMNS = ("headache_days", "long_headache_days", "migraine_days", "months_at_this_level", "days_recorded")
EARLIER = ("third_last", "second_last")  # the first of the last three windows


@require_http_methods(["GET", "POST"])
@requires(Capability.ASSESS)
def assess(request: StaffRequest, uid: uuid.UUID) -> HttpResponse:
    """Apply a policy to what was found; the result is a draft until a prescriber signs it."""
    # Taken before the diary is read: what changes in between then counts as changed since.
    now = timezone.now()
    patient = get_patient_to_write(request, uid)
    context = _page(request, patient)
    policy, stage = context["policy"], context["stage"]
    record: Record = context["record"]
    if request.method != "POST":
        return render(request, "patients/assess.html", context)
    form = AssessmentForm(request.POST, policy=policy, stage=stage, recorded=record.facts, frozen=record.frozen)
    if not form.is_valid():
        return render(request, "patients/assess.html", context | {"form": form}, status=422)
    found = findings_of(patient, record, form.cleaned_data, stage)
    draft = draft_assessment(
        patient=patient,
        by=request.user,
        at=now,
        assessed_on=record.today,
        source=form.cleaned_data["source"],
        found=found,
        policy=policy,
        stage=stage,
    )
    messages.success(request, f"{draft.verdict.sentence}. Not signed yet.")
    return redirect("patients:assess", patient.uid)


def _page(request: StaffRequest, patient: Patient) -> dict[str, Any]:
    """Return what the page shows: the person, the profiles, the one that is asked, and a form for its facts."""
    context = standing(request, patient)
    profiles, draft = policies.profiles(request.clinic), context["draft"]
    code = request.POST.get("profile") or request.GET.get("profile") or _usual(profiles, draft, context["signed"])
    if code not in profiles:
        raise Http404
    policy, stage = profiles[code]
    record = read_record(patient, context["today"])
    initial = _initial(draft, record)
    # The room above counts the sessions; its number comes with the choice of the profile.
    initial["cycles"] = initial.get("cycles") or request.GET.get("cycles")
    form = AssessmentForm(
        initial={name: value for name, value in initial.items() if value is not None},
        policy=policy,
        stage=stage,
        recorded=record.facts,
        frozen=record.frozen,
    )
    return context | {
        "profiles": profiles,
        "profile": code,
        "policy": policy,
        "stage": stage,
        "record": record,
        "diary": record.diary,
        "form": form,
    }


def _usual(profiles: Profiles, draft: Assessment | None, signed: Assessment | None) -> str:
    """Return the profile to start with: that of the draft, else of the last signature, else the label."""
    for one in (draft, signed):
        if one and (code := policies.profile(one.rules, Stage(one.stage))) in profiles:
            return code
    return policies.profile(LABEL, Stage.START)


def _initial(draft: Assessment | None, record: Record) -> dict[str, Any]:
    """Return what the form starts with: the draft, with the diary as it is now where it rests on the diary."""
    if draft is None:
        return dict(record.facts) | {"source": "diary"} if record.facts else {"source": Assessment.Source.CLINIC}
    found = draft.findings()
    names = (*COLUMNS, "attacks", "overuse_plan", "diagnosis_code", "baseline_hours", "headache_hours", "cycles")
    yes_or_no = {None: "", True: "yes", False: "no"}
    typed = {name: getattr(found, name) for name in names} | {
        "source": draft.source,
        "better_diagnosis": yes_or_no[found.better_diagnosis],
        "specialist": yes_or_no[found.specialist],
        "aura": yes_or_no[found.aura],
        "intractable": yes_or_no[found.intractable],
        "baseline_days": found.baseline.days if found.baseline else None,
    }
    typed |= {name: month.days for name, month in zip(EARLIER, found.last_months, strict=False) if month}
    if draft.source == Assessment.Source.DIARY:
        typed |= {name: value for name, value in record.facts.items() if "the diary had" not in found.where(name)}
    return typed


@require_POST
@requires(Capability.PRESCRIBE)
def sign(request: StaffRequest, uid: uuid.UUID) -> HttpResponse:
    """Sign a draft as it was read."""
    assessment = _get_assessment(request, uid)
    form = SignForm(request.POST)
    if not form.is_valid() and assessment.signed_at is None:
        context = _page(request, assessment.patient) | {"sign_form": form, "has_errors": True}
        return render(request, "patients/assess.html", context, status=422)
    context = {"patient": assessment.patient, "assessment": assessment, "sign_form": form}
    try:
        sign_assessment(
            assessment=assessment,
            by=request.user,
            at=timezone.now(),
            override_reason=form.cleaned_data.get("override_reason", ""),
            read_at=form.cleaned_data.get("read_at"),
            knows_version=form.cleaned_data.get("knows_version"),
        )
    except AlreadySigned as conflict:
        context["signed"] = conflict.assessment
    except DraftChanged:
        pass
    except DiaryChanged as conflict:
        context["news"] = conflict.news
    except PolicyChanged as conflict:
        edits = differences(assessment.rules, conflict.newest)
        context |= {"newest": conflict.newest, "in_use": conflict.in_use, "edits": edits}
    else:
        messages.success(request, "The assessment is signed.")
        return redirect("patients:assess", assessment.patient.uid)
    return render(request, "patients/sign_conflict.html", context, status=409)


@require_POST
@requires(Capability.ASSESS)
def apply_again(request: StaffRequest, uid: uuid.UUID) -> HttpResponse:
    """Judge a draft again by the newest version of its policy; nothing that was found is typed twice."""
    assessment = _get_assessment(request, uid)
    try:
        draft = apply_newest(assessment=assessment, by=request.user, at=timezone.now())
    except AlreadySigned as conflict:
        context = {"patient": assessment.patient, "signed": conflict.assessment}
        return render(request, "patients/sign_conflict.html", context, status=409)
    messages.success(request, f"Version {draft.policy_version}: {draft.verdict.sentence}. Not signed yet.")
    return redirect("patients:assess", assessment.patient.uid)


@require_safe
@requires(Capability.VIEW)
def sheet(request: StaffRequest, uid: uuid.UUID) -> HttpResponse:
    """Show an assessment as a payer wants to read it; looking at it is traced as printing."""
    assessment = _get_assessment(request, uid)
    audit.looked(request, "assessment", AuditEntry.Action.PRINT, subject=assessment.uid)
    found = assessment.findings()
    may_assess = may(request.membership, Capability.ASSESS)
    back = "patients:assess" if may_assess else "patients:detail"
    context = {
        "back": reverse(back, args=[assessment.patient.uid]),
        "back_label": "Eligibility" if may_assess else assessment.patient.full_name,
        "assessment": assessment,
        "patient": assessment.patient,
        "found": found,
        "authorizations": assessment.patient.authorizations.all(),
    }
    return render(request, "patients/assessment_sheet.html", context)


def _get_assessment(request: StaffRequest, uid: uuid.UUID) -> Assessment:
    assessments = Assessment.objects.filter(clinic=request.clinic)
    return get_object_or_404(assessments.select_related("clinic", "patient__clinic", "signed_by"), uid=uid)
