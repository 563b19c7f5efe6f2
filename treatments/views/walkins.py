"""Walk-ins, and the visits nobody has closed at the end of a day."""

import datetime as dt
import uuid
from typing import Any

from django.contrib import messages
from django.db.models import Exists, OuterRef
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from clinic import audit
from clinic.access import Capability, StaffRequest, may, requires
from clinic.models import AuditEntry
from clinic.redirects import posted_uid
from clinic.wording import clock_words
from patients.models import Patient
from patients.search import MONTH_FIRST
from treatments import booking, days, moves, slots, walkins
from treatments.authorized import shortfalls
from treatments.forms import parse_day
from treatments.models import Course, Status, TreatmentSession
from treatments.views.conflicts import course_ended
from treatments.views.lookup import get_course
from treatments.views.steps import names_visits, tell, warn_of_payer
from treatments.views.times import Refusal, early_reason, show_times, show_too_early

SHORTEST, MOST = 2, 20


@requires(Capability.BOOK)
def walk_in(request: StaffRequest) -> HttpResponse:
    """Find a person in treatment, to put in at the next free time; of whom it is too early for, the row says so."""
    now, text = timezone.now(), request.GET.get("q", "").strip()
    found = _found(request, text) if len(text) >= SHORTEST else []
    courses = _shown(request, found[:MOST])
    context = {
        "text": text,
        "courses": courses,
        "more": len(found) > len(courses),
        "people": [course.patient for course in courses],
        "unpaid": shortfalls([course.patient_id for course in courses], timezone.localdate()),
        "slot": walkins.next_free(request.clinic, now),
        "today": timezone.localdate(),
        "may_override": may(request.membership, Capability.PRESCRIBE),
        "searched": bool(text),
        "too_short": len(text) < SHORTEST,
    }
    return render(request, "treatments/walk_in.html", context)


def _found(request: StaffRequest, text: str) -> list[Any]:
    """Return those in treatment who match, one more than is shown; ``here``: they have come, and their visit has begun."""
    people = Patient.objects.filter(clinic=request.clinic)
    matching = people.matching(text, month_first=request.clinic.country in MONTH_FIRST)
    courses: Any = Course.objects.filter(clinic=request.clinic, patient__in=matching).open().with_due()
    begun = TreatmentSession.objects.filter(course=OuterRef("pk"), status__in=[Status.ARRIVED, Status.IN_ROOM])
    courses = courses.annotate(here=Exists(begun)).select_related("patient")
    return list(courses.order_by("patient__family_name", "pk")[: MOST + 1])


def _shown(request: StaffRequest, found: list[Any]) -> list[Any]:
    """Put on each course what its row needs; the search leaves its trace."""
    for course in found:
        last = course.last_given_on
        course.day_number = (timezone.localdate() - last).days if last else None
        course.visit_uid = uuid.uuid4()  # one for each row, so that a button pressed twice books once
    audit.looked(request, "patient", AuditEntry.Action.SEARCH, rows=len(found))
    return found


@require_POST
@requires(Capability.BOOK)
def put_in(request: StaffRequest, uid: uuid.UUID) -> HttpResponse:
    """Put a person in at the time that the page offered; what stands in the way is said as for any booking."""
    course, now = get_course(request, uid), timezone.now()
    if course.closed_on:
        return course_ended(request, course)
    try:
        slot = slots.read(request.clinic, request.POST.get("slot", ""), now)
        session = walkins.put_in(
            course=course,
            slot=slot,
            uid=posted_uid(request, "uid"),
            by=request.user,
            at=now,
            early_reason=early_reason(request),
        )
    except slots.NotOffered as error:
        return show_times(request, course, now, refusal=Refusal(422, str(error)))
    except booking.TooEarly as error:
        return show_too_early(request, course, error)
    except booking.Conflict as error:
        return show_times(request, course, now, refusal=Refusal(409, conflict=error))
    at = clock_words(timezone.localtime(session.starts_at).time())
    warn_of_payer(request, session)
    tell(request, session, f"{course.patient.full_name}: arrived, in at {at} with {session.injector.name}.")
    return redirect("treatments:today")


@require_http_methods(["GET", "POST"])
@requires(Capability.BOOK)
def sweep(request: StaffRequest) -> HttpResponse:
    """List a day's visits that nobody has closed; set the ticked ones as no-show. Nothing happens by itself."""
    now = timezone.now()
    date = parse_day(request.GET.get("date", "")) or request.clinic.date_at(now)
    visits: list[Any] = list(days.still_open(request.clinic, date, now))
    for visit in visits:
        visit.may_be_missed = moves.find(visit.status, Status.NO_SHOW) is not None
    if request.method == "GET":
        audit.looked(request, "still open", rows=len(visits))
        some = any(visit.may_be_missed for visit in visits)
        return render(request, "treatments/sweep.html", {"date": date, "visits": visits, "some_may_be_missed": some})
    return _set_ticked(request, visits, date, now)


def _set_ticked(request: StaffRequest, visits: list[Any], date: dt.date, now: dt.datetime) -> HttpResponse:
    ticked = set(request.POST.getlist("visit"))
    if not ticked:
        messages.warning(request, "Tick those who did not come. Nothing was changed.")
        return redirect(f"{reverse('treatments:still_open')}?date={date.isoformat()}")
    chosen = [visit for visit in visits if visit.may_be_missed and _as_seen(visit) in ticked]
    done = [visit for visit in chosen if _set_no_show(request, visit, now)]
    names = ", ".join(visit.course.patient.full_name for visit in done)
    if done:
        messages.success(request, f"{len(done)} set as no-show: {names}.", extra_tags=names_visits(*done))
    if len(done) < len(ticked):
        missed = len(ticked) - len(done)
        stayed = "stayed as it is. Look at it" if missed == 1 else "stayed as they are. Look at them one by one"
        messages.warning(request, f"{missed} changed meanwhile and {stayed}.")
    return redirect(reverse("treatments:day", args=[date.isoformat()]))


def _as_seen(visit: TreatmentSession) -> str:
    """Return a visit as the list showed it: a tick means this visit as it was then."""
    return f"{visit.uid}.{visit.status}.{visit.version}"


def _set_no_show(request: StaffRequest, visit: TreatmentSession, now: dt.datetime) -> bool:
    try:
        booking.change_status(
            session=visit, to=Status.NO_SHOW, by=request.user, at=now, reason="Still open at the end of the day"
        )
    except booking.Conflict:
        return False
    return True
