"""News of one attempt: written down once, and heeded when it says that the message did not arrive.

News comes late, twice and in any order. An attempt only moves forward: waiting at the gateway, on its way, delivered,
not delivered. (A letter can come back after a server took it, so the last one stands above "delivered".) What is known
of an older attempt is kept with it and changes nothing about a reminder that was tried again since.
"""

import datetime as dt
from contextlib import suppress
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from patients.models import Channel, ContactPoint
from patients.models.contact import number_as_stored
from reminders.channels.base import Blame, SendError
from reminders.dispatch import allowance, outcome
from reminders.models import Delivery, Reminder, State
from reminders.models.delivery import IN_DOUBT, Receipt

# It was handed over, or may have been.
_LEFT = (Delivery.Outcome.ACCEPTED, *IN_DOUBT)
_NOT_SENT_YET = (State.WAITING, State.SENDING, State.FAILED, State.MISSED)
# After it had left: what was told since, was told later. (What the desk took back may have been asked for anew.)
_STOPPED_SINCE = Q(state=State.CANCELLED, asked_on__isnull=True)


@dataclass(frozen=True)
class News:
    """What a gateway says about one attempt."""

    stage: Receipt
    words: str = ""
    blame: Blame = Blame.NOTHING
    address: str = ""  # where it went to, as far as the gateway says


def record(delivery: Delivery, news: News, now: dt.datetime) -> None:
    """Write news down and act on it. Twice the same, or something older, changes nothing."""
    earlier = [stage for stage in Receipt if stage < news.stage]
    # What it says of the address is kept with it, once: told again, it would undo what a person said of it meanwhile.
    with transaction.atomic():
        is_news = Delivery.objects.filter(pk=delivery.pk, receipt__in=earlier).update(
            receipt=news.stage, receipt_at=now, receipt_words=news.words
        )
        if is_news and news.stage == Receipt.FAILED:
            _blame(delivery, news, now)
    # Committed before the reminder is looked at: a worker that records "sent" at this moment looks here after it.
    delivery.refresh_from_db()
    if delivery.receipt == Receipt.DELIVERED:
        _arrived(delivery, now)
    elif delivery.receipt == Receipt.FAILED and news.stage == Receipt.FAILED:
        heed(delivery, now)


def heed(delivery: Delivery, now: dt.datetime) -> None:
    """Send a reminder another way, or put it before a person, when its newest attempt did not arrive after all."""
    delivery.refresh_from_db(fields=["receipt", "receipt_words"])
    if delivery.receipt != Receipt.FAILED:
        return
    reminder = Reminder.objects.select_related("clinic", "rule", "patient__clinic").get(pk=delivery.reminder_id)
    taken = Reminder.objects.filter(_stands_on(delivery), pk=reminder.pk, state=State.SENT)
    if taken.exists():
        allowance.give_back(taken)
        outcome.go_another_way(reminder, delivery.receipt_words, now, held=taken)


def _stands_on(delivery: Delivery) -> Q:
    """For a reminder: nothing left the house for it after this attempt, and nobody wanted it repeated since.

    A later attempt may have been no more than a question whether this one had arrived.
    """
    later = Delivery.objects.filter(reminder=OuterRef("pk"), attempt__gt=delivery.attempt, outcome__in=_LEFT)
    return ~Q(Exists(later)) & (Q(repeat_from__isnull=True) | Q(repeat_from__lte=delivery.started_at))


def _arrived(delivery: Delivery, now: dt.datetime) -> None:
    """Note it on the reminder; an attempt in doubt is in doubt no more, and nothing is sent again."""
    newest = Reminder.objects.filter(_stands_on(delivery), pk=delivery.reminder_id)
    if delivery.outcome in IN_DOUBT:
        Delivery.objects.filter(pk=delivery.pk, outcome__in=IN_DOUBT).update(
            outcome=Delivery.Outcome.FOUND, finished_at=now
        )
        newest.filter(state__in=_NOT_SENT_YET).update(state=State.SENT, reason="", closed_at=now, lease_until=None)
        newest.filter(_STOPPED_SINCE).update(state=State.SENT, reason="")
    newest.filter(state=State.SENT, delivered_at__isnull=True).update(delivered_at=now)


def _blame(delivery: Delivery, news: News, now: dt.datetime) -> None:
    """Keep what it says about the address, unless the person has another one by now, or agreed to messages since."""
    reminder = delivery.reminder
    points = ContactPoint.objects.filter(patient_id=reminder.patient_id, channel=reminder.channel)
    point = points.first()
    if point is None or (news.address and not is_address_of(point, news.address)):
        return
    if has_agreed_since(point, delivery.started_at):
        return
    outcome.blame_address(point, SendError(news.words, permanent=True, blame=news.blame), now)


def has_agreed_since(point: ContactPoint, moment: dt.datetime) -> bool:
    """Return whether a person said after a moment that they want messages there: what a gateway knew before is old."""
    return point.consented_at is not None and point.consented_at > moment


def is_address_of(point: ContactPoint, told: str) -> bool:
    """Return whether an address that a gateway names is a contact point's, however it writes the number or the domain."""
    if point.channel != Channel.EMAIL:
        return point.address in (told, number_as_stored(told, point.clinic.country))
    return not _spellings(point.address).isdisjoint(_spellings(told))


def _spellings(address: str) -> set[str]:
    """Return an email address as it is, with its domain's letters, and with the code that stands for them.

    There are two standards: one writes faß as fass (RFC 3490, what Python does), the other gives ß a code (RFC 5891).
    """
    name, _, domain = address.lower().rpartition("@")
    found = {domain}
    with suppress(UnicodeError):
        found.add(".".join(_letters(label) for label in domain.split(".")))
    with suppress(UnicodeError):
        found.add(domain.encode("idna").decode())
    return {f"{name}@{spelling}" for spelling in found}


def _letters(label: str) -> str:
    return label[4:].encode("ascii").decode("punycode") if label.startswith("xn--") else label
