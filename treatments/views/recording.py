"""The session form, and the page of one session."""

import datetime as dt
import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from clinic.access import Capability, StaffRequest, may, requires
from treatments import booking, protocol, recording
from treatments.cycle import due_on
from treatments.forms import RecordForm
from treatments.models import Course, SessionEvent, SessionRecord, Status, TreatmentSession, Vial
from treatments.stock.shelf import usable
from treatments.views.conflicts import conflict_page
from treatments.views.lookup import get_session, note_reading

SIGNING = (Status.IN_ROOM,)


@requires(Capability.VIEW)
def session(request: StaffRequest, uid: uuid.UUID) -> HttpResponse:
    """Show one session: its record once signed, its history, and what may be done next."""
    found = get_session(request, uid)
    now = timezone.now()
    note_reading(request, now, "session", found.uid)
    record = SessionRecord.objects.filter(session=found).select_related("signed_by").first()
    context = {
        "session": found,
        "patient": found.course.patient,
        "record": record,
        "muscles": _by_muscle(record) if record else [],
        "events": found.events.select_related("by"),
        "next_due": due_on(found.given_on, found.course.interval_days) if found.given_on else None,
        "next_session": _next_session(found),
        "may_book": may(request.membership, Capability.BOOK),
        "may_inject": may(request.membership, Capability.INJECT),
        "may_bill": may(request.membership, Capability.BILL),
    }
    return render(request, "treatments/session.html", context)


def _by_muscle(record: SessionRecord) -> list[tuple[protocol.Muscle, int, list[str]]]:
    """Return (muscle, units, site labels) of what was given, in the order of the protocol."""
    given = list(record.injections.all())
    rows = []
    for muscle in protocol.MUSCLES.values():
        here = [injection for injection in given if protocol.SITES[injection.site].muscle == muscle.key]
        if here:
            rows.append((muscle, sum(one.units for one in here), [protocol.SITES[one.site].label for one in here]))
    return rows


def _next_session(session: TreatmentSession) -> TreatmentSession | None:
    later = TreatmentSession.objects.filter(course_id=session.course_id, starts_at__gt=session.starts_at)
    return later.filter(status=Status.BOOKED).select_related("injector").first()


@require_http_methods(["GET", "POST"])
@requires(Capability.INJECT)
def record(request: StaffRequest, uid: uuid.UUID) -> HttpResponse:
    """Record and sign what was given. Only a patient who is in the room has a form."""
    found = get_session(request, uid)
    if found.status == Status.DONE:
        return redirect("treatments:session", uid)
    if found.status not in SIGNING:
        return conflict_page(request, booking.Stale(found))
    if request.method == "GET":
        note_reading(request, timezone.now(), "session", found.uid)
        return _record_page(request, found, RecordForm(initial=_initial(found, timezone.now())))
    form = RecordForm(request.POST)
    return _sign(request, found, form) if form.is_valid() else _record_page(request, found, form)


def _sign(request: StaffRequest, found: TreatmentSession, form: RecordForm) -> HttpResponse:
    try:
        recording.sign_session(
            session=found, by=request.user, at=timezone.now(), started_at=_started_at(found), found=form.findings()
        )
    except recording.Refused as error:
        for fault in error.faults:
            form.add_error(None, fault)
        return _record_page(request, found, form)
    except booking.Stale as error:
        return conflict_page(request, error)
    messages.success(request, "Session signed.")
    return redirect("treatments:session", found.uid)


def _record_page(request: StaffRequest, found: TreatmentSession, form: RecordForm) -> HttpResponse:
    chosen = set(form.data.getlist("sites")) if form.is_bound else set(protocol.standard_set())  # type: ignore[attr-defined]
    last = _last_plan(found.course)
    context = {
        "session": found,
        "patient": found.course.patient,
        "form": form,
        "muscles": [
            (muscle, [(site, site.code in chosen) for site in protocol.SITES.values() if site.muscle == muscle.key])
            for muscle in protocol.MUSCLES.values()
        ],
        "standard": " ".join(protocol.standard_set()),
        "standard_units": protocol.STANDARD_UNITS,
        "max_units": protocol.MAX_UNITS,
        "last": last,
        "last_sites": " ".join(last),
        "may_override": may(request.membership, Capability.PRESCRIBE),
    }
    return render(request, "treatments/record.html", context, status=422 if form.is_bound else 200)


def _initial(session: TreatmentSession, now: dt.datetime) -> dict[str, Any]:
    """Return the vial to take: what is kept for the person, then the first to expire, then the lot in use today.

    The last is for clinics that keep no stock here: a lot is typed once a day. Vials themselves are never shared.
    """
    today = now.astimezone(session.clinic.zone).date()
    shelf = next(iter(usable(session.clinic, session.course.patient, today)), None)
    vial = shelf or Vial.objects.filter(clinic=session.clinic, used_on=today).order_by("-pk").first()
    return {"lot": vial.lot, "expires_on": vial.expires_on, "strength": vial.strength} if vial else {"strength": 200}


def _last_plan(course: Course) -> dict[str, int]:
    """Return the sites and units of the course's last recorded session, or nothing."""
    last = SessionRecord.objects.filter(session__course=course, signed_at__isnull=False).order_by("-signed_at").first()
    return {injection.site: injection.units for injection in last.injections.all()} if last else {}


def _started_at(session: TreatmentSession) -> dt.datetime:
    """Return when the patient came into the room."""
    entered = session.events.filter(kind=SessionEvent.Kind.STATUS).order_by("-pk").first()
    return entered.at if entered else session.starts_at
