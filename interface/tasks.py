"""The wake-up. Losing one costs nothing but delay, and two at once do no harm."""

from celery import shared_task
from django.utils import timezone

from interface.hooks.rounds import gather_and_call


@shared_task(name="interface.tick")
def tick() -> None:
    """Find what happened, then tell what is due."""
    gather_and_call(clock=timezone.now)
