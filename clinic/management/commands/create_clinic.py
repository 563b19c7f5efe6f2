"""`manage.py create_clinic`: a real start."""

import getpass
import os
import secrets
import sys
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils import timezone

from clinic.first_run.forms import countries, listed_region
from clinic.forms import callable_number, untelling
from clinic.founding import begin, found_clinic
from clinic.models import Clinic, User
from reminders import defaults

PASSWORD_VARIABLE = "ADMIN_PASSWORD"  # noqa: S105  # nosec B105
CLINIC_FIELDS = ("name", "slug", "message_name", "timezone", "country", "subdivision", "phone", "address")


class Command(BaseCommand):
    """Make a clinic, its first admin and its reminders."""

    help = f"Make a clinic with its first admin. The password is asked, or taken from {PASSWORD_VARIABLE}, or made up."

    def add_arguments(self, parser: CommandParser) -> None:
        """Name what a clinic needs to begin."""
        parser.add_argument("--name", required=True, help="as staff read it: Riverside Headache Clinic")
        parser.add_argument("--slug", required=True, help="short name for commands: riverside")
        parser.add_argument(
            "--message-name", required=True, help="as patients read it; names no illness: Riverside Clinic"
        )
        parser.add_argument("--timezone", required=True, help="Europe/London")
        parser.add_argument("--country", required=True, help="two letters, GB: reads phone numbers, decides holidays")
        parser.add_argument("--subdivision", default="", help="for regional holidays: ENG, NY")
        parser.add_argument("--phone", required=True, help="what patients call")
        parser.add_argument("--address", required=True, help="where patients come to")
        parser.add_argument("--admin-email", required=True)
        parser.add_argument("--admin-name", required=True)

    def handle(self, *args: Any, **options: Any) -> None:
        """Check everything first, then write everything."""
        clinic = Clinic(**{field: options[field].strip() for field in CLINIC_FIELDS})
        email, full_name = as_stored(options["admin_email"]), options["admin_name"].strip()
        known = User.objects.filter(email=email).exists()
        password, made_up = ("", False) if known else choose_password()
        try:
            clinic.full_clean()
            settle_where(clinic)
            refuse_what_patients_must_not_read(clinic)
            if not known:
                refuse_who_cannot_log_in(email, full_name, password)
        except ValidationError as error:
            raise CommandError("\n".join(sentences(error, email="admin-email", full_name="admin-name"))) from error
        with transaction.atomic():
            admin = found_clinic(clinic=clinic, email=email, full_name=full_name, password=password, at=timezone.now())
            begin(clinic)
            defaults.install(clinic)
        self.stdout.write(f"{clinic} is ready. {admin.full_name} logs in as {admin.email}.")
        if made_up:
            self.stdout.write(f"The password, shown only this once: {password}")


def settle_where(clinic: Clinic) -> None:
    """Write country and region as they are looked up by; refuse those of which neither numbers nor holidays are known."""
    clinic.country = clinic.country.upper()
    if clinic.country not in dict(countries()):
        raise ValidationError({"country": "Write the two letters of its code, such as GB."})
    try:
        clinic.subdivision = listed_region(clinic.country, clinic.subdivision)
    except ValidationError as error:
        raise ValidationError({"subdivision": error}) from error


def refuse_what_patients_must_not_read(clinic: Clinic) -> None:
    """Refuse a name, a phone and an address that tell what somebody is treated for, and a phone that nobody can call."""
    for field, checked in (("message_name", untelling), ("phone", callable_number), ("address", untelling)):
        try:
            checked(getattr(clinic, field))
        except ValidationError as error:
            raise ValidationError({field: error}) from error


def as_stored(email: str) -> str:
    """Return an address as log-ins have it: one that differs by a capital letter is the same person's."""
    return email.strip().lower()


def refuse_who_cannot_log_in(email: str, full_name: str, password: str) -> None:
    """Refuse a new admin without a name, with an address that is none or somebody's, or with a weak password."""
    User(email=email, full_name=full_name, password=password).full_clean()
    validate_password(password)


def choose_password() -> tuple[str, bool]:
    """Return the admin's password and whether it was made up here, and so has to be shown."""
    given = os.environ.get(PASSWORD_VARIABLE)
    if given:
        return given, False
    if sys.stdin.isatty():
        return _typed(), False
    return secrets.token_urlsafe(15), True


def _typed() -> str:
    """Return what is typed unseen, and so twice: a slip would let nobody in."""
    try:
        password = getpass.getpass("Password for the admin: ")
        again = getpass.getpass("The same once more: ")
    except (EOFError, KeyboardInterrupt) as left:  # Ctrl-D, Ctrl-C
        raise CommandError("No password was typed. Nothing was made.") from left
    if again != password:
        raise CommandError("The two passwords differ. Nothing was made.")
    return password


def sentences(error: ValidationError, **options: str) -> list[str]:
    """Return what is wrong, each line beginning with the option it is about; ``options`` are those of another name."""
    if not hasattr(error, "error_dict"):
        return list(error.messages)
    named = [(options.get(field, field.replace("_", "-")), texts) for field, texts in error.message_dict.items()]
    return [f"{option}: {text}" for option, texts in named for text in texts]
