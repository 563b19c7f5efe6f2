"""Pages from an empty installation to a clinic that can book: the first log-in, the clinic, and what is left to settle."""

import datetime as dt
from contextlib import suppress

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from clinic import founding
from clinic.access import Capability, StaffRequest, requires
from clinic.first_run.forms import AdminForm, ClinicForm, PlaceForm
from clinic.first_run.place import held_by
from clinic.first_run.steps import KINDS, following, steps, wanting
from clinic.models import Clinic, FirstStep, User
from clinic.signing_in.adapter import begin_with_new_password
from reminders import defaults
from treatments.forms import Overtaken
from treatments.forms.shared import status_of
from treatments.setup.details import save_details


@sensitive_post_parameters("password")
@never_cache
@login_not_required
@require_http_methods(["GET", "POST"])
def first_admin(request: HttpRequest, token: str) -> HttpResponse:
    """Make the first log-in, for whoever holds the address that the server printed. It works once."""
    now = timezone.now()
    if not founding.token_works(token, now):
        return render(request, "first_run/ended.html", status=404)
    form = AdminForm(request.POST or None)
    if form.is_bound and form.is_valid():
        try:
            admin = founding.make_first_admin(token=token, **form.cleaned_data, at=now)
        except founding.NotAllowed:
            return render(request, "first_run/ended.html", status=404)
        begin_with_new_password(request, admin)
        return redirect("first_run:found")
    return render(request, "first_run/first_admin.html", {"form": form}, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "POST"])
def found(request: HttpRequest) -> HttpResponse:
    """Ask for the installation's first clinic. Everybody else is led to where they work."""
    user = request.user
    if not isinstance(user, User) or not founding.may_found(user):
        return redirect("clinic:home")
    form = ClinicForm(request.POST or None)
    if form.is_bound and form.is_valid():
        try:
            with transaction.atomic():  # a clinic without its messages would stay so: there is no second founding
                clinic = founding.found_first_clinic(clinic=form.clinic(), by=user, at=timezone.now())
                defaults.install(clinic)
        except founding.NotAllowed:
            return redirect("clinic:home")
        return redirect("first_run:steps")
    return render(request, "first_run/found.html", {"form": form}, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "POST"])
@requires(Capability.SETUP)
def place(request: StaffRequest) -> HttpResponse:
    """Set the country, region and time zone right, while nothing hangs on them; else say what does, and what to do."""
    form = PlaceForm(request.POST if request.method == "POST" else None, initial=_place(request.clinic))
    now = timezone.now()
    held = held_by(request.clinic, now)
    if not held and form.is_bound and form.is_valid():
        held = _set_right(request, form, now)
        if not held and not form.theirs:
            messages.success(request, "The country and the time zone are saved.")
            return redirect("setup:details")
    status = 409 if held and form.is_bound else status_of(form)
    return render(request, "first_run/place.html", {"form": form, "held": held, "now": now}, status=status)


@transaction.atomic
def _set_right(request: StaffRequest, form: PlaceForm, now: dt.datetime) -> str:
    """Save where the clinic lies; return why it stays after all, where somebody was registered meanwhile."""
    clinic = Clinic.objects.select_for_update().get(pk=request.clinic.pk)  # who registers somebody waits, or is seen
    if held := held_by(clinic, now):
        return held
    with suppress(Overtaken):
        form.look_again(_place(clinic))
        save_details(clinic=clinic, fields=form.cleaned_data, by=request.user, at=now)
    return ""


def _place(clinic: Clinic) -> dict[str, str]:
    return {name: getattr(clinic, name) for name in PlaceForm.base_fields}


@require_safe
@requires(Capability.SETUP)
def all_steps(request: StaffRequest) -> HttpResponse:
    """List what there is to settle, how it stands, and who said so."""
    found_steps = steps(request.clinic)
    context = {"steps": found_steps, "next_step": following(found_steps), "now": timezone.now()}
    return render(request, "first_run/steps.html", context)


@require_safe
@requires(Capability.SETUP)
def step(request: StaffRequest, key: str) -> HttpResponse:
    """Show one step and the pages where it is done."""
    one = next((one for one in steps(request.clinic) if one.row.key == key), None)
    if one is None:
        raise Http404
    place = list(KINDS).index(key) + 1
    return render(
        request, "first_run/step.html", {"step": one, "place": place, "of": len(KINDS), "now": timezone.now()}
    )


@require_POST
@requires(Capability.SETUP)
def settle(request: StaffRequest, key: str) -> HttpResponse:
    """Mark a step as done, skip it, or take it up again, and lead on."""
    row = get_object_or_404(FirstStep, clinic=request.clinic, key=key)
    state = request.POST.get("state")
    if state == FirstStep.State.DONE and (lacking := wanting(request.clinic, key)):
        messages.warning(request, f"{lacking} Add it, or skip this for now.")
        return redirect("first_run:step", key)
    if state in FirstStep.State.values:
        FirstStep.objects.filter(pk=row.pk).update(state=state, by=request.user, at=timezone.now())
    if state == FirstStep.State.OPEN:
        return redirect("first_run:step", key)
    onward = following(steps(request.clinic))
    if onward:
        return redirect("first_run:step", onward.row.key)
    messages.success(request, "The clinic is set up.")
    return redirect("first_run:steps")
