"""The day at the clinic."""

import datetime as dt

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from clinic import audit
from clinic.access import Capability, StaffRequest, may, requires
from clinic.models import AuditEntry
from treatments import days
from treatments.forms import parse_day


@requires(Capability.VIEW)
def today(request: StaffRequest) -> HttpResponse:
    """Show today at the clinic, whatever the date is where the screen stands."""
    now = timezone.now()
    return _day_page(request, now.astimezone(request.clinic.zone).date(), now)


@requires(Capability.VIEW)
def day(request: StaffRequest, date: str) -> HttpResponse:
    """Show another day."""
    wanted = parse_day(date)
    if wanted is None:
        raise Http404
    return _day_page(request, wanted, timezone.now())


def _day_page(request: StaffRequest, date: dt.date, now: dt.datetime) -> HttpResponse:
    sessions = list(days.sessions_of_day(request.clinic, date))
    audit.record(
        clinic=request.clinic, by=request.user, at=now, action=AuditEntry.Action.READ, kind="day", rows=len(sessions)
    )
    context = {
        "date": date,
        "is_today": date == now.astimezone(request.clinic.zone).date(),
        "now": now,
        "previous": date - dt.timedelta(days=1),
        "following": date + dt.timedelta(days=1),
        "sessions": sessions,
        "counts": days.counts(sessions),
        "next_day": None if sessions else days.next_day_with_visits(request.clinic, date),
        "may_book": may(request.membership, Capability.BOOK),
        "may_inject": may(request.membership, Capability.INJECT),
    }
    return render(request, "treatments/today.html", context)
