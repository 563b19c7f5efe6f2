"""Twilio's status callbacks: https://www.twilio.com/docs/messaging/guides/outbound-message-status-in-status-callbacks"""

import datetime as dt
from collections.abc import Mapping
from contextlib import suppress
from uuid import UUID

from reminders.channels.codes import number_in, words_for
from reminders.dispatch.receipts import News, record
from reminders.models import Delivery
from reminders.models.delivery import ERASED, Receipt, name_from

_STAGES = {
    "accepted": Receipt.QUEUED,
    "scheduled": Receipt.QUEUED,
    "queued": Receipt.QUEUED,
    "sending": Receipt.QUEUED,
    "sent": Receipt.ON_ITS_WAY,
    "delivered": Receipt.DELIVERED,
    "read": Receipt.DELIVERED,
    "undelivered": Receipt.FAILED,
    "failed": Receipt.FAILED,
    "canceled": Receipt.FAILED,
}
NOT_DELIVERED = "The text message did not arrive"


def take(values: Mapping[str, str], *, key: str, attempt: str, now: dt.datetime) -> None:
    """Take one callback. Statuses and messages that we do not know are nobody's business here."""
    stage = _STAGES.get(values.get("MessageStatus", ""))
    delivery = _delivery(name_from(values.get("MessageSid", "")), key, attempt)
    if stage is None or delivery is None:
        return
    words, address = "", values.get("To", "")
    news = News(stage, address=address)
    if stage == Receipt.FAILED:
        number = number_in(values.get("ErrorCode", ""))
        words, blame = words_for(number, f"{NOT_DELIVERED} (code {number})" if number else NOT_DELIVERED)
        news = News(stage, words, blame, address)
    record(delivery, news, now)


def _delivery(sid: str, key: str, attempt: str) -> Delivery | None:
    """Return the newest attempt with the gateway's id, of the message that the callback's address names: a gateway that
    counts anew gives an id to two.
    """
    known = Delivery.objects.filter(provider_id=sid).exclude(provider_id="").order_by("-attempt")
    try:
        uid = UUID(key)
    except ValueError:
        return known.first()
    return known.filter(reminder__uid=uid).first() or _not_named_yet(sid, uid, attempt)


def _not_named_yet(sid: str, uid: UUID, attempt: str) -> Delivery | None:
    """Return an attempt of which no id is known yet: a callback may be faster than our note of it."""
    with suppress(ValueError):
        nameless = Delivery.objects.filter(reminder__uid=uid, attempt=int(attempt), provider_id="")
        found = nameless.exclude(ERASED).first()
        if found is not None:
            # Should no answer come to us, this is all that tells it from another text with the same words.
            Delivery.objects.filter(pk=found.pk, provider_id="").update(provider_id=sid)
        return found
    return None
