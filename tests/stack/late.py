"""Put visits of new people into the first hours of today at the demo's first clinic: at any hour somebody is to come.

Run on the stack's database: `python -m tests.stack.late NUMBER`.
"""

import datetime as dt
import sys

import django

django.setup()

from django.utils import timezone  # noqa: E402

from clinic.models import Injector  # noqa: E402
from patients.models import Patient  # noqa: E402
from tests.builders import make_course, make_patient, make_session  # noqa: E402
from tests.stack.night import MINUTE, free_minutes  # noqa: E402

BEGINS = dt.time(0, 1)


def come_late(number: int) -> None:
    """Book so many people, each in a minute of their own in which nobody works; all are late from then on."""
    injector, now = Injector.objects.select_related("clinic").get(email="osei@riverside.example"), timezone.now()
    today = timezone.localdate(now, injector.clinic.zone)
    for at in free_minutes(injector.clinic, today, BEGINS, number):
        person = make_patient(injector.clinic, "Robin", f"Tarry {Patient.objects.count()}")
        course = make_course(person, last_given_on=today - dt.timedelta(days=84), injector=injector)
        make_session(course, injector, at, ends_at=at + MINUTE, due_on=today, placed_at=now)


if __name__ == "__main__":
    come_late(int(sys.argv[1]))
