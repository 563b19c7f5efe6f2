"""How the sending stands, for whoever watches the machine: counts and ids, never a name."""

import datetime as dt
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from clinic.models import Clinic
from reminders.dispatch.doubt import in_doubt
from reminders.models import Reminder
from reminders.models.reminder import ReminderQuerySet
from reminders.watching import facts as watch
from reminders.watching import metrics
from reminders.watching.health import is_silent

MOST_IDS = 20


class Command(BaseCommand):
    """Print what waits, what went out and what is wrong."""

    help = "Print how the sending of reminders stands: counts, ids and signs of life. --check fails when something is wrong."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take what to do about trouble."""
        parser.add_argument("--check", action="store_true", help="end with an error when messages stand still")
        parser.add_argument("--alive", choices=watch.LIVING, help="only say whether this part lives")

    def handle(self, *args: Any, check: bool, alive: str | None, **options: Any) -> None:
        """Print; with --check end in an error when something keeps messages from going out."""
        now = timezone.now()
        if alive:
            self._alive(alive, now)
            return
        figures = metrics.measure(now=now)
        for name in ("waiting", "due", "sending", "sent", "failed", "missed", "in_doubt"):
            self._line(name, getattr(figures, name))
        self._line("oldest_due", _moment(figures.oldest_due))
        self._line("last_sent", _moment(figures.last_sent))
        for part in ("worker_at", "beat_at"):
            self._line(part, _moment(watch.signs_of_life().get(part)))
        self._line("in_doubt_ids", _ids(in_doubt(Reminder.objects.all(), now)))
        self._line("needs_person_ids", _ids(Reminder.objects.needs_person()))
        stopped = self._troubles(now)
        if check and stopped:
            raise CommandError("Messages stand still.")

    def _alive(self, part: str, now: dt.datetime) -> None:
        """Say when a part was last seen; an error when that is too long ago."""
        at = watch.signs_of_life().get(f"{part}_at")
        if at is None or is_silent(at, now):
            raise CommandError(f"The {part} was last seen {_moment(at)}.")
        self._line(f"{part}_at", _moment(at))

    def _troubles(self, now: dt.datetime) -> bool:
        """Print what is wrong at each clinic; return whether messages stand still somewhere."""
        stopped = False
        for clinic in Clinic.objects.order_by("pk"):
            for trouble in watch.look(clinic=clinic, now=now).troubles:
                self._line(f"clinic {clinic.pk} {trouble.kind}", f"{trouble.what} {trouble.why}")
                stopped = stopped or trouble.calls
        return stopped

    def _line(self, name: str, value: object) -> None:
        self.stdout.write(f"{name}: {value}")


def _moment(value: dt.datetime | None) -> str:
    return value.isoformat(timespec="seconds") if value else "never"


def _ids(reminders: ReminderQuerySet) -> str:
    found = list(reminders.order_by("pk").values_list("pk", flat=True)[: MOST_IDS + 1])
    words = " ".join(str(key) for key in found[:MOST_IDS])
    return f"{words} ..." if len(found) > MOST_IDS else words or "none"
