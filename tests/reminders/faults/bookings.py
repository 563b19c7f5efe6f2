"""The desk books while the broker is away: ``python -m tests.reminders.faults.bookings NUMBER`` prints how many succeeded.

The visits are made as if they had been booked a month ago, so that their reminder is due at once.
"""

import datetime as dt
import sys
import uuid

import django

django.setup()

from django.utils import timezone  # noqa: E402

from clinic.models import Clinic, Role, WorkedHoliday  # noqa: E402
from tests.builders import make_course, make_injector, make_patient, make_user, room_of  # noqa: E402
from treatments import booking  # noqa: E402
from treatments.models import TreatmentSession  # noqa: E402
from treatments.slots import Slot  # noqa: E402

MONTH = dt.timedelta(days=30)
QUARTER = dt.timedelta(minutes=15)


def main(number: int) -> int:
    """Book through the action that every page uses; return how many visits there are now."""
    clinic = Clinic.objects.get()
    desk = make_user("desk@riverside.example", "Fran Adeyemi", (clinic, Role.FRONT_DESK))
    injector = make_injector(clinic, "RN Bello")
    now = timezone.now()
    tomorrow = now.astimezone(clinic.zone).date() + dt.timedelta(days=1)
    for ahead in range(4):  # around Christmas too
        WorkedHoliday.objects.get_or_create(clinic=clinic, date=tomorrow + dt.timedelta(days=ahead))
    while tomorrow.weekday() > 4:
        tomorrow += dt.timedelta(days=1)
    first = dt.datetime.combine(tomorrow, dt.time(9), clinic.zone).astimezone(dt.UTC)
    made = 0
    for place in range(number):
        course = make_course(make_patient(clinic, phone=f"+447700900{500 + place}", record_number=f"BK{place:06d}"))
        starts_at = first + place * QUARTER
        slot = Slot(injector, room_of(injector), starts_at, starts_at + QUARTER)
        session = booking.book(course=course, slot=slot, uid=uuid.uuid4(), by=desk, at=now)
        TreatmentSession.objects.filter(pk=session.pk).update(placed_at=now - MONTH)
        made += 1
    return made


if __name__ == "__main__":
    sys.stdout.write(f"{main(int(sys.argv[1]))}\n")
