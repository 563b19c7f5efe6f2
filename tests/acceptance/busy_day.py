"""A clinic in London with sixty visits today, on the stack: `python -m tests.acceptance.busy_day` prints how to log in."""

import datetime as dt
import json
import sys

import django

django.setup()

from django.db import transaction  # noqa: E402
from django.utils import timezone  # noqa: E402

from clinic.models import Clinic, Role  # noqa: E402
from reminders import defaults  # noqa: E402
from tests.builders import make_clinic, make_course, make_injector, make_patient, make_session, make_user  # noqa: E402

INJECTORS, VISITS_EACH = 4, 15


@transaction.atomic
def make() -> dict[str, str]:
    """Make it; return the log-ins of a front desk and of an admin, and somebody without a booking."""
    now, clinic = timezone.now(), make_clinic(f"Busy{Clinic.objects.count()}")
    defaults.install(clinic)
    today = timezone.localdate(now, clinic.zone)
    first = dt.datetime.combine(today, dt.time(9), clinic.zone)
    for number in range(INJECTORS):
        injector = make_injector(clinic, f"Dr Tide{number}")
        for place in range(VISITS_EACH):
            course = make_course(make_patient(clinic, "Robin", f"Vale{number}{place}"))
            at = (first + place * dt.timedelta(minutes=30)).astimezone(dt.UTC)
            make_session(course, injector, at, placed_at=now)
    free = make_course(make_patient(clinic, "Lea", "Novak"), last_given_on=today - dt.timedelta(days=84))
    desk = make_user(f"fran@{clinic.slug}.example", "Fran Quay", (clinic, Role.FRONT_DESK))
    admin = make_user(f"ada@{clinic.slug}.example", "Ada Moss", (clinic, Role.ADMIN))
    return {"desk": desk.email, "admin": admin.email, "book": f"/courses/{free.uid}/book/"}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(make()))
