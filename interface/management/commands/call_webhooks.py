"""Webhooks without a broker: the same code as the worker's, once."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from interface.hooks.rounds import gather_and_call
from reminders.watching.faults import Incomplete


class Command(BaseCommand):
    """Tell other programs what happened."""

    help = "Tell other programs what happened, once. For a timer where no Celery runs."

    def handle(self, *args: Any, **options: Any) -> None:
        """Gather and call; an error where something could not be gathered."""
        try:
            found, made = gather_and_call(clock=timezone.now)
        except Incomplete as error:
            raise CommandError(f"{error}. The log names what.") from error
        self.stdout.write(f"{found} found, {made} calls made.")
