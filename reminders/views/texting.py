"""Texting people from the recall list: a page that says who can be reached, then one press."""

import datetime as dt
import uuid

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from clinic import audit
from clinic.access import Capability, StaffRequest, requires
from clinic.redirects import next_url, uids_in
from reminders import texting
from reminders.models import Reminder, ReminderRule
from reminders.wording import rendering

RECALL = "treatments:recall"


@require_http_methods(["GET", "POST"])
@requires(Capability.MESSAGE)
def text_people(request: StaffRequest) -> HttpResponse:
    """Show who of the ticked people can be written to and why the others cannot; write to them."""
    ticked, now = _ticked(request), timezone.now()
    if not ticked:
        messages.warning(request, "Tick one person or more first.")
        return redirect(next_url(request, RECALL))
    if request.method == "POST":
        return _send(request, ticked, now)
    people = texting.recipients(clinic=request.clinic, courses=ticked, now=now)
    audit.looked_at_people(request, "text to send", [one.course.patient.uid for one in people])
    reachable = [one for one in people if not one.obstacle]
    context = {
        "reachable": reachable,
        "others": [one for one in people if one.obstacle],
        "sample": _sample(request, reachable),
        "waits_until": texting.waits_until(request.clinic, now),
        "next": next_url(request, RECALL),
    }
    return render(request, "reminders/text_people.html", context)


def _send(request: StaffRequest, ticked: set[uuid.UUID], now: dt.datetime) -> HttpResponse:
    batch, planned = texting.send(clinic=request.clinic, courses=ticked, by=request.user, at=now)
    if planned:
        undo = reverse("reminders:take_back", args=[batch])
        who = "1 person" if planned == 1 else f"{planned} people"
        words = f"Writing to {who}. The first message leaves {texting.leaves(batch, request.clinic, now)}."
        messages.success(request, words, extra_tags=f"undo:{undo}")
    else:
        messages.warning(request, "Nothing was sent: nobody of them can be written to now.")
    return redirect(next_url(request, RECALL))


@require_POST
@requires(Capability.MESSAGE)
def take_back(request: StaffRequest, uid: uuid.UUID) -> HttpResponse:
    """Stop the messages of one press that have not left."""
    if not Reminder.objects.filter(clinic=request.clinic, batch=uid).exists():
        raise Http404
    stopped = texting.take_back(batch=uid, clinic=request.clinic, by=request.user, at=timezone.now())
    if stopped:
        messages.success(request, f"Undone. {stopped} message{'' if stopped == 1 else 's'} will not go out.")
    else:
        messages.warning(request, "The messages have gone out already.")
    return redirect(next_url(request, RECALL))


def _ticked(request: StaffRequest) -> set[uuid.UUID]:
    """Return whom the page ticked."""
    given = request.POST if request.method == "POST" else request.GET
    return uids_in(given.getlist("course"))


def _sample(request: StaffRequest, people: list[texting.Recipient]) -> str:
    """Return the message as the first person will read it, with a word for the link."""
    rule = ReminderRule.objects.filter(clinic=request.clinic, kind=ReminderRule.Kind.ASKED).first()
    if not people or rule is None:
        return ""
    return rendering.preview(rule, people[0].course.patient, people[0].channel)
