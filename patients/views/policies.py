"""Policies in the settings: those that everybody has, and the clinic's own."""

import uuid
from dataclasses import asdict

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.text import capfirst
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from clinic.access import Capability, StaffRequest, requires
from patients.actions.policies import NameTaken, VersionTaken, keep_policy
from patients.eligibility.policy import SAMPLES, SHIPPED
from patients.eligibility.wording import differences
from patients.forms.policies import PolicyForm
from patients.models import Policy
from patients.policies import all_own

_NAME_TAKEN = "Another policy has this name. Choose another one."


@require_safe
@requires(Capability.SETUP)
def overview(request: StaffRequest) -> HttpResponse:
    """List what this clinic assesses by, and what can be copied."""
    found = all_own(request.clinic)
    mine = {"own": [one for one in found if one.in_use], "unused": [one for one in found if not one.in_use]}
    context = mine | {"shipped": SHIPPED.values(), "samples": SAMPLES.values()}
    return render(request, "patients/policies.html", context)


@require_http_methods(["GET", "POST"])
@requires(Capability.SETUP)
def copy(request: StaffRequest, key: str) -> HttpResponse:
    """Make a policy of one's own from a shipped one or a sample."""
    original = (SHIPPED | SAMPLES).get(key)
    if original is None:
        raise Http404
    name = original.name if key in SAMPLES else f"{capfirst(original.name[:70])}, our own"
    form = PolicyForm(request.POST or None, initial=asdict(original) | {"name": name, "version": 0})
    context = {"form": form, "heading": "New policy", "original": original}
    if not form.is_bound:
        return render(request, "patients/policy.html", context)
    if not form.is_valid():
        return render(request, "patients/policy.html", context, status=422)
    try:
        row = keep_policy(clinic=request.clinic, rules=form.policy(), by=request.user, at=timezone.now())
    except NameTaken:
        form.add_error("name", _NAME_TAKEN)
        return render(request, "patients/policy.html", context, status=422)
    messages.success(request, f"{row.name} can be assessed by from now on.")
    return redirect("patients:policies")


@require_http_methods(["GET", "POST"])
@requires(Capability.SETUP)
def edit(request: StaffRequest, uid: uuid.UUID) -> HttpResponse:
    """Make the next version of a policy; those before stay as they are."""
    versions = _versions(request, uid)
    last = versions[0]
    form = PolicyForm(request.POST or None, initial=asdict(last.policy()))
    context = {"form": form, "heading": last.name, "last": last, "versions": _with_edits(versions)}
    if not form.is_bound:
        return render(request, "patients/policy.html", context)
    if not form.is_valid():
        return render(request, "patients/policy.html", context, status=422)
    if form.cleaned_data["version"] != last.version:
        return _changed_meanwhile(request, form, last)
    rules = form.policy()
    if not differences(last.policy(), rules):
        messages.info(request, "Nothing was changed.")
        return redirect("patients:policies")
    try:
        row = keep_policy(
            clinic=request.clinic, rules=rules, by=request.user, at=timezone.now(), after=last, in_use=last.in_use
        )
    except VersionTaken as conflict:
        return _changed_meanwhile(request, form, conflict.row)
    except NameTaken:
        form.add_error("name", _NAME_TAKEN)
        return render(request, "patients/policy.html", context, status=422)
    messages.success(
        request, f"{row.name} is at version {row.version}. Signed assessments keep the version they were signed by."
    )
    return redirect("patients:policies")


def _changed_meanwhile(request: StaffRequest, form: PolicyForm, last: Policy) -> HttpResponse:
    """Say what a colleague saved, keep what was typed, and let saving again be a choice."""
    posted = request.POST.copy()
    posted["version"] = str(last.version)
    form.data = posted
    edits = differences(form.policy(), last.policy())
    context = {"form": form, "heading": last.name, "last": last, "edits": edits, "overtaken": True, "has_errors": True}
    return render(request, "patients/policy.html", context, status=409)


@require_POST
@requires(Capability.SETUP)
def retire(request: StaffRequest, uid: uuid.UUID) -> HttpResponse:
    """Offer a policy no more; its versions stay for the assessments that were signed by them."""
    return _set_use(request, uid, in_use=False)


@require_POST
@requires(Capability.SETUP)
def use_again(request: StaffRequest, uid: uuid.UUID) -> HttpResponse:
    """Offer a policy again that was not used any more, with the numbers it had."""
    return _set_use(request, uid, in_use=True)


def _set_use(request: StaffRequest, uid: uuid.UUID, *, in_use: bool) -> HttpResponse:
    last = _versions(request, uid)[0]
    rules, now = last.policy(), timezone.now()
    try:
        if last.in_use != in_use:
            keep_policy(clinic=request.clinic, rules=rules, by=request.user, at=now, after=last, in_use=in_use)
    except VersionTaken as conflict:
        messages.error(request, f"{conflict.row.name} was changed just now. Nothing was done; look again.")
    except NameTaken:
        messages.error(request, f"Another policy is called {last.name} by now. Give that one another name first.")
    else:
        messages.success(
            request, f"{last.name} is offered again." if in_use else f"{last.name} is not offered any more."
        )
    return redirect("patients:policies")


def _versions(request: StaffRequest, family: uuid.UUID) -> list[Policy]:
    """Return the versions of one of the clinic's policies, the newest first; 404 for anybody else's."""
    rows = list(
        Policy.objects.filter(clinic=request.clinic, family=family).select_related("made_by").order_by("-version")
    )
    if not rows:
        raise Http404
    return rows


def _with_edits(versions: list[Policy]) -> list[tuple[Policy, list[tuple[str, str, str]]]]:
    """Return each version with what it changed."""
    before = [*versions[1:], None]
    return [
        (row, differences(older.policy(), row.policy()) if older else [])
        for row, older in zip(versions, before, strict=True)
    ]
