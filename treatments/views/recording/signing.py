"""Recording and signing what was given."""

import datetime as dt
import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from clinic import audit
from clinic.access import Capability, StaffRequest, requires
from treatments import booking, protocol, recording
from treatments.forms import RecordForm, parse_day
from treatments.forms.record import comparing
from treatments.forms.record.screen import Typed, without_old_answers
from treatments.models import SessionDraft, Status, TreatmentSession
from treatments.models.session import OPEN
from treatments.recording import drafting, given, since
from treatments.views.conflicts import conflict_page
from treatments.views.lookup import get_session
from treatments.views.recording import starting
from treatments.views.recording.both import both_page, signed_meanwhile, stale
from treatments.views.recording.page import record_page

US = "US"  # where payers follow the label of that country
_SEVERAL = frozenset({"sites", "effects"})  # fields with more than one value


@require_http_methods(["GET", "POST"])
@requires(Capability.INJECT)
def record(request: StaffRequest, uid: uuid.UUID) -> HttpResponse:
    """Record and sign what was given. Only a patient who is in the room has a form."""
    found, now = get_session(request, uid), timezone.now()
    if found.status == Status.DONE:
        return signed_meanwhile(request, found) if request.method == "POST" else redirect("treatments:session", uid)
    if found.status != Status.IN_ROOM:
        return _not_in_room(request, found)
    draft = drafting.draft_of(found)
    if request.method == "GET":
        if draft and draft.writer_id != request.user.pk:
            return _written_by_another(request, found, draft)
        audit.looked(request, "session", subject=found.uid)
        return record_page(request, found, _opened(found, draft, now), draft)
    if draft and stale(request, draft):
        return both_page(request, found, draft)
    form = _sent(request, found, now)
    return _sign(request, found, form, now) if form.is_valid() else record_page(request, found, form)


def _not_in_room(request: StaffRequest, found: TreatmentSession) -> HttpResponse:
    """Say what was sent in vain, or lead somebody who came by the address alone to the visit as it stands."""
    if request.method == "POST":
        return conflict_page(request, booking.Stale(found))
    way_on = (
        "Its session form opens once the person is in the room." if found.status in OPEN else "It has no session form."
    )
    messages.warning(request, f"This visit is marked {found.get_status_display().lower()}. {way_on}")
    return redirect("treatments:session", found.uid)


def _opened(found: TreatmentSession, draft: SessionDraft | None, now: dt.datetime) -> RecordForm:
    """Return the form as it was left, or a new one with the vial to take. Safety answers of a day before are not kept."""
    asked = _asked(found, now)
    if draft is None:
        return RecordForm(initial=starting.initial(found, now), **asked)
    typed = _typed(found, drafting.fields_of(draft), now)
    initial: dict[str, Any] = {"given_on": given.likely(found, now)}
    initial |= {name: values if name in _SEVERAL else values[0] for name, values in typed.fields.items()}
    return RecordForm(initial=initial, **asked)


def _sent(request: StaffRequest, found: TreatmentSession, now: dt.datetime) -> RecordForm:
    """Return the form as it was sent; safety answers of a day before have to be given again."""
    typed, asked = _typed(found, dict(request.POST.lists()), now), _asked(found, now)
    if not typed.old:
        return RecordForm(request.POST, **asked)
    data = QueryDict(mutable=True)
    for name, values in typed.fields.items():
        data.setlist(name, values)
    form = RecordForm(data, **asked)
    form.add_error(None, recording.answered_before(typed.asked_on))
    return form


def _asked(found: TreatmentSession, now: dt.datetime) -> dict[str, Any]:
    """Return what decides on the questions of the form: when the last session was, and which days this can be of."""
    days = given.days(found, now)
    return {"since": since.last_given_on(found), "days": days if len(days) > 1 else ()}


def _typed(found: TreatmentSession, fields: dict[str, list[str]], now: dt.datetime) -> Typed:
    """Return what was typed, without safety answers that are older than the day it was given."""
    today = found.clinic.date_at(now)
    said = parse_day("".join(fields.get("given_on", [])[:1]))
    return without_old_answers(fields, given.day(found, said, now) or given.likely(found, now) or today, today)


def _written_by_another(request: StaffRequest, found: TreatmentSession, draft: SessionDraft) -> HttpResponse:
    """Show who writes the session and what is in it so far; taking over is a button, never an accident."""
    parts = comparing.in_words(drafting.fields_of(draft))
    context = {"session": found, "patient": found.course.patient, "draft": draft, "parts": parts}
    return render(request, "treatments/record/taken.html", context)


def _sign(request: StaffRequest, found: TreatmentSession, form: RecordForm, now: dt.datetime) -> HttpResponse:
    findings = form.findings(now.astimezone(request.clinic.zone))
    try:
        recording.sign_session(session=found, found=findings, by=request.user, at=now)
    except recording.Refused as error:
        form.refuse(error.faults)
        return record_page(request, found, form)
    except booking.Stale as error:
        if error.session.status == Status.DONE:
            return signed_meanwhile(request, get_session(request, found.uid))
        return conflict_page(request, error)
    messages.success(request, "Session signed.")
    for doubt in protocol.doubts(findings.plan, us_label=request.clinic.country == US):
        messages.warning(request, doubt)
    return redirect("treatments:session", found.uid)
