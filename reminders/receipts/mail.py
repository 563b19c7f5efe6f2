"""A mail provider's events, as django-anymail reads them."""

import datetime as dt
from contextlib import suppress
from typing import Any
from uuid import UUID

from anymail.signals import EventType, RejectReason

from patients.actions import withdraw_consent
from patients.models import Channel, ContactPoint
from reminders.channels.base import Blame
from reminders.channels.email import is_about_mailbox
from reminders.dispatch.receipts import News, has_agreed_since, is_address_of, record
from reminders.models import Delivery
from reminders.models.delivery import ERASED, Receipt

_STAGES = {
    EventType.QUEUED: Receipt.QUEUED,
    EventType.DEFERRED: Receipt.QUEUED,
    EventType.SENT: Receipt.ON_ITS_WAY,
    EventType.DELIVERED: Receipt.DELIVERED,
    EventType.BOUNCED: Receipt.FAILED,
    EventType.REJECTED: Receipt.FAILED,
    EventType.FAILED: Receipt.FAILED,
}
_NEVER_LEFT = (Delivery.Outcome.REFUSED, Delivery.Outcome.UNREACHABLE, Delivery.Outcome.HELD)
_DEAD = (RejectReason.BOUNCED, RejectReason.INVALID)
_UNWANTED = {EventType.COMPLAINED: "marked our email as unwanted", EventType.UNSUBSCRIBED: "unsubscribed by email"}


def take(event: Any, now: dt.datetime) -> None:
    """Take one event; one about a letter of somebody else's changes nothing."""
    delivery = _delivery(event)
    if delivery is None:
        return
    if event.event_type in _UNWANTED:
        _stop(delivery, event, now)
    elif event.event_type in _STAGES:
        record(delivery, _news(event), now)


def _news(event: Any) -> News:
    stage, address = _STAGES[event.event_type], _words(event.recipient)
    if stage != Receipt.FAILED:
        return News(stage, address=address)
    if event.reject_reason in _DEAD and is_about_mailbox(_words(event.mta_response)):
        return News(stage, "The email address does not take our mail", Blame.ADDRESS, address)
    return News(stage, "The email came back", Blame.NOTHING, address)


def _words(told: Any) -> str:
    """Return what a provider says in words. The signature is of a moment and a name, not of what is told with them."""
    return told if isinstance(told, str) else ""


def _delivery(event: Any) -> Delivery | None:
    """Return the attempt that an event is about. Every attempt has the same Message-ID; the provider gives back which
    one it was where it was told, else the newest is meant that had begun by then.

    Our own name for the letter is in its Message-ID: of one that no answer came to, nothing else is written down.
    """
    try:
        uid = UUID(_words(event.message_id).strip("<>").partition("@")[0])
    except ValueError:
        return None
    letters = Delivery.objects.filter(reminder__uid=uid, reminder__channel=Channel.EMAIL)
    attempts = letters.exclude(outcome__in=_NEVER_LEFT).exclude(ERASED).order_by("-attempt")
    with suppress(KeyError, TypeError, ValueError, OverflowError):
        return attempts.filter(attempt=int(event.metadata["attempt"])).first()
    begun = attempts.filter(started_at__lte=event.timestamp) if event.timestamp else attempts
    return begun.first()


def _stop(delivery: Delivery, event: Any, now: dt.datetime) -> None:
    """Somebody who calls our mail unwanted gets none; the visit stays, and reminders go by text or to a person.

    Unless they agreed to it again since: a provider tells what it got no answer to for hours.
    """
    patient = delivery.reminder.patient
    point = ContactPoint.objects.filter(patient=patient, channel=Channel.EMAIL).first()
    if point is None or has_agreed_since(point, event.timestamp or now):
        return
    if is_address_of(point, _words(event.recipient)):
        source = _UNWANTED[event.event_type]
        withdraw_consent(patient=patient, channel=Channel.EMAIL, source=source, by=None, at=now)
