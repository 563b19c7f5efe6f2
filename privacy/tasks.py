"""What is forgotten by itself."""

from celery import shared_task
from django.utils import timezone

from clinic.models import Clinic
from privacy.erasing import NotYet, erase
from privacy.models import Erasure, Retention
from privacy.purging import purge_texts
from privacy.seen import past_their_time


@shared_task(name="privacy.forget")
def forget() -> None:
    """Blank old messages everywhere, and erase records whose time is over where the clinic said so."""
    now = timezone.now()
    for clinic in Clinic.objects.all():
        purge_texts(clinic=clinic, at=now)
        if not Retention.of(clinic).erase_by_itself:
            continue
        for patient in past_their_time(clinic, now.astimezone(clinic.zone).date()):
            try:
                erase(
                    patient=patient,
                    what=Erasure.What.PERSON,
                    reason=Erasure.Reason.RETENTION,
                    by=None,
                    at=now,
                )
            except NotYet:
                continue  # came back to treatment a moment ago
