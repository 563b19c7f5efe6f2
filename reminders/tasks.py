"""The wake-up. Losing one costs nothing but delay, and two at once do no harm."""

from celery import shared_task
from django.utils import timezone

from reminders.dispatch import send_due
from reminders.models import Heartbeat
from reminders.planning import reconcile


@shared_task(name="reminders.tick")
def tick() -> None:
    """Bring the ledger up to date, then send what is due."""
    Heartbeat.note(Heartbeat.Part.WORKER, timezone.now())
    reconcile(now=timezone.now())
    send_due(clock=timezone.now)
    Heartbeat.note(Heartbeat.Part.WORKER, timezone.now())
