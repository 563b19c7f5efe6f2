"""What the ground floor has done for it in the background."""

from celery import shared_task
from django.utils import timezone

from clinic import chain
from reminders.models import Heartbeat
from reminders.watching.faults import watched


@shared_task(name="clinic.seal_audit")
def seal_audit() -> None:
    """Link what was logged since."""
    with watched(Heartbeat.Part.AUDIT):
        chain.seal(at=timezone.now())
