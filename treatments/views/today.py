"""The day at the clinic, and the one-click steps of each visit."""

import datetime as dt
import uuid

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from clinic import audit
from clinic.access import Capability, StaffRequest, may, requires
from clinic.models import AuditEntry
from clinic.redirects import next_url
from treatments import booking, days
from treatments.forms import parse_day
from treatments.models import Status, TreatmentSession
from treatments.views.lookup import conflict_page, get_session


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


@require_POST
@requires(Capability.BOOK)
def status(request: StaffRequest, uid: uuid.UUID) -> HttpResponse:
    """Take a visit one step on: arrived, in room, no-show, cancelled."""
    session = get_session(request, uid)
    seen, wanted = request.POST.get("seen", session.status), request.POST.get("to", "")
    if wanted not in Status.values or wanted == Status.DONE:
        raise BadRequest
    if seen != session.status and session.status != wanted:
        return conflict_page(request, booking.Stale(session))
    try:
        booking.change_status(
            session=session,
            to=Status(wanted),
            by=request.user,
            at=timezone.now(),
            reason=request.POST.get("reason", ""),
        )
    except booking.Conflict as error:
        return conflict_page(request, error)
    except booking.NotPossible as error:
        messages.error(request, str(error))
    else:
        tell(request, session, f"{session.course.patient.full_name}: {session.get_status_display().lower()}.")
    return redirect(next_url(request, _day_url(session)))


@require_POST
@requires(Capability.BOOK)
def undo(request: StaffRequest, uid: uuid.UUID, event: int) -> HttpResponse:
    """Take back the last step of a visit."""
    session = get_session(request, uid)
    step = session.events.filter(pk=event).first()
    if step is None:
        raise Http404
    try:
        booking.undo(session=session, event=step, by=request.user, at=timezone.now())
    except booking.Conflict as error:
        return conflict_page(request, error)
    except booking.NotPossible as error:
        messages.error(request, str(error))
    else:
        messages.success(
            request, f"Undone. {session.course.patient.full_name}: {session.get_status_display().lower()}."
        )
    return redirect(next_url(request, _day_url(session)))


def tell(request: StaffRequest, session: TreatmentSession, text: str) -> None:
    """Say what happened, with Undo beside it."""
    last = session.events.order_by("-pk").values_list("pk", flat=True).first()
    url = reverse("treatments:undo", args=[session.uid, last])
    messages.success(request, text, extra_tags=f"undo:{url}")


def _day_url(session: TreatmentSession) -> str:
    return reverse("treatments:day", args=[session.local_date.isoformat()])
