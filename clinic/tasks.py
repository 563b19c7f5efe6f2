"""What the ground floor has done for it in the background."""

from celery import shared_task
from django.utils import timezone

from clinic import chain
from reminders.models import Heartbeat
from reminders.watching.faults import note_chain, watched


@shared_task(name="clinic.seal_audit")
def seal_audit() -> None:
    """Link what was logged since, and now and then see whether the chain is as it was written."""
    with watched(Heartbeat.Part.AUDIT):
        now = timezone.now()
        chain.seal(at=now)
        if chain.check_is_due(now):
            note_chain(chain.check(at=now))
