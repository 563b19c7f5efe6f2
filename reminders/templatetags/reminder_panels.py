"""What other rooms' pages show of reminders: a patient's messages, and the line that says some did not arrive."""

import datetime as dt
from typing import Any

from django import template
from django.contrib.messages.storage.base import Message
from django.db.models import QuerySet
from django.utils import timezone

from clinic.access import Capability, may
from clinic.templatetags.interface import visits_of
from patients.models import Patient
from reminders import foretelling
from reminders.models import Heartbeat, InboundMessage, Reminder
from reminders.models.reminder import LISTED_AT
from reminders.results import Result, result_of
from reminders.watching.facts import look
from treatments.models import SlotOffer, TreatmentSession

register = template.Library()

NEWEST = 20
# Each minute plans what is missing, and a busy one may take a second.
PLANNED_WITHIN = dt.timedelta(minutes=2)


@register.inclusion_tag("reminders/_patient_messages.html", takes_context=True)
def patient_messages(context: dict[str, Any], patient: Patient) -> dict[str, Any]:
    """List a patient's newest messages, and their own texts (2 queries). The page that shows it has asked who may see the patient."""
    newest = (
        Reminder.objects.filter(patient=patient)
        .select_related("rule", "session", "invitation__offer", "handled_by", "template", "one_off", "patient")
        .annotate(listed_at=LISTED_AT)
        .order_by("-listed_at", "-pk")[:NEWEST]
    )
    now, zone = timezone.now(), timezone.get_current_timezone()
    texts = InboundMessage.objects.filter(patient=patient).select_related("done_by")[:NEWEST]
    return {
        "reminders": [(one, result_of(one, [], now, zone)) for one in newest],
        "patient": patient,
        "texts": texts,
        "may_write": may(context["request"].membership, Capability.MESSAGE) and not patient.closed,
    }


@register.simple_tag(takes_context=True)
def what_is_told(context: dict[str, Any], message: Message) -> str:
    """Say when the people of visits hear of the step that a message tells of, or why not (five queries at most for each).

    Nothing, and no query, for a message that names no visit.
    """
    clinic, visits = getattr(context["request"], "clinic", None), visits_of(message)
    return foretelling.words_about_all(sessions=visits, clinic=clinic, now=timezone.now()) if clinic and visits else ""


@register.inclusion_tag("reminders/_inbox_line.html", takes_context=True)
def inbox_line(context: dict[str, Any]) -> dict[str, Any]:
    """Say how many texts from patients wait for a person; nothing when none does."""
    waiting = InboundMessage.objects.filter(clinic=context["request"].clinic, state=InboundMessage.State.OPEN)
    return {"waiting": waiting.count()}


@register.inclusion_tag("reminders/_alert.html", takes_context=True)
def reminder_alert(context: dict[str, Any]) -> dict[str, Any]:
    """Say what keeps messages from going out, and how many need a person; to admins, what else fails. Nothing when all is well."""
    request = context["request"]
    watch = look(clinic=request.clinic, now=timezone.now())
    return {"watch": watch, "may_mend": may(request.membership, Capability.SETUP)}


@register.simple_tag
def audit_log_broken_since() -> dt.datetime | None:
    """Return when the audit log was first found to be other than it was written, if it is (one query)."""
    found = Heartbeat.objects.filter(part=Heartbeat.Part.INTACT)
    return found.values_list("failing_since", flat=True).first()


@register.simple_tag
def offer_messages(offer: SlotOffer) -> dict[int, Result]:
    """Return, by invitation id, how the message of each person asked stands (3 queries at most).

    A clinic may write of offers by one way alone: whom it does not reach there is nobody's to be told but the desk's.
    """
    now, zone = timezone.now(), timezone.get_current_timezone()
    sent = Reminder.objects.filter(invitation__offer=offer).prefetch_related("deliveries").order_by("pk")
    found = {one.invitation_id: result_of(one, list(one.deliveries.all()), now, zone) for one in sent}
    if not found and offer.state == SlotOffer.State.ENDED:
        return {}
    if not found and now < offer.offered_at + PLANNED_WITHIN:
        nothing = Result("waiting", "Waiting", "to be written within two minutes")
    else:
        nothing = Result("failed", "No message", "No way by which offers go reaches them: call")
    return {pk: found.get(pk, nothing) for pk in offer.invitations.values_list("pk", flat=True)}


@register.simple_tag
def undelivered(sessions: QuerySet[TreatmentSession]) -> dict[int, str]:
    """Return, by session id, a few words on those with a message that somebody has to see to (one query)."""
    waiting = Reminder.objects.filter(session__in=sessions).needs_person()
    return dict.fromkeys(waiting.values_list("session_id", flat=True), "Message not delivered")
