"""Correcting a signed record."""

import datetime as dt
import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from clinic import audit
from clinic.access import Capability, StaffRequest, requires
from clinic.wording import moment_words
from patients.views.lookup import refuse_erased
from treatments import booking, recording
from treatments.forms import CorrectionForm
from treatments.models import SessionRecord, TreatmentSession
from treatments.recording import given, other_day
from treatments.views.conflicts import conflict_page
from treatments.views.lookup import get_session
from treatments.views.recording import starting
from treatments.views.recording.page import record_page


@require_http_methods(["GET", "POST"])
@requires(Capability.INJECT)
def correct(request: StaffRequest, uid: uuid.UUID) -> HttpResponse:
    """Correct a signed record: the form as it was signed, and a reason; the first version stays readable."""
    found = get_session(request, uid)
    refuse_erased(request, found.course.patient)
    current = found.record
    if current is None:
        return redirect("treatments:session", uid)
    # What only this record knows: the questions that were asked then, and the days that it can have been.
    then: dict[str, Any] = {
        "asked": {answer.question for answer in current.answers.all()},
        "days": _days(found),
    }
    if request.method == "GET":
        audit.looked(request, "session", subject=found.uid)
        initial = starting.as_signed(current) | {"seen": current.pk, "given_on": found.given_on}
        return record_page(request, found, CorrectionForm(initial=initial, **then))
    form = CorrectionForm(request.POST, **then)
    if request.POST.get("seen", "") not in {"", str(current.pk)}:
        return _overtaken(request, found, current, then)
    return _correct(request, found, current, form) if form.is_valid() else record_page(request, found, form)


def _overtaken(
    request: StaffRequest, found: TreatmentSession, current: SessionRecord, then: dict[str, Any]
) -> HttpResponse:
    """Say that somebody else corrected it first. What they changed would be changed back by whoever has not seen it."""
    data = request.POST.copy()
    data["seen"] = str(current.pk)
    form = CorrectionForm(data, **then)
    who, at = current.signed_by, current.signed_at
    said = f"{who.full_name}, {moment_words(at.astimezone(request.clinic.zone))}" if who and at else "somebody"
    form.add_error(
        None,
        f"This record was corrected while you were typing ({said}). Nothing of yours was signed; it is all below. "
        "Read the record as it stands, put in what changed, then sign.",
    )
    return record_page(request, found, form)


def _correct(
    request: StaffRequest, found: TreatmentSession, current: SessionRecord, form: CorrectionForm
) -> HttpResponse:
    try:
        recording.correct_record(
            record=current,
            found=form.findings(_given_at(request, found)),
            reason=form.cleaned_data["reason"],
            by=request.user,
            at=timezone.now(),
        )
    except recording.Refused as error:
        form.refuse(error.faults)
        return record_page(request, found, form)
    except booking.Stale as error:
        return conflict_page(request, error)
    messages.success(request, "Record corrected. The version before stays readable below.")
    for early in (other_day.followed_too_early(found), other_day.next_too_early(found.course.patient)):
        if early:
            messages.warning(request, early)
    return redirect("treatments:session", found.uid)


def _days(found: TreatmentSession) -> list[dt.date]:
    """Return the days to choose from; none where it can have been one only."""
    days = given.days_then(found)
    return days if len(days) > 1 else []


def _given_at(request: StaffRequest, found: TreatmentSession) -> dt.datetime:
    """Return a moment of the day it was given, at the clinic: what a time typed alone belongs to."""
    return dt.datetime.combine(found.given_on or timezone.localdate(), dt.time(12), request.clinic.zone)
