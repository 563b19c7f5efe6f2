"""The reminders without a broker: the same code as the worker's, once or for ever."""

import signal
import threading
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from reminders.dispatch import send_due
from reminders.planning import reconcile


class Command(BaseCommand):
    """Plan and send what is due."""

    help = "Plan and send the reminders that are due, once or, with --loop, until stopped."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take how often."""
        often = parser.add_mutually_exclusive_group()
        often.add_argument("--once", action="store_true", help="once and end (this is the default)")
        often.add_argument("--loop", action="store_true", help="again and again, until SIGTERM or Ctrl-C")

    def handle(self, *args: Any, loop: bool, **options: Any) -> None:
        """Run; a stop signal lets the current round end."""
        self._round()
        if not loop:
            return
        stop = threading.Event()
        for name in (signal.SIGTERM, signal.SIGINT):
            signal.signal(name, lambda *_: stop.set())
        while not stop.wait(settings.REMINDER_TICK_SECONDS):
            self._round()

    def _round(self) -> None:
        plan = reconcile(now=timezone.now())
        worked = send_due(clock=timezone.now)
        self.stdout.write(
            f"{plan.created} planned, {plan.stopped} stopped, {plan.missed} too late, {worked} worked on."
        )
