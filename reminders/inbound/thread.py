"""What a person and the clinic said to each other: texts that came in, and all that went out."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.utils import timezone

from patients.models import Patient
from reminders.models import InboundMessage, Reminder, State
from reminders.models.reminder import LISTED_AT
from reminders.results import Result, result_of

NEWEST = 30
_NEVER_LEFT = Q(state__in=(State.CANCELLED, State.STOPPED))
# What is planned is not said yet; a reply that somebody wrote is, to its writer.
_STILL_TO_COME = Q(state__in=(State.WAITING, State.SENDING), one_off__isnull=True)


@dataclass(frozen=True)
class Entry:
    """One message of a thread, either way."""

    at: dt.datetime
    words: str
    inbound: InboundMessage | None = None
    reminder: Reminder | None = None
    result: Result | None = None


def thread_of(patient: Patient, *, now: dt.datetime) -> list[Entry]:
    """Return a person's newest messages in the order in which they were said (two queries)."""
    said = InboundMessage.objects.filter(patient=patient).select_related("done_by")[:NEWEST]
    told = Reminder.objects.filter(patient=patient).exclude(_NEVER_LEFT | _STILL_TO_COME)
    sent = (
        told.select_related("rule", "one_off__made_by")
        .annotate(listed_at=LISTED_AT)
        .order_by("-listed_at", "-pk")[:NEWEST]
    )
    zone = timezone.get_current_timezone()
    out = [_sent(reminder, now, zone) for reminder in sent]
    return sorted([*_both_ways(said), *out], key=lambda entry: entry.at)[-NEWEST:]


def thread_of_number(message: InboundMessage) -> list[Entry]:
    """Return what came from a number that belongs to nobody yet, at the same clinic."""
    said = InboundMessage.objects.filter(sender=message.sender, clinic=message.clinic, patient=None)
    if not message.sender:  # forgotten numbers are all alike
        said = said.filter(pk=message.pk)
    newest = said.select_related("done_by").order_by("-received_at", "-pk")[:NEWEST]
    return sorted(_both_ways(newest), key=lambda entry: entry.at)


def _both_ways(messages: Iterable[InboundMessage]) -> list[Entry]:
    found: list[Entry] = []
    for message in messages:
        found.append(Entry(message.received_at, message.body, inbound=message))
        if message.answer:
            found.append(Entry(message.received_at, message.answer))
    return found


def _sent(reminder: Any, now: dt.datetime, zone: dt.tzinfo) -> Entry:
    words = reminder.one_off.body if reminder.one_off else str(reminder.rule)
    return Entry(reminder.listed_at, words, reminder=reminder, result=result_of(reminder, [], now, zone))
