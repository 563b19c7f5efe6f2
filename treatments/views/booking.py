"""Booking, moving and cancelling a visit."""

import datetime as dt
import uuid
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from clinic.access import Capability, StaffRequest, may, requires
from clinic.redirects import next_url, posted_uid
from clinic.wording import moment_words
from treatments import booking, slots
from treatments.forms import ReasonForm, SearchTimesForm
from treatments.models import Course, Status, TreatmentSession
from treatments.views.conflicts import conflict_page, move_conflict, step_conflict
from treatments.views.lookup import get_course, get_session
from treatments.views.steps import changed_since, day_url, tell

SUGGESTED = 5
AFTER_CONFLICT = 3


@require_http_methods(["GET", "POST"])
@requires(Capability.BOOK)
def book(request: StaffRequest, uid: uuid.UUID) -> HttpResponse:
    """Offer five free times; one click books."""
    course = get_course(request, uid)
    if course.closed_on:
        return render(request, "treatments/course_closed.html", {"course": course}, status=409)
    if request.method == "POST":
        return _book(request, course, timezone.now())
    own = course.sessions.filter(status=Status.BOOKED).select_related("injector").first()
    return _times(request, course, timezone.now(), own=own)


def _book(request: StaffRequest, course: Course, now: dt.datetime) -> HttpResponse:
    try:
        slot = slots.read(request.clinic, request.POST.get("slot", ""), now)
        session = booking.book(
            course=course,
            slot=slot,
            uid=posted_uid(request, "uid"),  # sent twice, it books once
            by=request.user,
            at=now,
            early_reason=request.POST.get("early_reason", ""),
            note=request.POST.get("note", "")[:500],
        )
    except slots.NotOffered as error:
        return _times(request, course, now, problem=str(error), status=422)
    except booking.TooEarly as error:
        return _too_early(request, course, error)
    except booking.Conflict as error:
        return _times(request, course, now, conflict=error, limit=AFTER_CONFLICT, status=409)
    tell(request, session, f"{course.patient.full_name}: booked for {_when(session)} with {session.injector.name}.")
    return redirect(next_url(request, _patient_url(course)))


def _times(
    request: StaffRequest,
    course: Course,
    now: dt.datetime,
    *,
    moving: TreatmentSession | None = None,
    limit: int = SUGGESTED,
    status: int = 200,
    conflict: booking.Conflict | None = None,
    **more: Any,
) -> HttpResponse:
    """Show free times to book, or to move a visit to."""
    search = SearchTimesForm(request.GET or None, injectors=request.clinic.injectors.filter(active=True))
    wanted = search.cleaned_data if search.is_bound and search.is_valid() else {}
    wish = slots.wish_of(course)
    context = {
        "course": course,
        "patient": course.patient,
        "wish": wish,
        "slots": slots.suggest(
            course=course, now=now, limit=limit, injector=wanted.get("injector"), not_before=wanted.get("not_before")
        ),
        "chips": [(weeks, wish.last_given_on + dt.timedelta(weeks=weeks)) for weeks in (12, 13, 16)]
        if wish.last_given_on
        else [],
        "search": search,
        "searched": any(wanted.values()),
        "moving": moving,
        "conflict": conflict,
        "taken_by": _taker(conflict),
        "uid": request.POST.get("uid") or uuid.uuid4(),
        "note": request.POST.get("note", ""),
        "next": next_url(request, _patient_url(course)),
    }
    return render(request, "treatments/times.html", context | more, status=status)


def _taker(conflict: booking.Conflict | None) -> Any:
    """Return the event that put the other session there, with its author."""
    if conflict is None or conflict.session is None:
        return None
    return conflict.session.events.filter(kind__in=["booked", "moved"]).select_related("by").order_by("-pk").first()


def _too_early(
    request: StaffRequest, course: Course, error: booking.TooEarly, moving: TreatmentSession | None = None
) -> HttpResponse:
    """Interrupt, do not scold: say the day and the earliest day, and let a prescriber give a reason."""
    wish = slots.wish_of(course)
    context = {
        "course": course,
        "patient": course.patient,
        "moving": moving,
        "error": error,
        "day_number": (error.day - wish.last_given_on).days if wish.last_given_on else None,
        "interval": course.interval_days,
        "may_override": may(request.membership, Capability.PRESCRIBE),
        "posted": {name: request.POST.get(name, "") for name in ("slot", "uid", "note", "version", "next")},
    }
    return render(request, "treatments/too_early.html", context, status=422)


@require_http_methods(["GET", "POST"])
@requires(Capability.BOOK)
def move(request: StaffRequest, uid: uuid.UUID) -> HttpResponse:
    """Give a booked visit another time; the old one stays until the new one is saved."""
    session, now = get_session(request, uid), timezone.now()
    if request.method == "POST":
        try:
            slot = slots.read(request.clinic, request.POST.get("slot", ""), now)
        except slots.NotOffered as error:
            return _times(request, session.course, now, moving=session, problem=str(error), status=422)
        return _move(request, session, slot, now)
    if session.status != Status.BOOKED:
        return conflict_page(request, booking.Stale(session))
    return _times(request, session.course, now, moving=session)


def _move(request: StaffRequest, session: TreatmentSession, slot: slots.Slot, now: dt.datetime) -> HttpResponse:
    version, early = request.POST.get("version", ""), request.POST.get("early_reason", "")
    if session.status != Status.BOOKED or version != str(session.version):
        return move_conflict(request, booking.Stale(session), slot)
    try:
        booking.move(session=session, version=int(version), slot=slot, by=request.user, at=now, early_reason=early)
    except booking.TooEarly as error:
        return _too_early(request, session.course, error, moving=session)
    except booking.Stale as error:
        return move_conflict(request, error, slot)
    except booking.Conflict as error:
        fresh = get_session(request, session.uid)
        return _times(request, fresh.course, now, moving=fresh, conflict=error, limit=AFTER_CONFLICT, status=409)
    name = session.course.patient.full_name
    tell(request, session, f"{name}: moved to {_when(session)} with {session.injector.name}.")
    return redirect(next_url(request, _patient_url(session.course)))


@require_http_methods(["GET", "POST"])
@requires(Capability.BOOK)
def cancel(request: StaffRequest, uid: uuid.UUID) -> HttpResponse:
    """Cancel a visit, with the reason."""
    session = get_session(request, uid)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        return _cancel(request, session, form.cleaned_data["reason"])
    status = 422 if request.method == "POST" else 200
    context = {"session": session, "form": form, "next": next_url(request, day_url(session))}
    return render(request, "treatments/cancel.html", context, status=status)


def _cancel(request: StaffRequest, session: TreatmentSession, reason: str) -> HttpResponse:
    if changed_since(request, session):
        return step_conflict(request, booking.Stale(session), Status.CANCELLED, reason)
    try:
        booking.change_status(session=session, to=Status.CANCELLED, by=request.user, at=timezone.now(), reason=reason)
    except booking.Stale as error:
        return step_conflict(request, error, Status.CANCELLED, reason)
    except booking.NotPossible:
        return conflict_page(request, booking.Stale(session))
    tell(request, session, f"{session.course.patient.full_name}: visit on {_when(session)} cancelled.")
    return redirect(next_url(request, _patient_url(session.course)))


def _when(session: TreatmentSession) -> str:
    return moment_words(timezone.localtime(session.starts_at))


def _patient_url(course: Course) -> str:
    return reverse("patients:detail", args=[course.patient.uid])
