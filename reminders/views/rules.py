"""Settings: which messages the clinic sends, when, by which way, in which languages."""

from collections import Counter
from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Max
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from clinic.access import Capability, StaffRequest, requires
from clinic.undo_time import undo_words
from patients.models import Channel, Patient
from reminders import defaults, writing
from reminders.forms import BY_A_PERSON, DISTANCE, RuleForm
from reminders.models import Kind, MessageTemplate, ReminderRule


@require_safe
@requires(Capability.SETUP)
def rules(request: StaffRequest) -> HttpResponse:
    """List the clinic's rules in the order in which a person meets them."""
    order = list(Kind.values)
    found = sorted(
        ReminderRule.objects.filter(clinic=request.clinic),
        key=lambda rule: (order.index(rule.kind), -rule.days_before, rule.days_after),
    )
    context = {
        "rules": found,
        "behind": Counter(text.rule_id for text in defaults.behind(*found)),
        "leaves": {rule.pk: _leaves(rule) for rule in found},
        "one_off": Kind.ONE_OFF,
    }
    return render(request, "reminders/rules.html", context)


def _leaves(rule: ReminderRule) -> str:
    """Return when a message of a rule leaves: on the clinic's clock, or so long after what it tells of."""
    if rule.kind in DISTANCE:
        return f"{rule.send_at:%H:%M}"
    if rule.kind in BY_A_PERSON:
        return "when somebody sends it"
    return "an hour later" if rule.kind == Kind.WELCOME else f"{undo_words()} later"


@require_http_methods(["GET", "POST"])
@requires(Capability.SETUP)
def new_rule(request: StaffRequest) -> HttpResponse:
    """Add a rule at another distance, such as 7 days before a visit."""
    start = {"kind": Kind.VISIT, "days": 7, "send_at": "10:00", "active": True, "languages": Patient.Language.values}
    form = RuleForm(request.POST or None, initial=start)
    if form.is_bound and form.is_valid():
        rule = ReminderRule(clinic=request.clinic, kind=form.cleaned_data["kind"])
        if _saved(request, form, rule):
            messages.success(request, f"{rule} is added, with texts in every language: look at them.")
            return redirect("reminders:rule", rule.pk)
    return _page(request, form, {"heading": "New message"})


@require_http_methods(["GET", "POST"])
@requires(Capability.SETUP)
def rule(request: StaffRequest, pk: int) -> HttpResponse:
    """Show and change one rule, with its texts."""
    one = get_rule(request, pk)
    start = {name: getattr(one, name) for name in ("send_at", "channel_order", "languages", "active", "version")}
    form = RuleForm(request.POST or None, rule=one, initial=start | {"days": one.days_before or one.days_after})
    if form.is_bound and form.is_valid() and _saved(request, form, one):
        messages.success(request, f"{one} is saved.")
        return redirect("reminders:rules")
    behind = defaults.behind(one)
    context = {"texts": _texts(one, behind), "unwritten": sum(text.made_by_id is None for text in behind)}
    return _page(request, form, {"heading": str(one), "rule": one} | context)


@require_POST
@requires(Capability.SETUP)
def use_standard(request: StaffRequest, pk: int) -> HttpResponse:
    """Let the texts of a rule that nobody here wrote say what the standard says by now."""
    one = get_rule(request, pk)
    try:
        made = writing.use_standard(rule=one, by=request.user, at=timezone.now())
    except writing.ChangedMeanwhile:
        messages.warning(request, "Somebody saved a text at the same moment. Nothing was changed: look again.")
    else:
        texts = "1 text is" if made == 1 else f"{made} texts are"
        messages.success(request, f"{texts} the new standard now. What waits goes out with it.")
    return redirect("reminders:rule", pk)


def get_rule(request: StaffRequest, pk: int) -> ReminderRule:
    """Return a rule of the current clinic."""
    return get_object_or_404(ReminderRule.objects.filter(clinic=request.clinic).select_related("clinic"), pk=pk)


def _saved(request: StaffRequest, form: RuleForm, one: ReminderRule) -> bool:
    """Save what the form says; False with words on the form when it cannot be."""
    fields = form.values(one.kind)
    try:
        wanted = ReminderRule(pk=one.pk, clinic=one.clinic, kind=one.kind, **fields)
        wanted._state.adding = one._state.adding
        wanted.validate_constraints()
        writing.save_rule(
            rule=one, fields=fields, version=form.cleaned_data["version"] or 0, by=request.user, at=timezone.now()
        )
    except ValidationError as error:
        form.add_error(None, error.messages)
    except writing.AlreadyThere:
        form.add_error(None, "There is a rule for that already.")
    except writing.ChangedMeanwhile:
        form.add_error(None, "Somebody changed this meanwhile. Yours is below: look at theirs in another window first.")
        typed = request.POST.copy()
        typed["version"] = str(ReminderRule.objects.values_list("version", flat=True).get(pk=one.pk))
        form.data = typed
    return not form.errors


def _page(request: StaffRequest, form: RuleForm, context: dict[str, Any]) -> HttpResponse:
    return render(request, "reminders/rule.html", context | {"form": form}, status=422 if form.is_bound else 200)


def _texts(one: ReminderRule, behind: Iterable[MessageTemplate]) -> list[dict[str, Any]]:
    """Return a row for each language: whether it is sent, and the version of its text on each channel, with whether the
    standard is another by now (one query).
    """
    if one.kind == Kind.ONE_OFF:
        return []
    found = MessageTemplate.objects.filter(rule=one).order_by().values("language", "channel")
    versions = {(row["language"], row["channel"]): row["last"] for row in found.annotate(last=Max("version"))}
    newer = {(text.language, text.channel) for text in behind}
    return [
        {
            "code": code,
            "name": name,
            "sent": code in one.languages,
            "channels": [
                (channel, versions.get((code, channel.value)), (code, channel.value) in newer) for channel in Channel
            ],
        }
        for code, name in Patient.Language.choices
    ]
