"""The page of the session form."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from clinic.access import Capability, StaffRequest, may
from treatments import cycle, injection_map, protocol, safety
from treatments.care import care_of
from treatments.forms import CorrectionForm, RecordForm
from treatments.models import SessionDraft, SideEffect, TreatmentSession
from treatments.recording import faults, given, on_record
from treatments.response.reading import response_of
from treatments.response.summary import Summary, summary
from treatments.stock import supply, use
from treatments.views.recording import starting


def record_page(
    request: StaffRequest, found: TreatmentSession, form: RecordForm, draft: SessionDraft | None = None
) -> HttpResponse:
    """Show the form: new, as it was left, as it was signed, or with what is wrong."""
    last = starting.last_plan(found.course, found)
    now = timezone.now()
    given_on = form.day_given() or found.given_on or timezone.localdate(now, request.clinic.zone)
    correcting = isinstance(form, CorrectionForm)
    plan, skipped = form.typed_plan() if form.is_bound else _start(request, found, form, last)
    context = {
        "session": found,
        "patient": found.course.patient,
        "form": form,
        "draft_version": request.POST.get("draft_version", draft.version if draft else 0),
        "correcting": correcting,
        # All that is known by now, whichever day is chosen: somebody may be in the room again today.
        "unsettled": [] if correcting else _unsettled(found, now),
        "against": [] if correcting else faults.before_injecting(found, request.user, given_on, now),
        "muscles": form.muscles(plan, skipped, _typed(request, form)),
        "map_views": injection_map.marked(injection_map.VIEWS, plan, skipped),
        "map_crops": injection_map.marked(injection_map.CROPS, plan, skipped),
        "map_words": injection_map.in_words(plan),
        "map_live": True,
        "plans": starting.templates(last),
        "max_units": protocol.MAX_UNITS,
        "stop_reasons": protocol.STOP_REASONS,
        "unknown_advice": safety.UNKNOWN_ADVICE,
        "diary": _diary(found, given_on) if form.since else None,
        "unfit": supply.UNFIT,
        "next_due": cycle.due_on(given_on, found.course.interval_days),
        "recalled_since": form.is_bound
        and use.recalled_since(found.clinic_id, form.lots(), _began(found, given_on, now)),
        "may_override": may(request.membership, Capability.PRESCRIBE),
    }
    return render(request, "treatments/record/form.html", context, status=422 if form.is_bound else 200)


def _unsettled(found: TreatmentSession, at: dt.datetime) -> list[tuple[str, SideEffect]]:
    """Return the emergencies that stand in the way, each in words and with the row that its page is for."""
    return [(on_record.unsettled_words(effect), effect) for effect in on_record.waiting(found, at)]


def _began(found: TreatmentSession, given_on: dt.date, at: dt.datetime) -> dt.datetime:
    known = found.record if found.given_on == given_on else None
    return known.started_at if known else given.began(found, given_on, at)


def _diary(found: TreatmentSession, today: dt.date) -> Summary | None:
    """Return what the sessions of this course did so far; a new one is held against no level of an earlier one."""
    patient = found.course.patient
    reading = response_of(patient, care_of(patient).given, patient.diary_days.facts(), today)
    return summary(reading.response) if reading.course == found.course.uid else None


def _typed(request: StaffRequest, form: RecordForm) -> Mapping[str, Any]:
    """Return what stands in the boxes, sent just now or left in a draft: a 0 is shown as 0, not as the usual units."""
    if form.is_bound:
        return form.data
    return {} if "start" in request.GET else form.initial


def _start(
    request: StaffRequest, found: TreatmentSession, form: RecordForm, last: Mapping[str, int]
) -> tuple[dict[str, int], dict[str, str]]:
    """Return what is ticked when the form opens: as signed, as last time, nothing, or the standard set."""
    if isinstance(form, CorrectionForm) and found.record:
        return starting.plan_of(found.record), dict(found.record.skipped)
    if "start" not in request.GET and "note" in form.initial:
        return starting.drafted_plan(form.initial)
    chosen = {starting.LAST: dict(last) or protocol.standard_set(), starting.EMPTY: {}}.get(
        request.GET.get("start", ""), protocol.standard_set()
    )
    return chosen, {}
