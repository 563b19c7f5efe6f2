"""Leave, closures and public holidays."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from clinic.access import Capability, StaffRequest, requires
from clinic.models import Absence, Closure
from treatments.forms import parse_day
from treatments.setup import changes
from treatments.setup.forms import ClosureForm, LeaveForm, span_initial
from treatments.setup.public_holidays import holidays_of
from treatments.views.setup.hours import get_injector, page_of
from treatments.views.setup.settling import Page, edit, press


def _get_leave(request: StaffRequest, uid: uuid.UUID) -> Absence:
    rows = Absence.objects.filter(clinic=request.clinic).select_related("clinic", "injector__clinic")
    return get_object_or_404(rows, uid=uid)


@require_http_methods(["GET", "POST"])
@requires(Capability.SETUP)
def new_leave(request: StaffRequest, uid: uuid.UUID) -> HttpResponse:
    """Add leave; the visits in it are listed before it is saved."""
    who = get_injector(request, uid)
    form = LeaveForm(request.POST or None, clinic=request.clinic)
    return edit(request, form, page_of(who, f"Leave of {who.name}"), lambda: changes.leave(row=form.row(who)))


@require_http_methods(["GET", "POST"])
@requires(Capability.SETUP)
def edit_leave(request: StaffRequest, uid: uuid.UUID) -> HttpResponse:
    """Change leave."""
    row = _get_leave(request, uid)
    who = row.injector

    def stored() -> dict[str, Any]:
        return span_initial(_get_leave(request, uid))

    form = LeaveForm(request.POST or None, clinic=request.clinic, initial=stored())
    return edit(
        request, form, page_of(who, f"Leave of {who.name}"), lambda: changes.leave(row=form.row(who, row)), stored
    )


@require_POST
@requires(Capability.SETUP)
def remove_leave(request: StaffRequest, uid: uuid.UUID) -> HttpResponse:
    """Take leave back. It can strand nobody."""
    row = _get_leave(request, uid)
    changes.remove([row], request.user, timezone.now())
    messages.success(request, f"Removed: {row.label} of {row.injector.name}.")
    return redirect("setup:injector", row.injector.uid)


@require_http_methods(["GET", "POST"])
@requires(Capability.SETUP)
def new_closure(request: StaffRequest) -> HttpResponse:
    """Close the clinic or a room for a time."""
    form = ClosureForm(request.POST or None, clinic=request.clinic)
    page = Page("New closed time", reverse("setup:overview"))
    return edit(request, form, page, lambda: changes.closure(row=form.row()))


@require_POST
@requires(Capability.SETUP)
def remove_closure(request: StaffRequest, uid: uuid.UUID) -> HttpResponse:
    """Take a closed time back."""
    row = get_object_or_404(Closure.objects.filter(clinic=request.clinic), uid=uid)
    changes.remove([row], request.user, timezone.now())
    messages.success(request, f"Removed: {row.label}.")
    return redirect("setup:overview")


@require_safe
@requires(Capability.SETUP)
def holidays(request: StaffRequest) -> HttpResponse:
    """List the public holidays of this year and the next."""
    today = timezone.localdate(timezone=request.clinic.zone)
    rows = holidays_of(request.clinic, (today.year, today.year + 1))
    return render(request, "treatments/setup/holidays.html", {"holidays": rows, "today": today})


@require_POST
@requires(Capability.SETUP)
def work_on(request: StaffRequest, date: str) -> HttpResponse:
    """Work on a public holiday after all, or no longer."""
    day = parse_day(date)
    found = [row for row in holidays_of(request.clinic, (day.year,)) if row.date == day] if day else []
    if not day or not found:
        raise Http404
    worked = request.POST.get("worked") == "yes"
    change = changes.holiday(clinic=request.clinic, date=day, name=found[0].name, worked=worked)
    return press(request, change, Page("Public holidays", reverse("setup:holidays"), "Public holidays"))
