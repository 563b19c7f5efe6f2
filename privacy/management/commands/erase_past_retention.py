"""Erase the records whose time is over."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from clinic.management.clinics import clinic_called
from clinic.models import Clinic
from patients.models import Patient
from privacy.erasing import NotYet, erase
from privacy.models import Erasure
from privacy.seen import past_their_time


class Command(BaseCommand):
    """Name who would be erased; with --erase, do it. It cannot be undone."""

    help = "List people whose record need not be kept any more, by uid; --erase makes them nobody, for good."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take one clinic, and the word to do it."""
        parser.add_argument("--clinic", help="a clinic's short name; all clinics without it")
        parser.add_argument("--erase", action="store_true", help="do it; without this nothing is changed")

    def handle(self, *args: Any, **options: Any) -> None:
        """Go through the clinics."""
        now, number = timezone.now(), 0
        for clinic in _clinics(options["clinic"]):
            for patient in list(past_their_time(clinic, clinic.date_at(now))):
                if options["erase"] and not self._erased(patient, now):
                    continue
                number += 1
                self.stdout.write(_name(patient))
        self.stdout.write(
            f"{number} erased." if options["erase"] else f"{number} would be erased. Nothing was changed."
        )

    def _erased(self, patient: Patient, now: dt.datetime) -> bool:
        """Erase one; say who is kept because they came back while others were erased."""
        try:
            erase(patient=patient, what=Erasure.What.PERSON, reason=Erasure.Reason.RETENTION, by=None, at=now)
        except NotYet as error:
            self.stderr.write(f"{_name(patient)} is kept. {error}")
            return False
        return True


def _clinics(name: str | None) -> Iterable[Clinic]:
    """Return one clinic, or all. An empty name is what a script's variable leaves that is not set, and not all."""
    return Clinic.objects.all() if name is None else [clinic_called(name)]


def _name(patient: Patient) -> str:
    return f"{patient.clinic.slug} {patient.uid}"
