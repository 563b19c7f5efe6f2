"""Tomorrow's call list: who has not been told by a message."""

import datetime as dt
import uuid

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from clinic import audit
from clinic.access import Capability, StaffRequest, may, requires
from clinic.redirects import next_url
from reminders import handling
from reminders.tomorrow import untold
from reminders.watching.facts import look
from treatments import days
from treatments.forms import parse_day
from treatments.models import TreatmentSession

CHANGED = "The visit has changed since your list was made: look at it, and call again."


@requires(Capability.VIEW)
def tomorrow(request: StaffRequest) -> HttpResponse:
    """Show and print it; ``date`` names another day, for a clinic that is closed tomorrow."""
    now = timezone.now()
    local_today = request.clinic.date_at(now)
    day = parse_day(request.GET.get("date", "")) or local_today + dt.timedelta(days=1)
    rows = untold(clinic=request.clinic, day=day, now=now)
    audit.looked(request, "calls", rows=len(rows))
    context = {
        "day": day,
        "is_tomorrow": day == local_today + dt.timedelta(days=1),
        "previous": day - dt.timedelta(days=1),
        "following": day + dt.timedelta(days=1),
        "rows": rows,
        "next_day": None if rows else days.next_day_with_visits(request.clinic, after=day - dt.timedelta(days=1)),
        "to_call": sum(row.call is None for row in rows),
        "may_act": may(request.membership, Capability.MESSAGE),
        "watch": look(clinic=request.clinic, now=now),
        "here": request.get_full_path(),
    }
    return render(request, "reminders/tomorrow.html", context)


@require_POST
@requires(Capability.MESSAGE)
def called(request: StaffRequest, uid: uuid.UUID) -> HttpResponse:
    """Note that the patient was told by telephone."""
    session = _one(request, uid)
    try:
        handling.call_about_visit(session=session, told=_told(request), by=request.user, at=timezone.now())
    except handling.Changed:
        messages.warning(request, f"{session.course.patient} was not noted as called. {CHANGED}")
    except handling.NothingToDo:
        messages.warning(request, "Somebody has called already.")
    else:
        undo = reverse("reminders:take_back_call", args=[uid])
        messages.success(request, f"{session.course.patient} was called.", extra_tags=f"undo:{undo}")
    return redirect(next_url(request, "reminders:tomorrow"))


@require_POST
@requires(Capability.MESSAGE)
def take_back_call(request: StaffRequest, uid: uuid.UUID) -> HttpResponse:
    """Undo it."""
    session = _one(request, uid)
    try:
        handling.take_back_call(session=session, by=request.user, at=timezone.now())
    except handling.NothingToDo:
        messages.warning(request, "There was nothing to undo.")
    else:
        messages.success(request, f"Undone. {session.course.patient} is still to call.")
    return redirect(next_url(request, "reminders:tomorrow"))


def _told(request: StaffRequest) -> dt.datetime | None:
    """Return the time that stood on the list; None for what is no time."""
    text = request.POST.get("visit_at", "")
    return dt.datetime.fromtimestamp(int(text), dt.UTC) if text.isdecimal() and len(text) < 12 else None


def _one(request: StaffRequest, uid: uuid.UUID) -> TreatmentSession:
    sessions = TreatmentSession.objects.filter(clinic=request.clinic).select_related("clinic", "course__patient")
    return get_object_or_404(sessions, uid=uid)
