"""`manage.py demo_clinic load|remove`: a made-up clinic beside the real ones."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from clinic.access import Capability, may
from clinic.demo import installed, removal
from clinic.management.clinics import clinic_called


class Command(BaseCommand):
    """Load the demo clinic, or remove it with everything in it."""

    help = "Load a made-up clinic beside the real ones, or remove it. No message to its people leaves this system."

    def add_arguments(self, parser: CommandParser) -> None:
        """Say what, who does it and in whose log it is written."""
        parser.add_argument("what", choices=("load", "remove"))
        parser.add_argument("--clinic", required=True, help="short name of a real clinic, in whose log it is written")
        parser.add_argument("--admin", required=True, help="email of an admin of that clinic, who may look at the demo")

    def handle(self, *args: Any, **options: Any) -> None:
        """Do it for somebody who may."""
        clinic = clinic_called(options["clinic"])
        found = clinic.memberships.filter(clinic__demo=False, user__email=options["admin"].strip().lower())
        membership = found.select_related("clinic", "user").first()
        if membership is None or not may(membership, Capability.SETUP):
            raise CommandError(f"Nobody of that address is an admin of {options['clinic']}.")
        who: dict[str, Any] = {"here": membership.clinic, "by": membership.user, "at": timezone.now()}
        if options["what"] == "load":
            self.stdout.write(f"{installed.load(**who)} is ready. {membership.user.full_name} may switch to it.")
            return
        try:
            self.stdout.write(f"Removed {removal.remove(**who)} rows. The log of access keeps its lines.")
        except removal.NothingThere as error:
            raise CommandError("There is no demo clinic.") from error
