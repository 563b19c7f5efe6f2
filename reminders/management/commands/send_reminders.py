"""The reminders without a broker: the same code as the worker's, once or for ever. And a rehearsal of what is to come."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError, close_old_connections
from django.utils import timezone

from reminders import rehearsal
from reminders.dispatch import halting
from reminders.models import Heartbeat
from reminders.rounds import plan_and_send
from reminders.watching.faults import Incomplete


class Command(BaseCommand):
    """Plan and send what is due."""

    help = "Plan and send the reminders that are due, once or, with --loop, until stopped. --dry-run shows what is to come."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take how often, or that nothing is to leave."""
        often = parser.add_mutually_exclusive_group()
        often.add_argument("--once", action="store_true", help="once and end (this is the default)")
        often.add_argument("--loop", action="store_true", help="again and again, until SIGTERM or Ctrl-C")
        often.add_argument(
            "--dry-run", action="store_true", help="send nothing; print what would go out by the end of tomorrow"
        )
        parser.add_argument(
            "--names", action="store_true", help="with --dry-run: names and addresses beside the numbers"
        )

    def handle(self, *args: Any, loop: bool, dry_run: bool, names: bool, **options: Any) -> None:
        """Run; a stop signal lets the message in hand go out, and ends the run."""
        if dry_run:
            self._rehearse(names=names)
            return
        if names:
            raise CommandError("--names goes with --dry-run. Nothing was sent.")
        with _heeding_stops() as stop:
            if loop:
                self._go_on_until(stop)
            else:
                self._round()

    def _go_on_until(self, stop: threading.Event) -> None:
        """Work round after round. What can never be planned must not end it, nor a database that is away for a while."""
        while True:
            try:
                self._round()
            except CommandError as error:
                self.stderr.write(str(error))
            except DatabaseError:
                self.stderr.write("The database does not answer. The next round tries again.")
                close_old_connections()
            if stop.wait(settings.REMINDER_TICK_SECONDS):
                return

    def _round(self) -> None:
        """Plan and send. It wakes itself, so it gives both signs of life. Raises CommandError where some was left out."""
        Heartbeat.note(Heartbeat.Part.BEAT, timezone.now())
        try:
            plan, worked = plan_and_send(clock=timezone.now)
        except Incomplete as error:
            raise CommandError(f"{error}. The log names what.") from error
        Heartbeat.note(Heartbeat.Part.BEAT, timezone.now())
        self.stdout.write(
            f"{plan.created} planned, {plan.stopped} stopped, {plan.missed} too late, {worked} worked on."
        )

    def _rehearse(self, *, names: bool) -> None:
        """Print the messages until the end of tomorrow. What is printed may end in a log, so names are there only when asked for."""
        lines = rehearsal.coming(now=timezone.now())
        for line in lines:
            who = f"patient {line.patient_id}"
            if names:
                who += f", {line.name}, {line.to or 'no address'}"
            self.stdout.write(f"{line.clinic} {line.at:%Y-%m-%d %H:%M} {line.rule}, {who}, {line.how}")
        number = "1 message" if len(lines) == 1 else f"{len(lines)} messages"
        self.stdout.write(f"{number} until the end of tomorrow. Nothing was sent.")


@contextmanager
def _heeding_stops() -> Iterator[threading.Event]:
    """Let SIGTERM and Ctrl-C wait for the message in hand: one that is cut off there may go out twice."""
    stop = threading.Event()

    def end(*_: Any) -> None:
        stop.set()
        halting.ask()

    before = {name: signal.signal(name, end) for name in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield stop
    finally:
        for name, handler in before.items():
            signal.signal(name, handler)
        halting.take_back()
