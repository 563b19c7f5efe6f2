"""The wake-up. Losing one costs nothing but delay, and two at once do no harm."""

from celery import shared_task
from django.utils import timezone

from interface.hooks.calling import call_due
from interface.hooks.gathering import gather


@shared_task(name="interface.tick")
def tick() -> None:
    """Find what happened, then tell what is due."""
    gather(now=timezone.now())
    call_due(clock=timezone.now)
