"""Settings: whom the clinic tells what happened, and what could not be told."""

import uuid

from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from clinic.access import Capability, StaffRequest, requires
from interface.forms import ADDRESS_TAKEN, HookForm
from interface.hooks import keeping
from interface.keepers import with_keepers
from interface.models import Hook, HookCall

SHOWN = 50


@require_http_methods(["GET", "POST"])
@never_cache
@requires(Capability.SETUP)
def overview(request: StaffRequest) -> HttpResponse:
    """List the addresses and what could not be told; add an address and show its secret, this one time."""
    form = HookForm(request.POST or None, clinic=request.clinic)
    if request.method == "POST" and form.is_valid():
        try:
            made = keeping.make(clinic=request.clinic, **form.cleaned_data, by=request.user, at=timezone.now())
        except keeping.AddressTaken:
            form.add_error("url", ADDRESS_TAKEN)
        else:
            return _page(request, HookForm(clinic=request.clinic), made)
    return _page(request, form)


@require_POST
@never_cache
@requires(Capability.SETUP)
def rotate(request: StaffRequest, uid: uuid.UUID) -> HttpResponse:
    """Give an address a new secret and show it, this one time."""
    try:
        hook = keeping.rotate(hook=_hook(request, uid), by=request.user, at=timezone.now())
    except keeping.Ended:
        messages.info(request, "This address has ended meanwhile. Nothing is told there any more.")
        return redirect("hooks:list")
    return _page(request, HookForm(clinic=request.clinic), hook)


@require_http_methods(["GET", "POST"])
@requires(Capability.SETUP)
def end(request: StaffRequest, uid: uuid.UUID) -> HttpResponse:
    """Say what ends with an address; a press of the button ends it, and nothing brings it back."""
    hook = _hook(request, uid)
    if request.method == "GET":
        waiting = hook.calls.filter(state=HookCall.State.WAITING).count()
        return render(request, "interface/end_hook.html", {"hook": hook, "waiting": waiting})
    keeping.end(hook=hook, by=request.user, at=timezone.now())
    messages.success(request, "Ended. Nothing is told there any more.")
    return redirect("hooks:list")


@require_POST
@requires(Capability.SETUP)
def send_again(request: StaffRequest, uid: uuid.UUID) -> HttpResponse:
    """Tell once more what was given up."""
    calls = HookCall.objects.filter(clinic=request.clinic).with_hooks().select_related("clinic", "hook__clinic")
    call = get_object_or_404(calls, uid=uid)
    if keeping.send_again(call=call, by=request.user, at=timezone.now()):
        messages.success(request, "It is sent again within a minute or so.")
    else:
        messages.info(request, "It was sent again already, or its address has ended.")
    return redirect("hooks:list")


def _hook(request: StaffRequest, uid: uuid.UUID) -> Hook:
    return get_object_or_404(Hook.objects.filter(clinic=request.clinic).select_related("clinic"), uid=uid)


def _page(request: StaffRequest, form: HookForm, shown: Hook | None = None) -> HttpResponse:
    states = {state: Count("calls", filter=Q(calls__state=state)) for state in ("told", "waiting")}
    hooks = Hook.objects.filter(clinic=request.clinic).select_related("made_by", "kept_by").annotate(**states)
    failed = HookCall.objects.filter(clinic=request.clinic, state=HookCall.State.FAILED, hook__ended_at=None)
    calls = list(failed.with_hooks().order_by("-created_at", "-pk")[: SHOWN + 1])
    context = {
        "form": form,
        "hooks": with_keepers(hooks),
        "failed": calls[:SHOWN],
        "more": len(calls) > SHOWN,
        "shown": shown,
        "now": timezone.now(),
    }
    return render(request, "interface/hooks.html", context, status=422 if form.is_bound else 200)
