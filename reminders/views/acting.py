"""What staff press in the reminder centre."""

import datetime as dt
import uuid
from collections.abc import Callable

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from clinic.access import Capability, StaffRequest, requires
from clinic.message_hours import leaving_words
from clinic.redirects import page_of_form
from reminders import handling
from reminders.models import Reminder
from reminders.views.centre import show_centre

CENTRE = "reminders:centre"
TOO_LATE = "Nothing was sent: somebody else dealt with it, or it is too late."
SOMEBODY_ELSE = "Somebody else dealt with it."
SAME = "This is the address that did not work. Enter another one, or call."
UNWANTED = "They want no messages to this address. Enter another one, or call. If they changed their mind, note it on their page."


@require_POST
@requires(Capability.MESSAGE)
def send_again(request: StaffRequest, uid: uuid.UUID) -> HttpResponse:
    """Send a reminder once more; one that arrived in the meantime asks whether to."""
    reminder, now = _one(request, uid), timezone.now()
    try:
        leaves = handling.send_again(reminder=reminder, by=request.user, at=now, anyway="anyway" in request.POST)
    except handling.Arrived as arrived:
        return render(request, "reminders/arrived.html", {"reminder": reminder, "arrived": arrived}, status=409)
    except handling.NothingToDo:
        messages.warning(request, TOO_LATE)
    else:
        messages.success(request, _goes_out(reminder, leaves, now))
    return _back(request)


@require_POST
@requires(Capability.MESSAGE)
def fix(request: StaffRequest, uid: uuid.UUID) -> HttpResponse:
    """Correct the address in the row and send again."""
    reminder, typed, now = _one(request, uid), request.POST.get("address", ""), timezone.now()
    try:
        leaves = handling.fix_and_send_again(reminder=reminder, address=typed, by=request.user, at=now)
    except (ValidationError, handling.SameAddress) as error:
        words = error.messages[0] if isinstance(error, ValidationError) else _words_for(error)
        return show_centre(request, fixing={"uid": uid, "typed": typed, "error": words}, status=422)
    except handling.Arrived as arrived:
        return render(request, "reminders/arrived.html", {"reminder": reminder, "arrived": arrived}, status=409)
    except handling.NothingToDo:
        messages.warning(request, TOO_LATE)
    else:
        messages.success(request, f"Saved. {_goes_out(reminder, leaves, now)}")
    return _back(request)


@require_POST
@requires(Capability.MESSAGE)
def other_way(request: StaffRequest, uid: uuid.UUID) -> HttpResponse:
    """Send it on the other channel instead."""
    reminder = _one(request, uid)
    try:
        channel = handling.send_other_way(reminder=reminder, by=request.user, at=timezone.now())
    except handling.NothingToDo:
        messages.warning(request, TOO_LATE)
    else:
        messages.success(request, f"{reminder.patient} gets it as {channel.label.lower()} instead.")
    return _back(request)


@require_POST
@requires(Capability.MESSAGE)
def called(request: StaffRequest, uid: uuid.UUID) -> HttpResponse:
    """Note that the patient was called."""
    return _done(request, uid, handling.mark_called, "{patient} was called.")


@require_POST
@requires(Capability.MESSAGE)
def stop(request: StaffRequest, uid: uuid.UUID) -> HttpResponse:
    """Send nothing more about this visit; of a reply, lead back to the text, which waits again."""
    text = _one(request, uid).reply_to
    if text is None:
        return _done(request, uid, handling.stop_for_visit, "{patient} gets no more messages about this.")
    _done(request, uid, handling.stop_for_visit, "The reply to {patient} was taken back.")
    return redirect("reminders:inbox_message", text.uid)


def _goes_out(reminder: Reminder, leaves: dt.datetime, now: dt.datetime) -> str:
    when = leaving_words(leaves, now, reminder.clinic.zone) if leaves > now else "now"
    return f"The message to {reminder.patient} goes out {when}."


def _words_for(error: handling.SameAddress) -> str:
    return UNWANTED if isinstance(error, handling.Unwanted) else SAME


def _done(request: StaffRequest, uid: uuid.UUID, act: Callable[..., object], words: str) -> HttpResponse:
    reminder = _one(request, uid)
    try:
        act(reminder=reminder, by=request.user, at=timezone.now())
    except handling.NothingToDo:
        messages.warning(request, SOMEBODY_ELSE)
    else:
        messages.success(request, words.format(patient=reminder.patient))
    return _back(request)


def _back(request: StaffRequest) -> HttpResponse:
    """Lead to the tab and the page on which the button stood; an answer to a form of a row is no page."""
    centre = reverse(CENTRE)
    page = page_of_form(request, centre)
    return redirect(page if page.partition("?")[0] == centre else centre)


def _one(request: StaffRequest, uid: uuid.UUID) -> Reminder:
    of_clinic = Reminder.objects.filter(clinic=request.clinic)
    return get_object_or_404(of_clinic.select_related("patient__clinic", "clinic"), uid=uid)
