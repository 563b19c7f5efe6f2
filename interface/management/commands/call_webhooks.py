"""Webhooks without a broker: the same code as the worker's, once."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from interface.hooks.calling import call_due
from interface.hooks.gathering import gather


class Command(BaseCommand):
    """Tell other programs what happened."""

    help = "Tell other programs what happened, once. For a timer where no Celery runs."

    def handle(self, *args: Any, **options: Any) -> None:
        """Gather and call."""
        found = gather(now=timezone.now())
        self.stdout.write(f"{found} found, {call_due(clock=timezone.now)} calls made.")
