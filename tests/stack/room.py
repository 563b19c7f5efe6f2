"""Put somebody new into the room at the demo's first clinic, whatever the hour; writes the visit's uid.

Run on the stack's database: `python -m tests.stack.room NAME` with the start of an injector's email address.
"""

import datetime as dt
import sys

import django

django.setup()

from django.utils import timezone  # noqa: E402

from clinic.models import Clinic, Injector, User  # noqa: E402
from patients.models import Patient  # noqa: E402
from tests.builders import make_course, make_patient  # noqa: E402
from tests.stack.night import MINUTE, free_minutes  # noqa: E402
from treatments.models import SessionEvent, Status, TreatmentSession  # noqa: E402

BEGINS = dt.time(3)


def put_into_room(name: str) -> TreatmentSession:
    """Return a visit of a new person, here for the first time, whose last session elsewhere is twelve weeks ago."""
    clinic, now = Clinic.objects.order_by("pk")[0], timezone.now()
    today = timezone.localdate(now, clinic.zone)
    injector = Injector.objects.get(clinic=clinic, email__startswith=f"{name}@")
    course = make_course(
        make_patient(clinic, "Robin", f"Vale {Patient.objects.count()}"),
        last_given_on=today - dt.timedelta(days=84),
        injector=injector,
    )
    hours = injector.opening_hours.select_related("room").first()
    [at] = free_minutes(clinic, today, BEGINS, 1)
    session = TreatmentSession.objects.create(
        clinic=clinic,
        course=course,
        injector=injector,
        room=hours.room if hours else None,
        status=Status.IN_ROOM,
        starts_at=at,
        ends_at=at + MINUTE,
        local_date=today,
        due_on=today,
        placed_at=now,
        arrived_at=now,
    )
    SessionEvent.objects.create(
        clinic=clinic,
        session=session,
        at=now,
        by=User.objects.get(email=injector.email),
        kind=SessionEvent.Kind.STATUS,
        before={"status": Status.ARRIVED},
        after={"status": Status.IN_ROOM},
    )
    return session


if __name__ == "__main__":
    sys.stdout.write(f"{put_into_room(sys.argv[1]).uid}\n")
