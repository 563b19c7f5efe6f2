"""Two people on one visit: what each of them wanted, and the choice between the two."""

from dataclasses import dataclass, field
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from clinic.access import StaffRequest
from clinic.redirects import next_url
from clinic.wording import clock_words, day_words, moment_words
from treatments import moves
from treatments.booking import AlreadyBooked, Conflict, DayOver, Stale
from treatments.models import Course, SessionEvent, Status, TreatmentSession
from treatments.slots import Slot
from treatments.views.dialog import show

_MINE = {
    Status.BOOKED: "You set it back to booked.",
    Status.ARRIVED: "You marked it arrived.",
    Status.IN_ROOM: "You marked it in room.",
    Status.NO_SHOW: "You marked it a no-show.",
    Status.CANCELLED: "You cancelled it.",
}
_THEIRS = {
    Status.BOOKED: "set this back to booked",
    Status.ARRIVED: "marked this arrived",
    Status.IN_ROOM: "marked this in room",
    Status.DONE: "signed this",
    Status.NO_SHOW: "marked this a no-show",
    Status.CANCELLED: "cancelled this",
}
_OTHER = {
    SessionEvent.Kind.MOVED: "moved this",
    SessionEvent.Kind.TAKEN_OVER: "took over writing this",
    SessionEvent.Kind.CORRECTED: "corrected the record of this",
}


@dataclass(frozen=True)
class Wanted:
    """What the person asked for: in words, and the form that asks for it again with the visit as it is now."""

    words: str
    label: str = ""
    url: str = ""
    fields: dict[str, str] = field(default_factory=dict)


def step_conflict(request: StaffRequest, error: Stale, to: str, reason: str = "") -> HttpResponse:
    """Show a step beside what somebody else made of the visit meanwhile; take it all the same if the table allows."""
    session, words = error.session, _MINE[Status(to)]
    step = moves.find(session.status, to)
    if step is None or step.is_too_soon(session, timezone.now()):
        return conflict_page(request, error, Wanted(words))
    fields = {"to": to, "seen": session.status, "version": str(session.version), "reason": reason}
    label = f"Set {Status(to).label.lower()}"
    return conflict_page(request, error, Wanted(words, label, reverse("treatments:status", args=[session.uid]), fields))


def move_conflict(request: StaffRequest, error: Stale, slot: Slot) -> HttpResponse:
    """Show the time that was chosen beside the one somebody else chose, or beside the visit that is no longer booked."""
    session = error.session
    chosen = moment_words(timezone.localtime(slot.starts_at))
    words = f"You chose {chosen} with {slot.injector.name}."
    if session.status != Status.BOOKED:
        return conflict_page(request, error, Wanted(words))
    fields = {"slot": slot.code, "version": str(session.version)}
    url = reverse("treatments:move", args=[session.uid])
    return conflict_page(request, error, Wanted(words, f"Move to {chosen}", url, fields))


def conflict_page(request: StaffRequest, error: Stale, wanted: Wanted | None = None) -> HttpResponse:
    """Say what changed meanwhile, who did it and when; what the person wanted is kept on the page."""
    if isinstance(error, DayOver):
        return day_over(request, error.session)
    session = error.session
    event = session.events.steps().select_related("by").order_by("-pk").first()
    context = {
        "session": session,
        "theirs": theirs(event) if event else "",
        "keep": _keep(session),
        "wanted": wanted,
        "next": next_url(request, reverse("treatments:day", args=[session.local_date.isoformat()])),
    }
    return show(request, "treatments/conflict.html", context, 409)


def day_over(request: StaffRequest, session: TreatmentSession) -> HttpResponse:
    """Ask what became of a visit whose day has gone by; the next one is booked once that is said."""
    back = next_url(request, reverse("patients:detail", args=[session.course.patient.uid]))
    context = {
        "session": session,
        "patient": session.course.patient,
        "next": back,
        "then": f"{reverse('treatments:book', args=[session.course.uid])}?{urlencode({'next': back})}",
    }
    return show(request, "treatments/day_over.html", context, 409)


def course_ended(request: StaffRequest, course: Course) -> HttpResponse:
    """Say that a course has ended, meanwhile or long ago: nothing is booked in it, and it is on no list."""
    return show(request, "treatments/course_closed.html", {"course": course}, 409)


def old_time_gone(request: StaffRequest, visit: TreatmentSession, error: Conflict) -> HttpResponse:
    """Say that a visit cannot have its old time back, since somebody has it or its person has another visit by now."""
    context = {
        "visit": visit,
        "words": _gone_words(visit, error),
        "other": error.session if isinstance(error, AlreadyBooked) else None,
        "next": next_url(request, reverse("treatments:day", args=[visit.local_date.isoformat()])),
    }
    return render(request, "treatments/old_time_gone.html", context, status=409)


def _gone_words(visit: TreatmentSession, error: Conflict) -> str:
    other = error.session
    if other is None:
        return f"The old time is no longer open: {error.why or 'somebody else has it'}."
    place = f"{moment_words(timezone.localtime(other.starts_at))} with {other.injector.name}"
    if isinstance(error, AlreadyBooked):
        return f"{visit.course.patient.full_name} has another visit by now: {place}."
    return f"{other.course.patient.full_name} has it now: {place}."


def theirs(event: SessionEvent) -> str:
    """Say in one sentence who did what to the visit, and when."""
    at = timezone.localtime(event.at)
    same_day = at.date() == timezone.localdate()
    when = f"at {clock_words(at.time())}" + ("" if same_day else f" on {day_words(at.date())}")
    return f"{event.by.full_name if event.by else 'The patient'} {_did(event)} {when}."


def _did(event: SessionEvent) -> str:
    if event.kind == SessionEvent.Kind.UNDONE:
        return "undid a step of this"
    if event.kind == SessionEvent.Kind.ANSWERED:
        return "asked to move this" if event.after.get("answer") == "asked_to_move" else "confirmed this"
    if "status" in event.after:
        return _THEIRS[Status(event.after["status"])]
    return _OTHER.get(SessionEvent.Kind(event.kind), "booked this")


def _keep(session: TreatmentSession) -> str:
    """Word the button that leaves the visit as it is: by its time while booked, by its status after."""
    if session.status == Status.BOOKED:
        return f"Keep {moment_words(timezone.localtime(session.starts_at))}"
    return f"Keep {session.get_status_display().lower()}"
