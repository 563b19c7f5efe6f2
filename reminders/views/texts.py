"""Settings: the editor of one text, with how it reads at its longest."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from clinic.access import Capability, StaffRequest, requires
from patients.models import Channel, Patient
from reminders import defaults, writing
from reminders.channels import SendError
from reminders.forms import TextForm, address_for_test
from reminders.models import Kind, MessageTemplate, ReminderRule
from reminders.views.rules import get_rule
from reminders.wording import guard, measuring, plain_words


@dataclass(frozen=True)
class Place:
    """Which text: of which rule, on which channel, in which language."""

    rule: ReminderRule
    channel: Channel
    language: Patient.Language


@require_http_methods(["GET", "POST"])
@requires(Capability.SETUP)
def text(request: StaffRequest, pk: int, channel: str, language: str) -> HttpResponse:
    """Show a text with its versions, and make the next one."""
    place = _place(request, pk, channel, language)
    form = _form(request, place)
    if request.method == "POST" and form.is_valid():
        try:
            made = _save(request, place, form)
        except writing.ChangedMeanwhile:
            return _changed_meanwhile(request, place, form)
        messages.success(request, f"Version {made.version} is saved. What waits goes out with it.")
        return redirect("reminders:rule", place.rule.pk)
    return _editor(request, place, form, 422 if form.is_bound else 200)


@require_POST
@requires(Capability.SETUP)
def preview_text(request: StaffRequest, pk: int, channel: str, language: str) -> HttpResponse:
    """Show what is typed at its longest; nothing is saved. With ``plain`` odd characters are spelt plainly first."""
    place = _place(request, pk, channel, language)
    data = request.POST.copy()
    if "plain" in request.GET:
        data["body"] = measuring.without_odd(data.get("body", ""))
    form = TextForm(initial=data.dict(), **_terms(request, place))
    if request.htmx:
        return render(request, "reminders/_shown.html", _shown(request, place, form))
    return _editor(request, place, form)


@require_POST
@requires(Capability.SETUP)
def try_text(request: StaffRequest, pk: int, channel: str, language: str) -> HttpResponse:
    """Send what is typed, at its longest, to an address of one's own. It really goes out; nothing is saved."""
    place = _place(request, pk, channel, language)
    form = _form(request, place)
    if not form.is_valid():
        return _editor(request, place, form, 422)
    try:
        to = address_for_test(channel, request.POST.get("to", ""), request.clinic.country)
        shown = _show(request, place, form)
        writing.send_test(
            clinic=request.clinic,
            channel=channel,
            to=to,
            subject=shown.subject,
            body=shown.body,
            by=request.user,
            at=timezone.now(),
        )
    except (ValidationError, SendError) as error:
        words = error.text if isinstance(error, SendError) else " ".join(error.messages)
        form.add_error(None, f"The test did not go out. {words}")
        return _editor(request, place, form, 422)
    messages.success(request, "The test went out. Nothing is saved yet.")
    return _editor(request, place, form)


def _place(request: StaffRequest, pk: int, channel: str, language: str) -> Place:
    rule = get_rule(request, pk)
    if channel not in Channel or language not in Patient.Language or rule.kind == Kind.ONE_OFF:
        raise Http404
    return Place(rule, Channel(channel), Patient.Language(language))


def _terms(request: StaffRequest, place: Place) -> dict[str, Any]:
    return {"kind": place.rule.kind, "channel": place.channel, "also": writing.own_words(request.clinic)}


def _form(request: StaffRequest, place: Place) -> TextForm:
    if request.method == "POST":
        return TextForm(request.POST, **_terms(request, place))
    last = writing.newest(place.rule, place.channel, place.language)
    if last is None:
        return TextForm(initial={"version": 0}, **_terms(request, place))
    standard = "standard" in request.GET
    subject, body = defaults.standard_of(last) if standard else (last.subject, last.body)
    return TextForm(initial={"subject": subject, "body": body, "version": last.version}, **_terms(request, place))


def _save(request: StaffRequest, place: Place, form: TextForm) -> MessageTemplate:
    return writing.save_text(
        rule=place.rule,
        channel=place.channel,
        language=place.language,
        subject=form.cleaned_data.get("subject", ""),
        body=form.cleaned_data["body"],
        after=form.cleaned_data["version"] or 0,
        by=request.user,
        at=timezone.now(),
    )


def _changed_meanwhile(request: StaffRequest, place: Place, form: TextForm) -> HttpResponse:
    """Show both side by side, keep what was typed, and let saving again be a choice."""
    last = writing.newest(place.rule, place.channel, place.language)
    typed = request.POST.copy()
    typed["version"] = str(last.version if last else 0)
    form.data = typed
    return _editor(request, place, form, 409, theirs=last)


def _editor(
    request: StaffRequest, place: Place, form: TextForm, status: int = 200, theirs: MessageTemplate | None = None
) -> HttpResponse:
    versions = MessageTemplate.objects.filter(rule=place.rule, channel=place.channel, language=place.language)
    here = (place.channel, place.language)
    behind = [text for text in defaults.behind(place.rule) if (text.channel, text.language) == here]
    context = _shown(request, place, form) | {
        "form": form,
        "place": place,
        "home": reverse("reminders:text", args=[place.rule.pk, place.channel, place.language]),
        "theirs": theirs,
        "has_errors": theirs is not None,
        "standard": defaults.standard_of(behind[0]) if behind else None,
        "fields": guard.fields_of(place.rule.kind),
        "versions": versions.select_related("made_by").order_by("-version"),
        "to": request.POST.get("to", request.user.email if place.channel == Channel.EMAIL else ""),
    }
    return render(request, "reminders/text.html", context, status=status)


def _shown(request: StaffRequest, place: Place, form: TextForm) -> dict[str, Any]:
    """Return how it reads and what is in the way, for the page and for the fragment alike."""
    subject, body = _typed(form, "subject"), _typed(form, "body")
    also = writing.own_words(request.clinic)
    found = guard.faults(f"{subject} {body}", kind=place.rule.kind, also=also)
    found += guard.missing(body, kind=place.rule.kind, channel=place.channel) if body else []
    at = reverse("reminders:preview_text", args=[place.rule.pk, place.channel, place.language])
    hints = plain_words.hints(body) if place.language == Patient.Language.ENGLISH else []
    return {"shown": _show(request, place, form), "found": found, "hints": hints, "place": place, "preview": at}


def _show(request: StaffRequest, place: Place, form: TextForm) -> measuring.Shown:
    return measuring.show(
        clinic=request.clinic,
        channel=place.channel,
        language=place.language,
        subject=_typed(form, "subject"),
        body=_typed(form, "body"),
    )


def _typed(form: TextForm, name: str) -> str:
    """Return what stands in a field, as it was typed."""
    return str(form[name].value() or "") if name in form.fields else ""
