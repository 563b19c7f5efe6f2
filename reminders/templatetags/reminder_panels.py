"""What other rooms' pages show of reminders: a patient's messages, and the line that says some did not arrive."""

from collections.abc import Iterable
from typing import Any

from django import template
from django.utils.safestring import SafeString

from clinic.templatetags.interface import chip
from patients.models import Patient
from reminders.models import Reminder, State
from treatments.models import TreatmentSession

register = template.Library()

NEWEST = 20
# What the state's own face does not say.
_FACES = {
    State.CANCELLED: ("cancelled", "Stopped"),
    State.REPLACED: ("opted_out", "Sent another way"),
    State.HANDLED: ("done", "Called"),
}


@register.simple_tag
def reminder_chip(reminder: Reminder) -> SafeString:
    """Show where a reminder stands."""
    face, label = _FACES.get(State(reminder.state), (reminder.state, ""))
    return chip(face, label)


@register.inclusion_tag("reminders/_patient_messages.html")
def patient_messages(patient: Patient) -> dict[str, Any]:
    """List a patient's newest messages (1 query). The page that shows it has asked who may see the patient."""
    newest = (
        Reminder.objects.filter(patient=patient)
        .select_related("rule", "session", "invitation__offer", "handled_by")
        .order_by("-due_at", "-pk")[:NEWEST]
    )
    return {"reminders": newest, "patient": patient}


@register.inclusion_tag("reminders/_alert.html", takes_context=True)
def reminder_alert(context: dict[str, Any]) -> dict[str, Any]:
    """Say how many messages of the clinic need a person; nothing when none does."""
    clinic = context["request"].clinic
    return {"count": Reminder.objects.filter(clinic=clinic).needs_person().count()}


@register.simple_tag
def undelivered(sessions: Iterable[TreatmentSession]) -> dict[int, str]:
    """Return, by session id, a few words on those with a message that somebody has to see to (one query)."""
    waiting = Reminder.objects.filter(session__in=list(sessions)).needs_person()
    return dict.fromkeys(waiting.values_list("session_id", flat=True), "Message not delivered")
