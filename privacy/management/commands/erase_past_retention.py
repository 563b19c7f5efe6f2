"""Erase the records whose time is over."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from clinic.models import Clinic
from privacy.erasing import NotYet, erase
from privacy.models import Erasure
from privacy.seen import past_their_time


class Command(BaseCommand):
    """Name who would be erased; with --erase, do it. It cannot be undone."""

    help = "List people whose record need not be kept any more, by uid; --erase makes them nobody, for good."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take one clinic, and the word to do it."""
        parser.add_argument("--clinic", default="", help="a clinic's short name; all clinics without it")
        parser.add_argument("--erase", action="store_true", help="do it; without this nothing is changed")

    def handle(self, *args: Any, **options: Any) -> None:
        """Go through the clinics."""
        now, number = timezone.now(), 0
        clinics = Clinic.objects.filter(slug=options["clinic"]) if options["clinic"] else Clinic.objects.all()
        if options["clinic"] and not clinics:
            raise CommandError(f"There is no clinic {options['clinic']}.")
        for clinic in clinics:
            for patient in list(past_their_time(clinic, now.astimezone(clinic.zone).date())):
                line = f"{clinic.slug} {patient.uid}"
                try:
                    if options["erase"]:
                        erase(
                            patient=patient,
                            what=Erasure.What.PERSON,
                            reason=Erasure.Reason.RETENTION,
                            by=None,
                            at=now,
                        )
                except NotYet as error:  # they came back while the others were erased
                    self.stderr.write(f"{line} is kept. {error}")
                else:
                    number += 1
                    self.stdout.write(line)
        self.stdout.write(
            f"{number} erased." if options["erase"] else f"{number} would be erased. Nothing was changed."
        )
