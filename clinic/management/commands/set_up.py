"""`manage.py set_up`: the address at which the first admin makes their log-in."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.urls import reverse
from django.utils import timezone

from clinic.founding import NotAllowed, make_token


class Command(BaseCommand):
    """Print an address that works once, for a day, while nobody can log in."""

    help = "Print an address at which the first admin makes their log-in. It works once, for a day."

    def handle(self, *args: Any, **options: Any) -> None:
        """Print it; nothing else knows it."""
        try:
            token = make_token(at=timezone.now())
        except NotAllowed as error:
            raise CommandError(str(error)) from error
        self.stdout.write(settings.BASE_URL + reverse("first_run:first_admin", args=[token]))
