"""A clinic whose lists take more than a sheet, on the stack: `python -m tests.acceptance.long_lists`.

Prints as JSON who signs in there and the days that its lists are about. Nobody is written to: it has no rules for messages.
"""

import datetime as dt
import json
import sys
from urllib.parse import urlsplit

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.db import transaction  # noqa: E402
from django.test import Client  # noqa: E402
from django.urls import reverse  # noqa: E402
from django.utils import timezone  # noqa: E402

from clinic.models import Absence, Clinic, Injector, Role, User  # noqa: E402
from tests.builders import make_clinic, make_course, make_injector, make_patient, make_session, make_user  # noqa: E402
from tests.treatments.record_form import record_data  # noqa: E402
from treatments.models import Status  # noqa: E402

VISITS, OVERDUE = 60, 60  # a page of the log and of the recall list holds fifty
DAY, EIGHT_MINUTES = dt.timedelta(days=1), dt.timedelta(minutes=8)


@transaction.atomic
def make() -> dict[str, str]:
    """Make it: visits tomorrow that nobody was told of, people who are overdue, one signed session."""
    now, clinic = timezone.now(), make_clinic(f"Long{Clinic.objects.count()}")
    today = timezone.localdate(now, clinic.zone)
    admin = make_user(f"ada@{clinic.slug}.example", "Ada Moss", (clinic, Role.ADMIN))
    doctor = make_user(f"tide@{clinic.slug}.example", "Dr Tide", (clinic, Role.PRESCRIBER))
    injector = make_injector(clinic, "Dr Tide")
    _visits(injector, today + DAY, now)
    monday = today + (7 - today.weekday()) * DAY
    _away(injector, monday + 2 * DAY)
    for number in range(OVERDUE):
        late = make_patient(clinic, "Robin", f"Lark{number:03}")
        make_course(late, last_given_on=today - (300 - number) * DAY, injector=injector)
    _signed(injector, doctor, now)
    days = {"tomorrow": today + DAY, "next_week": monday}
    return {"admin": admin.email} | {name: day.isoformat() for name, day in days.items()}


def _visits(injector: Injector, day: dt.date, now: dt.datetime) -> None:
    opens = dt.datetime.combine(day, dt.time(9), injector.clinic.zone).astimezone(dt.UTC)
    for number in range(VISITS):
        at = opens + number * EIGHT_MINUTES
        course = make_course(make_patient(injector.clinic, "Robin", f"Vale{number:02}"))
        make_session(course, injector, at, ends_at=at + EIGHT_MINUTES, placed_at=now)


def _away(injector: Injector, day: dt.date) -> None:
    """Let the injector be away for a day: the calendar shows it as one tall cell."""
    midnight = dt.datetime.combine(day, dt.time(0), injector.clinic.zone).astimezone(dt.UTC)
    Absence.objects.create(clinic=injector.clinic, injector=injector, starts_at=midnight, ends_at=midnight + DAY)


def _signed(injector: Injector, doctor: User, now: dt.datetime) -> None:
    """Sign a session as its injector does: the trace of its lot leads to one person."""
    clinic = injector.clinic
    course = make_course(make_patient(clinic, "Robin", "Wren"))
    session = make_session(course, injector, now.replace(microsecond=0), status=Status.IN_ROOM, placed_at=now)
    client = Client(headers={"host": urlsplit(settings.BASE_URL).netloc})
    client.force_login(doctor)
    form = record_data(screened_on=session.local_date.isoformat(), expires_on=f"{session.local_date.year + 1}-11-30")
    answer = client.post(reverse("treatments:record", args=[session.uid]), form)
    assert answer.status_code == 302, answer.text


if __name__ == "__main__":
    sys.stdout.write(json.dumps(make()))
