"""`manage.py restore FILE`: a copy put back, and proved to be complete."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from clinic.backups import Unfit, copying


class Command(BaseCommand):
    """Replace the database by a copy."""

    help = "Replace the database by a copy that `backup` made, and check that everything is there. Stop web and workers first."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the copy, and whether what is there may go."""
        parser.add_argument("file", type=Path, help="the copy")
        parser.add_argument("--overwrite", action="store_true", help="replace a database in which there are people")

    def handle(self, *args: Any, file: Path, overwrite: bool, **options: Any) -> None:
        """Restore, and say what was checked."""
        try:
            checked = copying.put_back(file, overwrite=overwrite)
        except Unfit as reason:
            raise CommandError(str(reason)) from reason
        self.stdout.write("Restored. Checked:")
        for line in checked:
            self.stdout.write(f"  {line}")
