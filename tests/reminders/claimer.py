"""One of several processes that claim at the same moment: ``python -m tests.reminders.claimer START LIMIT``.

Waits until START (seconds since the epoch), claims until nothing is left, prints the keys it got, one a line.
"""

import sys
import time

import django

django.setup()

from django.utils import timezone  # noqa: E402

from reminders.dispatch import claim  # noqa: E402


def main(start: float, limit: int) -> None:
    """Claim as fast as possible."""
    time.sleep(max(0.0, start - time.time()))
    while mine := claim(now=timezone.now(), limit=limit):
        for reminder in mine:
            sys.stdout.write(f"{reminder.pk} {reminder.attempts}\n")


if __name__ == "__main__":
    main(float(sys.argv[1]), int(sys.argv[2]))
