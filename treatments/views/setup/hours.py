"""An injector's page, and the weekly hours on it."""

import uuid
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from clinic.access import Capability, StaffRequest, requires
from clinic.models import Injector, OpeningHours
from treatments.setup import changes
from treatments.setup.forms import EndForm, HoursForm
from treatments.setup.preview import two_weeks
from treatments.views.setup.settling import Page, edit


def get_injector(request: StaffRequest, uid: uuid.UUID) -> Injector:
    """Return an injector of the current clinic."""
    return get_object_or_404(Injector.objects.filter(clinic=request.clinic).select_related("clinic"), uid=uid)


def get_hours(injector: Injector, pk: int) -> OpeningHours:
    """Return weekly hours of this injector."""
    return get_object_or_404(injector.opening_hours.select_related("room", "injector__clinic"), pk=pk)


def page_of(injector: Injector, heading: str, **more: str) -> Page:
    """Return what surrounds a form that leads back to the injector's page."""
    return Page(heading, reverse("setup:injector", args=[injector.uid]), injector.name, **more)


@require_safe
@requires(Capability.SETUP)
def injector(request: StaffRequest, uid: uuid.UUID) -> HttpResponse:
    """Show an injector's hours, leave and next two weeks."""
    who, now = get_injector(request, uid), timezone.now()
    today = timezone.localdate(now, request.clinic.zone)
    rows = who.opening_hours.select_related("room").order_by("weekday", "opens", "valid_from")
    context = {
        "injector": who,
        "hours": rows.exclude(valid_until__lt=today),
        "ended": rows.filter(valid_until__lt=today),
        "absences": who.absences.filter(ends_at__gt=now).select_related("clinic"),
        "days": two_weeks(who, today),
    }
    return render(request, "treatments/setup/injector.html", context)


@require_http_methods(["GET", "POST"])
@requires(Capability.SETUP)
def new(request: StaffRequest, uid: uuid.UUID) -> HttpResponse:
    """Add weekly hours, on one weekday or several."""
    who = get_injector(request, uid)
    form = HoursForm(request.POST or None, injector=who)
    page = page_of(who, f"New hours of {who.name}")
    return edit(request, form, page, lambda: changes.hours(rows=form.rows()))


@require_http_methods(["GET", "POST"])
@requires(Capability.SETUP)
def change(request: StaffRequest, uid: uuid.UUID, pk: int) -> HttpResponse:
    """Change weekly hours."""
    who = get_injector(request, uid)
    row = get_hours(who, pk)
    form = HoursForm(request.POST or None, injector=who, initial=_typed(row), one_day=True)
    page = page_of(who, f"Hours of {who.name}: {row.get_weekday_display()}")
    return edit(request, form, page, lambda: changes.hours(rows=form.rows(row)), lambda: _typed(get_hours(who, pk)))


def _typed(row: OpeningHours) -> dict[str, Any]:
    """Return what somebody would type for hours as they are stored."""
    typed = {name: getattr(row, name) for name in ("opens", "closes", "slot_minutes", "valid_from", "valid_until")}
    return typed | {"weekdays": [row.weekday], "room": row.room.uid if row.room else None}


@require_http_methods(["GET", "POST"])
@requires(Capability.SETUP)
def end(request: StaffRequest, uid: uuid.UUID, pk: int) -> HttpResponse:
    """End weekly hours after a day; what was before stays on record."""
    who = get_injector(request, uid)
    row = get_hours(who, pk)
    form = EndForm(request.POST or None, row=row)
    page = page_of(who, f"End hours of {who.name}", note=str(row))
    return edit(request, form, page, lambda: changes.end_hours(row=row, last_day=form.cleaned_data["last_day"]))
