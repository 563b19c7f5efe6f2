"""Booking, moving and cancelling a visit."""

import datetime as dt
import uuid

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from clinic.access import Capability, StaffRequest, requires
from clinic.redirects import next_url, posted_uid
from clinic.wording import moment_words
from treatments import booking, moves, slots
from treatments.forms import ReasonForm
from treatments.models import Course, Status, TreatmentSession
from treatments.models.session import LONGEST_NOTE
from treatments.recall import handling
from treatments.views.conflicts import conflict_page, course_ended, day_over, move_conflict, step_conflict
from treatments.views.dialog import leave
from treatments.views.lookup import get_course, get_session
from treatments.views.offers import say_what_is_free
from treatments.views.steps import changed_since, day_url, say_already, tell, warn_of_payer
from treatments.views.times import Refusal, early_reason, own_visit, patient_url, show_times, show_too_early


@require_http_methods(["GET", "POST"])
@requires(Capability.BOOK)
def book(request: StaffRequest, uid: uuid.UUID) -> HttpResponse:
    """Offer five free times; one click books. Other times are asked for with what was typed so far."""
    course = get_course(request, uid)
    if course.closed_on:
        return course_ended(request, course)
    if "slot" in request.POST:
        return _book(request, course, timezone.now())
    now = timezone.now()
    own = own_visit(course)
    if own and moves.day_is_over(own, now):
        return day_over(request, own)
    handling.note(course=course, by=request.user, at=now)
    return show_times(request, course, now)


def _book(request: StaffRequest, course: Course, now: dt.datetime) -> HttpResponse:
    try:
        slot = slots.read(request.clinic, request.POST["slot"], now, to_book=True)
        session = booking.book(
            course=course,
            slot=slot,
            # Sent twice, it books once, for each of those that a page offers the time to.
            uid=uuid.uuid5(posted_uid(request, "uid"), course.uid.hex),
            by=request.user,
            at=now,
            early_reason=early_reason(request),
            note=request.POST.get("note", "")[:LONGEST_NOTE],
        )
    except slots.NotOffered as error:
        return show_times(request, course, now, refusal=Refusal(422, str(error)))
    except booking.TooEarly as error:
        return show_too_early(request, course, error)
    except booking.Conflict as error:
        return show_times(request, course, now, refusal=Refusal(409, conflict=error))
    warn_of_payer(request, session)
    tell(request, session, f"{course.patient.full_name}: booked for {_when(session)} with {session.injector.name}.")
    return leave(request, next_url(request, patient_url(course)))


@require_http_methods(["GET", "POST"])
@requires(Capability.BOOK)
def move(request: StaffRequest, uid: uuid.UUID) -> HttpResponse:
    """Give a booked visit another time; the old one stays until the new one is saved."""
    session, now = get_session(request, uid), timezone.now()
    if session.status == Status.BOOKED and moves.day_is_over(session, now):
        return day_over(request, session)
    if "slot" in request.POST:
        try:
            slot = slots.read(request.clinic, request.POST["slot"], now, to_book=True)
        except slots.NotOffered as error:
            return show_times(request, session.course, now, moving=session, refusal=Refusal(422, str(error)))
        return _move(request, session, slot, now)
    if session.status != Status.BOOKED:
        return conflict_page(request, booking.Stale(session))
    return show_times(request, session.course, now, moving=session)


def _move(request: StaffRequest, session: TreatmentSession, slot: slots.Slot, now: dt.datetime) -> HttpResponse:
    version, early = request.POST.get("version", ""), early_reason(request)
    if session.status != Status.BOOKED or version != str(session.version):
        return _moved_meanwhile(request, booking.Stale(session), slot)
    old = _place(session)
    try:
        booking.move(session=session, version=int(version), slot=slot, by=request.user, at=now, early_reason=early)
    except booking.TooEarly as error:
        return show_too_early(request, session.course, error, moving=session)
    except booking.Stale as error:
        return _moved_meanwhile(request, error, slot)
    except booking.Conflict as error:
        fresh = get_session(request, session.uid)
        return show_times(request, fresh.course, now, moving=fresh, refusal=Refusal(409, conflict=error))
    name = session.course.patient.full_name
    warn_of_payer(request, session)
    tell(request, session, f"{name}: moved to {_when(session)} with {session.injector.name}.")
    say_what_is_free(request, old)
    return leave(request, next_url(request, patient_url(session.course)))


def _moved_meanwhile(request: StaffRequest, error: booking.Stale, slot: slots.Slot) -> HttpResponse:
    """Say that a visit stands where it was to be moved to: the form came twice, or a colleague chose the same; else both."""
    session = error.session
    if session.status != Status.BOOKED or _place(session) != slot:
        return move_conflict(request, error, slot)
    say_already(request, session, f" for {_when(session)}")
    return leave(request, next_url(request, patient_url(session.course)))


@require_http_methods(["GET", "POST"])
@requires(Capability.BOOK)
def cancel(request: StaffRequest, uid: uuid.UUID) -> HttpResponse:
    """Cancel a visit, with the reason."""
    session = get_session(request, uid)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        return _cancel(request, session, form.cleaned_data["reason"])
    if moves.find(session.status, Status.CANCELLED) is None:
        return conflict_page(request, booking.Stale(session))
    status = 422 if request.method == "POST" else 200
    may_move = session.status == Status.BOOKED and not moves.day_is_over(session, timezone.now())
    context = {"session": session, "form": form, "may_move": may_move, "next": next_url(request, day_url(session))}
    return render(request, "treatments/cancel.html", context, status=status)


def _cancel(request: StaffRequest, session: TreatmentSession, reason: str) -> HttpResponse:
    if session.status == Status.CANCELLED or changed_since(request, session):
        return _changed_meanwhile(request, booking.Stale(session), reason)
    try:
        booking.change_status(session=session, to=Status.CANCELLED, by=request.user, at=timezone.now(), reason=reason)
    except booking.Stale as error:
        return _changed_meanwhile(request, error, reason)
    except booking.NotPossible:
        return conflict_page(request, booking.Stale(session))
    tell(request, session, f"{session.course.patient.full_name}: visit on {_when(session)} cancelled.")
    say_what_is_free(request, _place(session))
    return redirect(next_url(request, patient_url(session.course)))


def _changed_meanwhile(request: StaffRequest, error: booking.Stale, reason: str) -> HttpResponse:
    """Two presses, or two people with one mind, cancel once; else what was wanted stands beside what has become of it."""
    if error.session.status != Status.CANCELLED:
        return step_conflict(request, error, Status.CANCELLED, reason)
    say_already(request, error.session)
    return redirect(next_url(request, patient_url(error.session.course)))


def _place(session: TreatmentSession) -> slots.Slot | None:
    if session.room is None:
        return None
    return slots.Slot(session.injector, session.room, session.starts_at, session.ends_at)


def _when(session: TreatmentSession) -> str:
    return moment_words(timezone.localtime(session.starts_at))
