"""The free times of a course, as a page or in the dialog: to book, to move to, and what stands in the way."""

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from django.http import HttpResponse
from django.urls import reverse

from clinic.access import Capability, StaffRequest, may
from clinic.models import Clinic, WorkedHoliday
from clinic.public_holidays import public_holidays
from clinic.redirects import next_url
from treatments import slots, wishes
from treatments.authorized import shortfalls
from treatments.booking import AlreadyBooked, Conflict, TooEarly
from treatments.cycle import late_words
from treatments.forms import SearchTimesForm
from treatments.models import Course, SessionEvent, Status, TreatmentSession
from treatments.recording import on_record
from treatments.views.dialog import show
from treatments.views.nothing_free import nothing_free

SUGGESTED = 5
AFTER_CONFLICT = 3
# From then on a day and a month alone would be read as those of the nearer year: `From` may have been mistyped.
FAR = dt.timedelta(days=330)
CHIP_WEEKS = (12, 13, 16)
EARLY_REASONS = (("wears_off", "The effect wears off early, agreed with the doctor"), ("other", "Another reason"))
_PLACED = (SessionEvent.Kind.BOOKED, SessionEvent.Kind.MOVED, SessionEvent.Kind.UNDONE)


@dataclass(frozen=True)
class Refusal:
    """Why a time was not booked or moved to: in words, or as the conflict."""

    status: int
    problem: str = ""
    conflict: Conflict | None = None


NOT_REFUSED = Refusal(200)


def show_times(
    request: StaffRequest,
    course: Course,
    now: dt.datetime,
    *,
    moving: TreatmentSession | None = None,
    refusal: Refusal = NOT_REFUSED,
) -> HttpResponse:
    """Show free times to book, or to move a visit to; after a refusal with what stood in the way, nothing typed lost."""
    search, wanted = _search(request)
    need = slots.need_of(course)
    limit = AFTER_CONFLICT if refusal.conflict else SUGGESTED
    found = slots.suggest(course=course, now=now, limit=limit, **wanted)
    next_ = next_url(request, patient_url(course))
    context = {
        "course": course,
        "patient": course.patient,
        "need": need,
        **_asked_of_the_day(course, need, found, now),
        "unpaid": shortfalls([course.patient_id], need.due_on).get(course.patient_id, ""),
        "closed": holiday(request.clinic, need.due_on),
        "slots": found,
        "far": bool(found) and found[0].starts_at > now + FAR,
        "nothing": None if found else nothing_free(course, wanted, need.due_on, now, next_),
        "chips": _chips(need.last_given_on, request.clinic.date_at(now)),
        "search": search,
        "searched": any(wanted.values()),
        "refused_days": _refused_days(request, course, now, wanted),
        "moving": moving,
        "could_come": _could_come(moving),
        "own": None if moving else own_visit(course),
        "problem": refusal.problem,
        "has_errors": bool(search.errors or refusal.problem),
        **_beaten(refusal.conflict),
        "here": address(course, moving),
        "uid": request.POST.get("uid") or uuid.uuid4(),
        "note": request.POST.get("note", ""),
        "next": next_,
    }
    return show(request, "treatments/times.html", context, refusal.status)


def _asked_of_the_day(
    course: Course, need: slots.Need, found: Sequence[slots.Slot], now: dt.datetime
) -> dict[str, Any]:
    """Say what the day of the first time asks for: how late it is, and doses elsewhere. Of today where there is none."""
    at = found[0].starts_at if found else now
    day, last, interval = course.clinic.date_at(at), need.last_given_on, course.interval_days
    return {
        "late": late_words(last, day, interval) if last else "",
        "elsewhere": on_record.elsewhere(course.patient.joined(), day, interval, now),
    }


def _search(request: StaffRequest) -> tuple[SearchTimesForm, dict[str, Any]]:
    """Return the boxes to look for other times, and what they ask for; nothing where it cannot be read."""
    # What a button or a link asks for stands in its address; the boxes go along with the form.
    asked = request.GET or request.POST
    search = SearchTimesForm(asked or None, clinic=request.clinic)
    return search, search.cleaned_data if search.is_bound and search.is_valid() else {}


def _could_come(moving: TreatmentSession | None) -> wishes.Wish | None:
    """Return when a person who asked for another time could come."""
    asked = moving and moving.chip == TreatmentSession.Answer.ASKED_TO_MOVE
    return wishes.wish_of(moving) if moving and asked else None


def _chips(last_given_on: dt.date | None, today: dt.date) -> list[tuple[int, dt.date]]:
    """Return days still to come that are whole weeks after the last session."""
    if last_given_on is None:
        return []
    days = ((weeks, last_given_on + dt.timedelta(weeks=weeks)) for weeks in CHIP_WEEKS)
    return [(weeks, day) for weeks, day in days if day > today]


def show_too_early(
    request: StaffRequest, course: Course, error: TooEarly, moving: TreatmentSession | None = None
) -> HttpResponse:
    """Interrupt, do not scold: say the day and the earliest day, and let a prescriber give a reason."""
    need = slots.need_of(course)
    context = {
        "patient": course.patient,
        "moving": moving,
        "error": error,
        "day_number": (error.day - need.last_given_on).days if need.last_given_on else None,
        "interval": course.interval_days,
        "may_override": may(request.membership, Capability.PRESCRIBE),
        "reasons": EARLY_REASONS,
        "because": request.POST.get("early_because", ""),
        "early_reason": request.POST.get("early_reason", ""),
        "reason_missing": "Choose a reason, or write one." if "early_reason" in request.POST else "",
        "has_errors": "early_reason" in request.POST,
        "posted": {name: request.POST.get(name, "") for name in ("slot", "uid", "note", "version", "next")},
        "here": request.path,
        "later": f"{address(course, moving)}?{_next_query(request, course)}",
        "calendar": _calendar(request, course, moving),
    }
    return show(request, "treatments/too_early.html", context, 422)


def _calendar(request: StaffRequest, course: Course, moving: TreatmentSession | None) -> str:
    """Return the calendar at the week in which the time was chosen, for another to be chosen there; else nothing."""
    came_from = urlsplit(next_url(request, patient_url(course)))
    if came_from.path not in {reverse("treatments:calendar"), reverse("treatments:calendar_day")}:
        return ""
    chosen = {"moving": str(moving.uid)} if moving else {"booking": str(course.uid)}
    return f"{came_from.path}?{urlencode(dict(parse_qsl(came_from.query)) | chosen)}"


def early_reason(request: StaffRequest) -> str:
    """Return the reason for an early session as typed and chosen; the words alone count as a reason too.

    "Another reason" without words is none.
    """
    because, words = request.POST.get("early_because", ""), request.POST.get("early_reason", "").strip()[:300]
    if because != "wears_off":
        return words
    label = dict(EARLY_REASONS)[because]
    return f"{label}. {words}" if words else label


def address(course: Course, moving: TreatmentSession | None) -> str:
    """Return where the times are shown and chosen."""
    return reverse("treatments:move", args=[moving.uid]) if moving else reverse("treatments:book", args=[course.uid])


def patient_url(course: Course) -> str:
    """Return the page of the course's patient."""
    return reverse("patients:detail", args=[course.patient.uid])


def holiday(clinic: Clinic, day: dt.date) -> str:
    """Return the name of the public holiday on which the clinic does not work, or nothing."""
    name = public_holidays(clinic.country, clinic.subdivision, day.year).get(day, "")
    return "" if name and WorkedHoliday.objects.filter(clinic=clinic, date=day).exists() else name


def _refused_days(
    request: StaffRequest, course: Course, now: dt.datetime, wanted: dict[str, Any]
) -> list[slots.RefusedDay] | None:
    """Return the days that are not offered and why, or None when nobody asked."""
    if "why" not in request.GET and "why" not in request.POST:
        return None
    like = {name: value for name, value in wanted.items() if name != "not_before"}
    return slots.why_not(course=course, now=now, first=wanted.get("not_before"), **like)


def own_visit(course: Course) -> TreatmentSession | None:
    """Return the visit that is booked in a course."""
    found = course.sessions.filter(status=Status.BOOKED)
    return found.select_related("clinic", "course__patient", "injector").first()


def _beaten(conflict: Conflict | None) -> dict[str, Any]:
    """Return what the page says of whoever was first."""
    return {
        "conflict": conflict,
        "theirs_is_own": isinstance(conflict, AlreadyBooked),
        "taken_by": _taker(conflict),
    }


def _taker(conflict: Conflict | None) -> SessionEvent | None:
    """Return the event that put the other session there, with its author."""
    if conflict is None or conflict.session is None:
        return None
    return conflict.session.events.filter(kind__in=_PLACED).select_related("by").order_by("-pk").first()


def _next_query(request: StaffRequest, course: Course) -> str:
    return urlencode({"next": next_url(request, patient_url(course))})
