"""How the ledger stands: ``python -m tests.reminders.ledger`` prints JSON, on the database of DATABASE_URL."""

import json
import sys

import django

django.setup()

from django.db.models import Count  # noqa: E402
from django.utils import timezone  # noqa: E402

from reminders.models import Delivery, Reminder  # noqa: E402
from reminders.planning import reconcile  # noqa: E402


def main() -> None:
    """Print how many reminders are in each state and due, and how many attempts had each outcome.

    With the word "plan" it plans first.
    """
    if "plan" in sys.argv:
        reconcile(now=timezone.now())
    due = Reminder.objects.filter(due_at__lte=timezone.now())
    states = dict(due.order_by().values_list("state").annotate(number=Count("pk")))
    outcomes = dict(Delivery.objects.order_by().values_list("outcome").annotate(number=Count("pk")))
    sys.stdout.write(json.dumps({"due": states, "attempts": outcomes}))


if __name__ == "__main__":
    main()
