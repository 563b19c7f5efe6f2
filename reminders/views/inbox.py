"""Inbox: texts from patients that need a person, each with what was said before, beside whoever wrote it."""

import uuid
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from clinic import audit
from clinic.access import Capability, StaffRequest, may, requires
from clinic.message_hours import leaving_words
from patients.models import ContactPoint, Patient
from reminders.inbound import desk
from reminders.inbound.forms import AssignForm, ReplyForm
from reminders.inbound.thread import thread_of, thread_of_number
from reminders.models import InboundMessage

PER_PAGE = 50
OPEN = InboundMessage.State.OPEN
ANSWERED = "Somebody answered meanwhile: read what they wrote below. Press Reply again to send yours too."


@requires(Capability.VIEW)
def inbox(request: StaffRequest) -> HttpResponse:
    """List what waits, the longest waiting first, or everything, the newest first."""
    here = InboundMessage.objects.filter(clinic=request.clinic).select_related("patient", "done_by")
    everything = request.GET.get("tab") == "all"
    rows = here if everything else here.filter(state=OPEN).order_by("received_at", "pk")
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    waiting = here.filter(state=OPEN).count() if everything else page.paginator.count
    audit.looked(request, "inbox", rows=len(page))
    return render(request, "reminders/inbox.html", {"page_obj": page, "everything": everything, "waiting": waiting})


@requires(Capability.VIEW)
def message(request: StaffRequest, uid: uuid.UUID) -> HttpResponse:
    """Show a text in its thread, with what can be done about it."""
    return _page(request, _one(request, uid))


@require_POST
@requires(Capability.MESSAGE)
def assign(request: StaffRequest, uid: uuid.UUID) -> HttpResponse:
    """Say who wrote it."""
    one, form = _one(request, uid), AssignForm(request.POST, clinic=request.clinic)
    if not form.is_valid() or form.patient is None:
        return _page(request, one, assigning=form, status=422)
    if desk.assign(message=one, patient=form.patient, by=request.user, at=timezone.now()):
        messages.success(request, f"This text is from {form.patient}.")
    else:
        messages.warning(request, f"Somebody else said that this text is from {one.patient}. Nothing was changed.")
    return redirect("reminders:inbox_message", uid)


@require_POST
@requires(Capability.MESSAGE)
def reply(request: StaffRequest, uid: uuid.UUID) -> HttpResponse:
    """Answer it."""
    one = _one(request, uid)
    form = ReplyForm(request.POST, clinic=request.clinic, person=one.patient)
    if form.is_valid():
        try:
            sent = desk.reply(
                message=one,
                words=form.cleaned_data["words"],
                after=form.cleaned_data["after"] or 0,
                by=request.user,
                at=timezone.now(),
            )
        except desk.Unreachable as error:
            form.add_error(None, str(error))
        except desk.AnsweredMeanwhile:
            return _answered_meanwhile(request, one, form)
        else:
            undo = reverse("reminders:stop", args=[sent.uid])
            leaves = leaving_words(sent.due_at, sent.created_at, sent.clinic.zone)
            messages.success(request, f"The reply to {sent.patient} goes out {leaves}.", extra_tags=f"undo:{undo}")
            return redirect("reminders:inbox")
    return _page(request, one, replying=form, status=422)


@require_POST
@requires(Capability.MESSAGE)
def finish(request: StaffRequest, uid: uuid.UUID) -> HttpResponse:
    """Take it off the list."""
    if desk.finish(message=_one(request, uid), by=request.user, at=timezone.now()):
        undo = reverse("reminders:reopen_message", args=[uid])
        messages.success(request, "Done.", extra_tags=f"undo:{undo}")
    else:
        messages.warning(request, "Somebody else dealt with it.")
    return redirect("reminders:inbox")


@require_POST
@requires(Capability.MESSAGE)
def reopen(request: StaffRequest, uid: uuid.UUID) -> HttpResponse:
    """Put it back on the list."""
    desk.reopen(message=_one(request, uid), by=request.user, at=timezone.now())
    messages.success(request, "It waits again.")
    return redirect("reminders:inbox_message", uid)


def _answered_meanwhile(request: StaffRequest, one: InboundMessage, form: ReplyForm) -> HttpResponse:
    """Show what a colleague wrote, keep what was typed, and let sending it too be a choice."""
    form.add_error(None, ANSWERED)
    typed = request.POST.copy()
    typed["after"] = str(desk.replies_to(one.patient) if one.patient else 0)
    form.data = typed
    one.refresh_from_db(fields=["state", "done_by", "done_at"])
    return _page(request, one, replying=form, status=409)


def _page(request: StaffRequest, one: InboundMessage, *, status: int = 200, **forms: Any) -> HttpResponse:
    now, patient = timezone.now(), one.patient
    audit.looked(request, "thread", subject=patient.uid if patient else one.uid)
    context = {
        "message": one,
        "home": reverse("reminders:inbox_message", args=[one.uid]),
        "patient": patient,
        "today": timezone.localdate(),
        "thread": thread_of(patient, now=now) if patient else thread_of_number(one),
        "possible": [] if patient else _possible(one),
        "way": desk.best_way(patient) if patient else None,
        "assigning": AssignForm(clinic=request.clinic),
        "replying": ReplyForm(clinic=request.clinic, initial={"after": desk.replies_to(patient) if patient else 0}),
        "has_errors": status >= 400,
        "may_act": may(request.membership, Capability.MESSAGE),
        "may_register": may(request.membership, Capability.REGISTER),
    }
    return render(request, "reminders/inbox_message.html", context | forms, status=status)


def _possible(one: InboundMessage) -> list[Patient]:
    """Return who at the clinic has the number: it is for staff to say which of them wrote."""
    points = ContactPoint.objects.of_number(one.sender).filter(clinic=one.clinic).select_related("patient")
    return [point.patient for point in points]


def _one(request: StaffRequest, uid: uuid.UUID) -> InboundMessage:
    here = InboundMessage.objects.filter(clinic=request.clinic)
    return get_object_or_404(here.select_related("patient__clinic", "clinic", "done_by", "assigned_by"), uid=uid)
