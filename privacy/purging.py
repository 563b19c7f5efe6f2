"""Taking the words out of old messages, and the numbers of strangers who wrote. The ledger keeps kind, moment and outcome."""

import datetime as dt
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet

from clinic.models import Clinic
from privacy.models import Retention
from privacy.rules import OWN_NUMBER
from reminders.models import Delivery, InboundMessage, OneOff

WORDS_OF_DELIVERY = ("provider_id", "error", "receipt_words")


@transaction.atomic
def purge_texts(*, clinic: Clinic, at: dt.datetime) -> int:
    """Blank the words of messages that are older than the clinic keeps them; return how many messages lost theirs.

    A number that was put to nobody goes with its words, and the gateway's own, by which it tells both. What still waits
    for somebody stays until they dealt with it.
    """
    before = _before(clinic, at)
    _came(clinic, before).filter(patient=None).exclude(sender="").update(sender="", gateway_id=OWN_NUMBER)
    came, went, tried = _with_words(clinic, before)
    return (
        came.update(body="", answer="", gateway_id=OWN_NUMBER)
        + went.update(subject="", body="")
        + tried.update(**dict.fromkeys(WORDS_OF_DELIVERY, ""))
    )


def past_their_days(clinic: Clinic, at: dt.datetime) -> int:
    """Return how many messages, come or written by staff, would lose their words by the rule as it is saved (3 queries)."""
    came, went, _tried = _with_words(clinic, _before(clinic, at))
    return came.count() + went.count()


def _before(clinic: Clinic, at: dt.datetime) -> dt.datetime:
    return at - dt.timedelta(days=Retention.of(clinic).text_days)


def _with_words(clinic: Clinic, before: dt.datetime) -> tuple[QuerySet[Any], ...]:
    """Return what is older and still has words: texts that came, what staff wrote, and attempts to send."""
    went = OneOff.objects.filter(clinic=clinic, made_at__lt=before)
    tried = Delivery.objects.filter(clinic=clinic, started_at__lt=before, finished_at__isnull=False)
    said = Q(*((name, "") for name in WORDS_OF_DELIVERY))
    return _came(clinic, before).exclude(body="", answer=""), went.exclude(subject="", body=""), tried.exclude(said)


def _came(clinic: Clinic, before: dt.datetime) -> QuerySet[InboundMessage]:
    old = InboundMessage.objects.filter(clinic=clinic, received_at__lt=before)
    return old.exclude(state=InboundMessage.State.OPEN)
