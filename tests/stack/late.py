"""Put visits of new people into the first hours of today at the demo's first clinic: at any hour somebody is to come.

Run on the stack's database: `python -m tests.stack.late NUMBER`.
"""

import datetime as dt
import sys

import django

django.setup()

from django.db.models import Max  # noqa: E402
from django.utils import timezone  # noqa: E402

from clinic.models import Injector  # noqa: E402
from tests.builders import make_course, make_patient, make_session  # noqa: E402
from treatments.models import TreatmentSession  # noqa: E402

HOUR, MINUTE = dt.timedelta(hours=1), dt.timedelta(minutes=1)


def come_late(number: int) -> None:
    """Book so many people, each in a minute of their own in which nobody works; all are late from then on."""
    injector, now = Injector.objects.select_related("clinic").get(email="osei@riverside.example"), timezone.now()
    clinic = injector.clinic
    today = timezone.localdate(now, clinic.zone)
    first = dt.datetime.combine(today, dt.time(0, 1), clinic.zone)
    # After the last of them: tests move some of those who came before to another day.
    there = TreatmentSession.objects.filter(starts_at__gte=first, starts_at__lt=first + 2 * HOUR)
    last = there.aggregate(Max("starts_at"))["starts_at__max"] or first - MINUTE
    free = (last - first) // MINUTE + 1
    for minute in range(free, free + number):
        person = make_patient(clinic, "Robin", f"Tarry {minute}")
        course = make_course(person, last_given_on=today - dt.timedelta(days=84), injector=injector)
        at = first + minute * MINUTE
        make_session(course, injector, at, ends_at=at + MINUTE, due_on=today, placed_at=now)


if __name__ == "__main__":
    come_late(int(sys.argv[1]))
