"""People with a reminder due now: ``python -m tests.reminders.faults.crowd SIZE``, on the database of DATABASE_URL.

Half of them want text messages, half email. The clinic lies where it is about midday, so that it may write to them.
"""

import datetime as dt
import sys

import django

django.setup()

from django.db import transaction  # noqa: E402
from django.utils import timezone  # noqa: E402

from patients.models import Channel, Patient  # noqa: E402
from reminders import defaults  # noqa: E402
from tests.builders import make_clinic, make_course, make_injector, make_patient, make_session  # noqa: E402
from tests.servers.midday import midday_zone  # noqa: E402

MIDNIGHT = dt.time(0)


@transaction.atomic
def main(size: int) -> None:
    """Book visits from tomorrow on, a quarter of an hour apart: tomorrow's and those of three days ahead are due."""
    now = timezone.now()
    clinic = make_clinic(timezone=midday_zone(now))
    defaults.install(clinic)
    injector = make_injector(clinic)
    first = dt.datetime.combine(now.astimezone(clinic.zone).date() + dt.timedelta(days=1), MIDNIGHT, clinic.zone)
    for number in range(size):
        patient = make_patient(clinic, phone=f"+447700900{number:03d}", record_number=f"CR{number:06d}")
        starts_at = first.astimezone(dt.UTC) + dt.timedelta(minutes=15 * number)
        make_session(make_course(patient), injector, starts_at, placed_at=now - dt.timedelta(days=30))
    half = Patient.objects.order_by("pk").values_list("pk", flat=True)[: size // 2]
    Patient.objects.filter(pk__in=list(half)).update(preferred_channel=Channel.EMAIL)


if __name__ == "__main__":
    main(int(sys.argv[1]))
