"""What every import command does around its list: options, progress, the report, and the exit code."""

from abc import abstractmethod
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, BinaryIO

from django.core.management.base import BaseCommand, CommandError, CommandParser
from tqdm import tqdm

from clinic.management.clinics import clinic_called
from clinic.models import Clinic
from patients.csvfile import CsvError, Row
from patients.importing import Collision, Report

_CHUNK = 1 << 20


class ImportCommand(BaseCommand):
    """Load a CSV file for one clinic. Exits with 1 when bad rows kept it from writing."""

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the file, the clinic and the two switches."""
        parser.add_argument("file", type=Path)
        parser.add_argument("--clinic", required=True, metavar="SLUG", help="the clinic, such as riverside")
        parser.add_argument("--dry-run", action="store_true", help="check and report, write nothing")
        parser.add_argument("--skip-bad", action="store_true", help="write the good rows although others are bad")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Run the import and say what happened, row by row where rows were refused."""
        report = self._load(clinic_called(options["clinic"]), options)
        for fault in report.faults:
            self.stderr.write(str(fault))
        self.stdout.write(report.sentence)
        if report.faults and not (report.written or options["dry_run"]):
            raise CommandError("Correct these rows, or load the others with --skip-bad.")

    @abstractmethod
    def load(self, clinic: Clinic, stream: BinaryIO, *, dry_run: bool, skip_bad: bool) -> Report:
        """Load the list; wrap its rows in `progress`."""

    def progress(self, rows: Iterable[Row]) -> Iterator[Row]:
        """Show a bar while the rows go by, on a terminal only."""
        return iter(tqdm(rows, total=self._lines, unit=" rows", disable=None, leave=False))

    def _load(self, clinic: Clinic, options: dict[str, Any]) -> Report:
        path: Path = options["file"]
        try:
            with path.open("rb") as stream:
                self._lines = sum(chunk.count(b"\n") for chunk in iter(lambda: stream.read(_CHUNK), b""))
                return self.load(clinic, stream, dry_run=options["dry_run"], skip_bad=options["skip_bad"])
        except OSError as error:
            raise CommandError(f"{path} cannot be read: {error.strerror}.") from error
        except (CsvError, Collision) as error:
            raise CommandError(str(error)) from error
