"""The page of one session."""

import datetime as dt
import uuid

from django.http import HttpResponse
from django.shortcuts import render

from clinic import audit
from clinic.access import Capability, StaffRequest, may, requires
from clinic.models import AuditEntry
from treatments import injection_map, protocol, safety
from treatments.booking import Stale
from treatments.booking.noting import why_not
from treatments.cycle import due_on
from treatments.models import SessionEvent, SessionRecord, Status, TreatmentSession
from treatments.models.session import OPEN
from treatments.views.conflicts import conflict_page
from treatments.views.lookup import get_session


@requires(Capability.VIEW)
def session(request: StaffRequest, uid: uuid.UUID) -> HttpResponse:
    """Show one session: its record once signed, every version of it, its history, and what may be done next."""
    found = get_session(request, uid)
    audit.looked(request, "session", subject=found.uid)
    signed = found.versions.filter(signed_at__isnull=False).select_related("signed_by")
    versions = list(signed.prefetch_related("vials", "injections", "answers").order_by("-pk"))
    events = list(found.events.select_related("by"))
    context = {
        "session": found,
        "patient": found.course.patient,
        "record": versions[0] if versions else None,
        "earlier": [_signed(version) for version in versions[1:]],
        "events": events,
        "last": next((event for event in reversed(events) if event.kind != SessionEvent.Kind.NOTED), None),
        "next_due": _next_due(found),
        "next_session": _next_session(found),
        "may_book": (may_book := may(request.membership, Capability.BOOK)),
        "may_note": may_book and not why_not(found),
        "may_inject": may(request.membership, Capability.INJECT),
        "may_bill": may(request.membership, Capability.BILL),
    }
    return render(request, "treatments/session.html", context | (_given(versions[0]) if versions else {}))


@requires(Capability.BOOK)
def card(request: StaffRequest, uid: uuid.UUID) -> HttpResponse:
    """Show the appointment card of a visit to come, for the patient's pocket: no word of illness or treatment."""
    found = get_session(request, uid)
    if found.status != Status.BOOKED:
        return conflict_page(request, Stale(found))
    audit.looked(request, "appointment card", AuditEntry.Action.PRINT, subject=found.uid)
    return render(request, "treatments/card.html", {"session": found, "patient": found.course.patient})


def _given(record: SessionRecord) -> dict[str, object]:
    """Return what the record shows: muscles with their sites, what was left out, and the map."""
    plan = _plan(record)
    return {
        "muscles": _by_muscle(plan),
        "screen": _screen(record),
        "left_out": _left_out(record),
        "map_views": injection_map.marked(injection_map.VIEWS, plan, record.skipped),
        "map_crops": injection_map.marked(injection_map.CROPS, plan, record.skipped),
        "map_words": injection_map.in_words(plan),
    }


def _plan(record: SessionRecord) -> dict[str, int]:
    return {injection.site: injection.units for injection in record.injections.all()}


def _signed(version: SessionRecord) -> tuple[object, ...]:
    """Return what an earlier version says: itself, muscles with their sites, what was left out, and the safety questions."""
    return version, _by_muscle(_plan(version)), _left_out(version), _screen(version)


def _left_out(record: SessionRecord) -> list[tuple[str, str]]:
    """Return the fixed sites that were left out, each with why, in words."""
    return [
        (protocol.SITES[code].label, protocol.SKIP_REASONS.get(reason, reason))
        for code, reason in record.skipped.items()
        if code in protocol.SITES
    ]


def _screen(record: SessionRecord) -> dict[str, object]:
    """Return the safety questions that were answered Yes, and those whose answer was not known."""
    texts = {question.key: question.text for question in safety.QUESTIONS}
    said = [(texts.get(answer.question, answer.question), answer.yes) for answer in record.answers.all()]
    yes, unknown = ([text for text, answer in said if answer is wanted] for wanted in (True, None))
    return {"yes": yes, "unknown": unknown, "all_no": not yes and not unknown}


def _by_muscle(plan: dict[str, int]) -> list[tuple[protocol.Muscle, int, list[str]]]:
    """Return (muscle, units, sites in words) of what was given, in the order of the protocol."""
    rows = []
    for muscle in protocol.MUSCLES.values():
        here = {code: units for code, units in plan.items() if protocol.SITES[code].muscle == muscle.key}
        if here:
            rows.append((muscle, sum(here.values()), [_words(code, units) for code, units in here.items()]))
    return rows


def _words(code: str, units: int) -> str:
    """The muscle stands before them: repeated with each site it took a sheet of paper more."""
    site = protocol.SITES[code]
    return site.place if units == site.units else f"{site.place} ({units} units)"


def _next_due(session: TreatmentSession) -> dt.date | None:
    """Return when the next session is due: said of the last one of a course that goes on, and of no other."""
    if session.given_on is None or session.course.closed_on:
        return None
    later = TreatmentSession.objects.filter(course_id=session.course_id, given_on__gt=session.given_on)
    return None if later.exists() else due_on(session.given_on, session.course.interval_days)


def _next_session(session: TreatmentSession) -> TreatmentSession | None:
    later = TreatmentSession.objects.filter(course_id=session.course_id, starts_at__gt=session.starts_at)
    return later.filter(status__in=OPEN).select_related("injector").first()
