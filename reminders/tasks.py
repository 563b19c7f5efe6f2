"""The wake-up. Losing one costs nothing but delay, and two at once do no harm."""

from celery import shared_task
from django.utils import timezone

from reminders.rounds import plan_and_send


@shared_task(name="reminders.tick")
def tick() -> None:
    """Bring the ledger up to date, then send what is due."""
    plan_and_send(clock=timezone.now)
