"""The wake-up. Losing one costs nothing but delay, and two at once do no harm."""

from typing import Any

from celery import shared_task
from celery.signals import worker_shutting_down
from django.utils import timezone

from reminders.dispatch import halting
from reminders.rounds import plan_and_send


@shared_task(name="reminders.tick")
def tick() -> None:
    """Bring the ledger up to date, then send what is due."""
    plan_and_send(clock=timezone.now)


@worker_shutting_down.connect
def end_soon(**_: Any) -> None:
    """Finish the message in hand and no more: Celery waits for the whole round, and whoever stops it waits a minute."""
    halting.ask()
