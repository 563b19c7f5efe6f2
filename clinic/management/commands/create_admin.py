"""`manage.py create_admin`: somebody who sets the installation up in the browser."""

from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from clinic.management.commands.create_clinic import (
    PASSWORD_VARIABLE,
    as_stored,
    choose_password,
    refuse_who_cannot_log_in,
    sentences,
)
from clinic.models import Clinic, User


class Command(BaseCommand):
    """Make a log-in for the person who will found the first clinic."""

    help = (
        "Make the log-in of whoever sets up an installation without a clinic. "
        f"The password is asked, or taken from {PASSWORD_VARIABLE}, or made up."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Name the person."""
        parser.add_argument("--email", required=True)
        parser.add_argument("--name", required=True)

    def handle(self, *args: Any, **options: Any) -> None:
        """Check everything first, then write."""
        if Clinic.objects.exists():
            raise CommandError("There is a clinic already. `create_clinic` makes another one with its admin.")
        email, full_name = as_stored(options["email"]), options["name"].strip()
        password, made_up = choose_password()
        try:
            refuse_who_cannot_log_in(email, full_name, password)
        except ValidationError as error:
            raise CommandError("\n".join(sentences(error, full_name="name"))) from error
        admin = User.objects.create_user(email=email, password=password, full_name=full_name)
        self.stdout.write(f"{admin.full_name} logs in as {admin.email} and founds the clinic there.")
        if made_up:
            self.stdout.write(f"The password, shown only this once: {password}")
