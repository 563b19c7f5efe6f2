"""`manage.py backup FOLDER`: a copy of everything, complete at one moment."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from clinic.backups import Unfit, copying
from reminders.models import Heartbeat
from reminders.watching.faults import watched


class Command(BaseCommand):
    """Write a copy of the database."""

    help = "Write a checked copy of the whole database into a folder; locked when BACKUP_KEYS is set."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        """Take where to."""
        parser.add_argument("folder", help="an existing folder; the copy is named by the time")

    def handle(self, *args: Any, folder: str, **options: Any) -> None:
        """Write, and say where it is."""
        try:
            with watched(Heartbeat.Part.BACKUP):
                written = self._copy(folder)
        except Unfit as reason:
            raise CommandError(str(reason)) from reason
        except OSError as error:
            raise CommandError(f"The copy cannot be written: {error.strerror}.") from error
        self.stdout.write(str(written))
        if not settings.BACKUP_KEYS:
            self.stderr.write("The copy is not locked: set BACKUP_KEYS, or lock it before it leaves this machine.")

    def _copy(self, folder: str) -> Path:
        # No name is what a script's variable leaves that is not set, and not the folder where it happens to stand.
        if not folder or not Path(folder).is_dir():
            raise Unfit(f"{folder or 'An empty name'} is no folder.")
        return copying.make(Path(folder), now=timezone.now())
