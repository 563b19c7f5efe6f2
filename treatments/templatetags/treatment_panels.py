"""What the treatments room shows on pages of the rooms below it."""

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

from django import template
from django.db.models import Count, Q
from django.template import RequestContext
from django.utils import timezone

from clinic.access import Capability, may
from clinic.models import Clinic
from clinic.wording import short_words
from patients.access import may_write
from patients.diary import Day
from patients.eligibility.counts import WINDOW_DAYS
from patients.models import Assessment, Authorization, Patient
from treatments import moves, undoing
from treatments.authorized import Given, Use, use_of
from treatments.care import Care, care_of
from treatments.effects import reporting
from treatments.models import Course, SideEffect, TreatmentSession
from treatments.models.session import OPEN
from treatments.response.chart import chart
from treatments.response.reading import Reading, response_of

register = template.Library()

SHOWN = 10  # side effects and scores on a patient's page, the newest


def _standing(patients: Iterable[Patient]) -> dict[int, dict[str, Any]]:
    """Return each patient's open course and open session, by patient id (two queries, whatever the number of people)."""
    courses: Any = Course.objects.filter(patient__in=patients).open().with_due()
    standing: dict[int, dict[str, Any]] = {course.patient_id: {"course": course, "session": None} for course in courses}
    by_course = {entry["course"].pk: entry for entry in standing.values()}
    sessions = TreatmentSession.objects.filter(course__in=by_course, status__in=OPEN).select_related("injector")
    for session in sessions:
        by_course[session.course_id]["session"] = session
    return standing


@register.simple_tag(name="care_of")
def care_of_patient(patient: Patient) -> Care:
    """Read the treatment once, for the panels below (3 queries)."""
    return care_of(patient)


@register.inclusion_tag("treatments/_next_visit.html", takes_context=True)
def next_visit(context: RequestContext, patient: Patient, care: Care, today: dt.date) -> dict[str, Any]:
    """Say when the person comes next, that a visit gone by was not closed, or since when they are due."""
    membership = context.get("membership")
    return {
        "course": care.course,
        "session": care.session,
        "request": context["request"],
        "back": context.get("home"),  # where the page answers a sent form, at an address that is no page
        "patient": patient,
        "today": today,
        "days": (care.course.next_due_on - today).days if care.course else None,
        "late": care.lateness_words(today),
        "may_book": may(membership, Capability.BOOK),
        "may_prescribe": may(membership, Capability.PRESCRIBE),
    }


@register.simple_tag
def next_visits(patients: Iterable[Patient]) -> dict[int, str]:
    """Return a short line per patient id for a list of people, in two queries."""
    today = timezone.localdate()
    return {pk: _line(entry["course"], entry["session"], today) for pk, entry in _standing(list(patients)).items()}


def _line(course: Any, session: TreatmentSession | None, today: dt.date) -> str:
    if session:
        when = short_words(timezone.localtime(session.starts_at))
        return f"{when}, still open" if session.local_date < today else when
    return f"Due {course.next_due_on.day} {course.next_due_on:%b %Y}, not booked"


@register.simple_tag
def authorized_use(authorizations: Iterable[Authorization], care: Care) -> dict[int, Use]:
    """Return what was used of one person's authorizations, by their id."""
    wasted = {one.pk: one.record.units_wasted for one in care.given if one.record}
    return use_of(authorizations, (Given(one.given_on, one.units, wasted.get(one.pk)) for one in care.given))


@register.simple_tag(takes_context=True)
def open_course_of(context: RequestContext, patient: Patient) -> Course | None:
    """Return the person's open course, if they have one (1 query where the page has not read the treatment)."""
    care = context.get("care")
    found: Course | None = care.course if care else Course.objects.filter(patient=patient).open().first()
    return found


@register.simple_tag
def cycles_to_judge(patient: Patient, today: dt.date) -> int:
    """Return how many cycles of the open course can be judged, those before this system kept them included.

    One that has just begun says nothing yet, here as in the response: 28 whole days have to be over.
    """
    course = Course.objects.filter(patient=patient).open().first()
    if course is None:
        return 0
    return course.cycles_before + course.sessions.filter(given_on__lt=today - dt.timedelta(days=WINDOW_DAYS)).count()


@register.filter
def entry(table: dict[Any, Any], key: Any) -> Any:
    """Return what a table holds for a key, or nothing."""
    return table.get(key, "")


@register.simple_tag
def response_to(
    patient: Patient, care: Care, days: Sequence[Day], today: dt.date, signed: Assessment | None
) -> Reading:
    """Return what the treatment does, from what the page has read already (1 query for the frozen level)."""
    return response_of(patient, care.given, days, today, signed)


@register.inclusion_tag("treatments/_timeline.html")
def timeline(patient: Patient, care: Care, reading: Reading) -> dict[str, Any]:
    """List the person's sessions, the newest first, with what was given, and the level before them at the bottom."""
    return {"sessions": care.sessions, "patient": patient, "level": reading.level, "course": reading.course}


@register.inclusion_tag("treatments/_response.html")
def response_panel(reading: Reading) -> dict[str, Any]:
    """Show what the treatment does, as a sentence, a chart and a table."""
    return {
        "found": reading.response,
        "chart": chart(reading.response),
        "course": reading.course,
        "level": reading.level,
        "ended": reading.ended,
    }


@register.inclusion_tag("treatments/_effects.html", takes_context=True)
def effects_and_scores(context: RequestContext, patient: Patient, care: Care) -> dict[str, Any]:
    """List what the person reported, and the newest questionnaire totals (1 query)."""
    membership = context.get("membership")
    return {
        "patient": patient,
        "effects": care.effects[:SHOWN],
        "scores": care.scores[:SHOWN],
        "may_inject": may_write(membership, Capability.INJECT, patient),
        "may_report": may_write(membership, Capability.BOOK, patient),
        "may_score": may_write(membership, Capability.ASSESS, patient),
    }


@register.inclusion_tag("treatments/_effects_alert.html", takes_context=True)
def effects_alert(context: RequestContext) -> dict[str, Any]:
    """Say how many side effects of the clinic wait for somebody; nothing when none does (1 query)."""
    clinic: Clinic = context["request"].clinic
    emergency = Count("pk", filter=Q(level=SideEffect.Level.EMERGENCY))
    return reporting.waiting(clinic).order_by().aggregate(open=Count("pk"), emergencies=emergency)


@register.simple_tag(takes_context=True)
def offered_steps(context: RequestContext, session: TreatmentSession, last: Any = None) -> dict[str, Any]:
    """Return what this person may do with the visit: the step forward, the others, and the line that can be undone.

    Nothing with one whose course has ended: each step left would bring it back.
    """
    if session.course.closed_on is not None:
        return {"forward": None, "others": [], "undo": None}
    membership, now = context.get("membership"), timezone.now()
    offered = [move for move in moves.offered(session.status, membership) if not move.is_too_soon(session, now)]
    undoable = may(membership, Capability.BOOK) and undoing.can_undo(last or None, now)
    return {
        "forward": next((move for move in offered if move.forward), None),
        "others": [move for move in offered if not move.forward],
        "undo": last if undoable else None,
    }
