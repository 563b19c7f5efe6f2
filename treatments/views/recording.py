"""The session form: recording, signing and correcting what was given."""

import datetime as dt
import uuid
from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from clinic.access import Capability, StaffRequest, may, requires
from treatments import booking, injection_map, protocol, recording
from treatments.forms import CorrectionForm, RecordForm
from treatments.models import Course, SessionDraft, SessionEvent, SessionRecord, Status, TreatmentSession, Vial
from treatments.recording import drafting
from treatments.stock.shelf import usable
from treatments.views.conflicts import conflict_page
from treatments.views.lookup import get_session, note_reading

SIGNING = (Status.IN_ROOM,)
# What the form starts with; a link for each, so that it works without JavaScript.
STANDARD, LAST, EMPTY = "standard", "last", "empty"


@require_http_methods(["GET", "POST"])
@requires(Capability.INJECT)
def record(request: StaffRequest, uid: uuid.UUID) -> HttpResponse:
    """Record and sign what was given. Only a patient who is in the room has a form."""
    found, now = get_session(request, uid), timezone.now()
    if found.status == Status.DONE:
        return redirect("treatments:session", uid)
    if found.status not in SIGNING:
        return conflict_page(request, booking.Stale(found))
    draft = drafting.draft_of(found)
    if draft and draft.writer_id != request.user.pk:
        return _written_by_another(request, found, draft)
    if request.method == "GET":
        note_reading(request, now, "session", found.uid)
        return _record_page(request, found, _opened(found, draft, now), draft)
    form = RecordForm(request.POST)
    return _sign(request, found, form) if form.is_valid() else _record_page(request, found, form)


def _opened(found: TreatmentSession, draft: SessionDraft | None, now: dt.datetime) -> RecordForm:
    """Return the form as it was left, or a new one with the vial to take."""
    if draft is None:
        return RecordForm(initial=_initial(found, now))
    kept = drafting.fields_of(draft)
    return RecordForm(initial={name: values if name == "sites" else values[0] for name, values in kept.items()})


def _written_by_another(request: StaffRequest, found: TreatmentSession, draft: SessionDraft) -> HttpResponse:
    """Show who writes the session; taking over is a button, never an accident."""
    context = {"session": found, "patient": found.course.patient, "draft": draft}
    return render(request, "treatments/record_taken.html", context, status=409 if request.method == "POST" else 200)


@require_POST
@requires(Capability.INJECT)
def draft(request: StaffRequest, uid: uuid.UUID) -> HttpResponse:
    """Keep what is typed while the session is written; answers with when, or with who else writes it."""
    found, now = get_session(request, uid), timezone.now()
    version = request.POST.get("draft_version", "")
    try:
        saved = drafting.save_draft(
            session=found,
            fields=dict(request.POST.lists()),
            version=int(version) if version.isdigit() else 0,
            by=request.user,
            at=now,
        )
    except drafting.NotYours as error:
        words = f"{error.draft.writer.full_name} is writing this session. What you typed is not saved."
        return JsonResponse({"words": words}, status=409)
    except PermissionError:
        return JsonResponse({"words": "This session is not being written any more."}, status=409)
    local = saved.saved_at.astimezone(request.clinic.zone)
    return JsonResponse({"version": saved.version, "words": f"Draft saved {local:%H:%M:%S}"})


@require_POST
@requires(Capability.INJECT)
def take_over(request: StaffRequest, uid: uuid.UUID) -> HttpResponse:
    """Go on with a session that somebody else began."""
    drafting.take_over(session=get_session(request, uid), by=request.user, at=timezone.now())
    messages.success(request, "You are writing this session now. What was typed before is kept.")
    return redirect("treatments:record", uid)


def _sign(request: StaffRequest, found: TreatmentSession, form: RecordForm) -> HttpResponse:
    now = timezone.now()
    findings = form.findings(now.astimezone(request.clinic.zone))
    try:
        recording.sign_session(session=found, by=request.user, at=now, started_at=_started_at(found), found=findings)
    except recording.Refused as error:
        for fault in error.faults:
            form.add_error(None, fault)
        return _record_page(request, found, form)
    except booking.Stale as error:
        return conflict_page(request, error)
    messages.success(request, "Session signed.")
    return redirect("treatments:session", found.uid)


@require_http_methods(["GET", "POST"])
@requires(Capability.INJECT)
def correct(request: StaffRequest, uid: uuid.UUID) -> HttpResponse:
    """Correct a signed record: the form as it was signed, and a reason; the first version stays readable."""
    found = get_session(request, uid)
    current = found.record
    if current is None:
        return redirect("treatments:session", uid)
    if request.method == "GET":
        note_reading(request, timezone.now(), "session", found.uid)
        return _record_page(request, found, CorrectionForm(initial=_as_signed(current)))
    form = CorrectionForm(request.POST)
    return _correct(request, found, current, form) if form.is_valid() else _record_page(request, found, form)


def _correct(
    request: StaffRequest, found: TreatmentSession, current: SessionRecord, form: CorrectionForm
) -> HttpResponse:
    now = timezone.now()
    signed_at = current.signed_at or now
    try:
        recording.correct_record(
            record=current,
            found=form.findings(signed_at.astimezone(request.clinic.zone)),
            reason=form.cleaned_data["reason"],
            by=request.user,
            at=now,
        )
    except recording.Refused as error:
        for fault in error.faults:
            form.add_error(None, fault)
        return _record_page(request, found, form)
    except booking.Stale as error:
        return conflict_page(request, error)
    messages.success(request, "Record corrected. The version before stays readable below.")
    return redirect("treatments:session", found.uid)


def _record_page(
    request: StaffRequest, found: TreatmentSession, form: RecordForm, draft: SessionDraft | None = None
) -> HttpResponse:
    last = _last_plan(found.course, found)
    plan, skipped = form.typed_plan() if form.is_bound else _start(request, found, form, last)
    context = {
        "session": found,
        "patient": found.course.patient,
        "form": form,
        "draft_version": request.POST.get("draft_version", draft.version if draft else 0),
        "correcting": isinstance(form, CorrectionForm),
        "muscles": form.muscles(plan, skipped),
        "map_views": injection_map.marked(injection_map.VIEWS, plan, skipped),
        "map_crops": injection_map.marked(injection_map.CROPS, plan, skipped),
        "map_words": injection_map.in_words(plan),
        "map_live": True,
        "plans": _plans(last),
        "max_units": protocol.MAX_UNITS,
        "may_override": may(request.membership, Capability.PRESCRIBE),
    }
    return render(request, "treatments/record.html", context, status=422 if form.is_bound else 200)


def _start(
    request: StaffRequest, found: TreatmentSession, form: RecordForm, last: Mapping[str, int]
) -> tuple[dict[str, int], dict[str, str]]:
    """Return what is ticked when the form opens: as signed, as last time, nothing, or the standard set."""
    if isinstance(form, CorrectionForm) and found.record:
        return _plan_of(found.record), dict(found.record.skipped)
    if "start" not in request.GET and "note" in form.initial:
        return _drafted(form.initial)
    chosen = {LAST: dict(last) or protocol.standard_set(), EMPTY: {}}.get(
        request.GET.get("start", ""), protocol.standard_set()
    )
    return chosen, {}


def _drafted(fields: Mapping[str, Any]) -> tuple[dict[str, int], dict[str, str]]:
    """Return sites with units and reasons as they were left in a draft."""
    units = {code: fields.get(f"units_{code}", "") for code in fields.get("sites", []) if code in protocol.SITES}
    plan = {code: int(text) if text.isdigit() else protocol.SITES[code].units for code, text in units.items()}
    return plan, {code: fields.get(f"skip_{code}", "") for code in protocol.SITES}


def _plans(last: Mapping[str, int]) -> list[dict[str, Any]]:
    """Return the one-tap choices: their key, label and sites with units."""
    choices = [(LAST, "Same as last time", last)] if last else []
    choices += [(STANDARD, "Standard", protocol.standard_set()), (EMPTY, "Start empty", {})]
    return [
        {"key": key, "label": label, "plan": dict(plan), "units": sum(plan.values()), "sites": len(plan)}
        for key, label, plan in choices
    ]


def _initial(session: TreatmentSession, now: dt.datetime) -> dict[str, Any]:
    """Return the vial to take: what is kept for the person, then the first to expire, then the lot in use today.

    The last is for clinics that keep no stock here: a lot is typed once a day. Vials themselves are never shared.
    """
    today = now.astimezone(session.clinic.zone).date()
    shelves = usable(session.clinic, session.course.patient, today)
    enough = (shelf for shelf in shelves if shelf.number * shelf.strength >= protocol.STANDARD_UNITS)
    vial = next(enough, None) or Vial.objects.filter(clinic=session.clinic, used_on=today).order_by("-pk").first()
    if vial is None:
        return {"strength": 200}
    number = -(-protocol.STANDARD_UNITS // vial.strength)
    return {"lot": vial.lot, "expires_on": vial.expires_on, "strength": vial.strength, "vials": number}


def _as_signed(record: SessionRecord) -> dict[str, Any]:
    """Return the fields of the form as the record has them; what was checked then is not asked again."""
    vials = list(record.vials.all())
    answers = {f"safety_{answer.question}": "yes" if answer.yes else "no" for answer in record.answers.all()}
    return answers | {
        "identity_checked": record.identity_checked,
        "consent_confirmed": record.consent_confirmed,
        "lot": vials[0].lot,
        "expires_on": vials[0].expires_on,
        "strength": vials[0].strength,
        "vials": len(vials),
        "go_on_reason": record.go_on_reason,
        "stopped_reason": record.stopped_reason,
        "note": record.note,
    }


def _plan_of(record: SessionRecord) -> dict[str, int]:
    return {injection.site: injection.units for injection in record.injections.all()}


def _last_plan(course: Course, session: TreatmentSession) -> dict[str, int]:
    """Return the sites and units of the course's last recorded session before this one, or nothing."""
    before = TreatmentSession.objects.filter(course=course, record__isnull=False).exclude(pk=session.pk)
    last = before.select_related("record").order_by("-starts_at").first()
    return _plan_of(last.record) if last and last.record else {}


def _started_at(session: TreatmentSession) -> dt.datetime:
    """Return when the patient came into the room."""
    entered = session.events.filter(kind=SessionEvent.Kind.STATUS).order_by("-pk").first()
    return entered.at if entered else session.starts_at
