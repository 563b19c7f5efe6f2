"""`manage.py load_demo`: two made-up clinics to look at."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from clinic.demo import data
from clinic.models import Clinic


class Command(BaseCommand):
    """Fill an empty database with made-up clinics, people and visits around today."""

    help = (
        "Fill an empty database with two made-up clinics. Everybody has the same password: never where real people are."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Let a script ask without knowing."""
        parser.add_argument(
            "--if-empty", action="store_true", help="do nothing, quietly, when there is a clinic already"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Load, unless there is something to spoil."""
        if Clinic.objects.exists():
            if options["if_empty"]:
                return
            raise CommandError("There are clinics in this database already. Made-up people only go into an empty one.")
        data.load(now=timezone.now())
        self.stdout.write("Two made-up clinics are ready.")
