"""What is forgotten by itself."""

from celery import shared_task
from django.utils import timezone

from privacy.forgetting import forget_everywhere
from reminders.models import Heartbeat
from reminders.watching.faults import watched


@shared_task(name="privacy.forget")
def forget() -> None:
    """Blank old messages everywhere, and erase records whose time is over where the clinic said so."""
    with watched(Heartbeat.Part.FORGET):
        forget_everywhere(at=timezone.now())
