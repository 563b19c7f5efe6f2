"""Taking the words out of old messages, and the numbers of strangers who wrote. The ledger keeps kind, moment and outcome."""

import datetime as dt

from django.db import transaction
from django.db.models import Q

from clinic.models import Clinic
from privacy.models import Retention
from reminders.models import Delivery, InboundMessage, OneOff

WORDS_OF_DELIVERY = ("provider_id", "error", "receipt_words")


@transaction.atomic
def purge_texts(*, clinic: Clinic, at: dt.datetime) -> int:
    """Blank the words of messages that are older than the clinic keeps them; return how many messages lost theirs.

    A number that was put to nobody goes with its words. What still waits for somebody stays until they dealt with it.
    """
    before = at - dt.timedelta(days=Retention.of(clinic).text_days)
    came = InboundMessage.objects.filter(clinic=clinic, received_at__lt=before).exclude(state=InboundMessage.State.OPEN)
    went = OneOff.objects.filter(clinic=clinic, made_at__lt=before)
    tried = Delivery.objects.filter(clinic=clinic, started_at__lt=before, finished_at__isnull=False)
    said = Q(*((name, "") for name in WORDS_OF_DELIVERY))
    came.filter(patient=None).exclude(sender="").update(sender="")
    return (
        came.exclude(body="", answer="").update(body="", answer="")
        + went.exclude(subject="", body="").update(subject="", body="")
        + tried.exclude(said).update(**dict.fromkeys(WORDS_OF_DELIVERY, ""))
    )
