"""Forgetting without a broker: the same as the worker's, once."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from privacy.tasks import forget
from reminders.watching.faults import Incomplete


class Command(BaseCommand):
    """Blank old messages, and erase records whose time is over where the clinic said so."""

    help = "Forget what is past its time at every clinic, once. For a timer where no Celery runs."

    def handle(self, *args: Any, **options: Any) -> None:
        """Forget; an error where something could not be forgotten."""
        try:
            forget()
        except Incomplete as error:
            raise CommandError(f"{error}. The log names what.") from error
