"""Load diary days from a CSV file."""

from typing import BinaryIO

from django.utils import timezone

from clinic.models import Clinic
from patients.actions.diary import import_diary
from patients.diary_import import COLUMNS
from patients.import_command import ImportCommand
from patients.importing import Report


class Command(ImportCommand):
    """`import_diary FILE --clinic riverside [--dry-run] [--skip-bad]`."""

    help = f"Load diary days ({', '.join(COLUMNS)})."

    def load(self, clinic: Clinic, stream: BinaryIO, *, dry_run: bool, skip_bad: bool) -> Report:
        """Load the list with the moment of now."""
        return import_diary(
            clinic=clinic,
            stream=stream,
            by=None,
            at=timezone.now(),
            dry_run=dry_run,
            skip_bad=skip_bad,
            progress=self.progress,
            clock=timezone.now,
        )
