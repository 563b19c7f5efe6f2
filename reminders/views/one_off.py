"""Writing once to one person or several: from the patient's page, Today and the recall list."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from clinic import audit
from clinic.access import Capability, StaffRequest, requires
from clinic.redirects import next_url, uids_in
from patients.models import Channel, Patient
from reminders import one_off, texting, writing
from reminders.forms import OneOffForm
from reminders.models import Kind
from reminders.wording import guard, measuring, plain_words
from treatments.models import Course

BACK = "reminders:centre"
START = "{clinic}: {first_name}, "
SENT_BEFORE = (
    "This form was sent before, so nothing went out now. Look at who it goes to, and send it again if you want another "
    "message to them."
)


@require_http_methods(["GET", "POST"])
@requires(Capability.MESSAGE)
def write(request: StaffRequest) -> HttpResponse:
    """Write to the chosen people, after a look at who they are and who cannot be reached."""
    people = _people(request)
    if not people:
        messages.warning(request, "Choose one person or more first.")
        return redirect(next_url(request, BACK))
    form = _form(request, people)
    if form.is_bound and form.is_valid():
        try:
            return _send(request, people, form)
        except one_off.SentBefore:
            return _page(request, people, _as_another(request, form), 409)
    return _page(request, people, form, 422 if form.is_bound else 200)


@require_POST
@requires(Capability.MESSAGE)
def preview(request: StaffRequest) -> HttpResponse:
    """Show what is typed at its longest; nothing is sent. With ``plain`` odd characters are spelt plainly first."""
    data = request.POST.copy()
    if "plain" in request.GET:
        data["body"] = measuring.without_odd(data.get("body", ""))
    people = _people(request)
    form = OneOffForm(initial=data.dict(), **_passing(request, people))
    if request.htmx:
        return render(request, "reminders/_shown.html", _shown(request, form))
    return _page(request, people, form)


def _form(request: StaffRequest, people: set[uuid.UUID]) -> OneOffForm:
    passing = _passing(request, people)
    if request.method == "POST":
        return OneOffForm(request.POST, **passing)
    start = {"uid": uuid.uuid4(), "body": START, "subject": f"A message from {request.clinic.message_name}"}
    return OneOffForm(initial=start, **passing)


def _passing(request: StaffRequest, people: set[uuid.UUID]) -> dict[str, Any]:
    """Return which words are blocked beside the usual ones, and the names that pass: those of one person, not of several."""
    names: list[str] = []
    if len(people) == 1:
        names = [one.full_name for one in Patient.objects.filter(clinic=request.clinic, uid__in=people)]
    return {"also": writing.own_words(request.clinic), "names": names}


def _send(request: StaffRequest, people: set[uuid.UUID], form: OneOffForm) -> HttpResponse:
    data, now = form.cleaned_data, timezone.now()
    sent, chosen = one_off.send(
        clinic=request.clinic,
        people=people,
        uid=data["uid"],
        subject=data["subject"],
        body=data["body"],
        by=request.user,
        at=now,
    )
    left_out = [one for one in chosen if one.obstacle]
    planned = len(chosen) - len(left_out)
    if planned:
        undo = reverse("reminders:take_back", args=[sent.uid])
        who = "1 person" if planned == 1 else f"{planned} people"
        words = f"Writing to {who}. The first message leaves {texting.leaves(sent.uid, request.clinic, now)}."
        messages.success(request, words, extra_tags=f"undo:{undo}")
        if left_out:  # not so yet when the page was drawn
            whom = ", ".join(f"{one.patient} ({one.obstacle})" for one in left_out)
            messages.warning(request, f"Not written to: {whom}.")
    else:
        messages.warning(request, "Nothing was sent: nobody of them can be written to now.")
    return redirect(next_url(request, BACK))


def _as_another(request: StaffRequest, form: OneOffForm) -> OneOffForm:
    """Return the form as that of a new message, for a second press to be a choice."""
    typed = request.POST.copy()
    typed["uid"] = str(uuid.uuid4())
    form.data = typed
    form.add_error(None, SENT_BEFORE)
    return form


def _page(request: StaffRequest, people: set[uuid.UUID], form: OneOffForm, status: int = 200) -> HttpResponse:
    now = timezone.now()
    chosen = one_off.recipients(clinic=request.clinic, people=people, now=now)
    audit.looked_at_people(request, "message to write", [one.patient.uid for one in chosen])
    context = _shown(request, form) | {
        "form": form,
        "reachable": [one for one in chosen if not one.obstacle],
        "others": [one for one in chosen if one.obstacle],
        "waits_until": texting.waits_until(request.clinic, now),
        "fields": guard.fields_of(Kind.ONE_OFF),
        "next": next_url(request, BACK),
    }
    return render(request, "reminders/write.html", context, status=status)


def _shown(request: StaffRequest, form: OneOffForm) -> dict[str, Any]:
    """Return how it reads as a text message, and what is in the way, for the page and for the fragment alike."""
    subject, body = (str(form[name].value() or "") for name in ("subject", "body"))
    found = guard.faults(f"{subject} {body}", kind=Kind.ONE_OFF, also=form.also, names=form.names)
    found += guard.missing(body, kind=Kind.ONE_OFF, channel=Channel.SMS)
    shown = measuring.show(clinic=request.clinic, channel=Channel.SMS, language="en", subject="", body=body)
    return {"shown": shown, "found": found, "hints": plain_words.hints(body), "preview": reverse("reminders:preview")}


def _people(request: StaffRequest) -> set[uuid.UUID]:
    """Return whom the page chose: people, or people by their courses; what is no uid is nobody."""
    given = request.POST if request.method == "POST" else request.GET
    courses = Course.objects.filter(clinic=request.clinic, uid__in=uids_in(given.getlist("course")))
    by_course = Patient.objects.filter(pk__in=courses.values("patient")).values_list("uid", flat=True)
    return {*uids_in(given.getlist("patient")), *by_course}
