"""Load people from the referral list of another system."""

from typing import Any, BinaryIO

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone

from clinic.management.clinics import clinic_called
from clinic.models import Clinic, User
from patients.import_command import ImportCommand
from patients.importing import Report
from treatments.referrals.load import import_referrals


class Command(ImportCommand):
    """`import_referrals FILE --clinic riverside [--dry-run] [--skip-bad] [--by EMAIL]`."""

    help = "Load people, their findings and their treatment so far from a referral list (CSV)."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take also the name that goes into the history."""
        super().add_arguments(parser)
        parser.add_argument("--by", metavar="EMAIL", help="the member of staff whose name goes into the history")

    def handle(self, *args: Any, **options: Any) -> None:
        """Find out who does it, and run the import."""
        email = options["by"]
        self._by = None if email is None else _member_of_staff(email, clinic_called(options["clinic"]))
        super().handle(*args, **options)

    def load(self, clinic: Clinic, stream: BinaryIO, *, dry_run: bool, skip_bad: bool) -> Report:
        """Load the list with the moment of now."""
        return import_referrals(
            clinic=clinic,
            stream=stream,
            by=self._by,
            at=timezone.now(),
            dry_run=dry_run,
            skip_bad=skip_bad,
            progress=self.progress,
        )


def _member_of_staff(email: str, clinic: Clinic) -> User:
    user = User.objects.filter(email=email.casefold(), memberships__clinic=clinic, memberships__active=True).first()
    if user is None:
        address = f"the email address {email}" if email else "an empty email address"
        raise CommandError(f"Nobody at {clinic.slug} has {address}.")
    return user
