"""A clinic for the story in the browser, in the time zone where it is about midday now, so that messages may go out.

`python -m tests.stack.harbour open` makes it and prints which day it is there; `... pass DAYS` lets days pass there: everything booked lies so much
nearer, or further back; `... known` prints all that is known of anybody. Runs with the settings of the stack whose database it works on.
"""

import datetime as dt
import json
import sys
import time

import django

django.setup()

from django.db import transaction  # noqa: E402
from django.utils import timezone  # noqa: E402

from clinic.models import Clinic, Injector, OpeningHours, Role, Room, User, WorkedHoliday  # noqa: E402
from reminders import defaults  # noqa: E402
from reminders.models import Reminder  # noqa: E402
from tests.builders import PASSWORD  # noqa: E402
from tests.private_words import known  # noqa: E402
from tests.servers.midday import midday_zone  # noqa: E402
from treatments.models import Course, TreatmentSession  # noqa: E402

PATIENCE_SECONDS = 60
PEOPLE = {
    "ada@harbour.example": ("Ada Moss", Role.ADMIN),
    "fran@harbour.example": ("Fran Quay", Role.FRONT_DESK),
    "osei@harbour.example": ("Dr Tide", Role.PRESCRIBER),
    "bello@harbour.example": ("RN Pier", Role.NURSE_INJECTOR),
}


def open_clinic() -> dt.date:
    """Make the clinic, its people, an injector who works every day, and the texts of its messages; return its day."""
    clinic = Clinic.objects.create(
        name="Harbour Clinic",
        slug="harbour",
        message_name="Harbour Clinic",
        timezone=midday_zone(timezone.now()),
        phone="020 7946 0111",
        address="1 Harbour Road",
        country="GB",
    )
    for email, (name, role) in PEOPLE.items():
        user = User.objects.create_user(email=email, password=PASSWORD, full_name=name)
        clinic.memberships.create(user=user, role=role)
    injector = Injector.objects.create(clinic=clinic, name="Dr Tide", email="osei@harbour.example")
    room = Room.objects.create(clinic=clinic, name="Room 1")
    for weekday in OpeningHours.Weekday.values:
        OpeningHours.objects.create(
            clinic=clinic, injector=injector, room=room, weekday=weekday, opens=dt.time(9), closes=dt.time(17)
        )
    # Around Christmas too, the story needs a day to book.
    today = timezone.localdate(timezone=clinic.zone)
    for ahead in range(30):
        WorkedHoliday.objects.create(clinic=clinic, date=today + dt.timedelta(days=ahead))
    defaults.install(clinic)
    return today


def wait_until_planned() -> None:
    """Wait until beat and worker have planned the messages about what is booked: in real life they have days for it."""
    end = time.monotonic() + PATIENCE_SECONDS
    booked = TreatmentSession.objects.filter(clinic__slug="harbour", status="booked")
    while Reminder.objects.filter(session__in=booked).count() < 2 * booked.count():
        assert time.monotonic() < end, "nothing was planned"
        time.sleep(0.1)


@transaction.atomic
def let_days_pass(days: int) -> None:
    """Move everything that is booked or open at Harbour, and what waits to be sent, into the past by so many days."""
    by = dt.timedelta(days=days)
    for course in Course.objects.filter(clinic__slug="harbour"):
        Course.objects.filter(pk=course.pk).update(opened_on=course.opened_on - by)
    for session in TreatmentSession.objects.filter(clinic__slug="harbour", status="booked"):
        TreatmentSession.objects.filter(pk=session.pk).update(
            starts_at=session.starts_at - by,
            ends_at=session.ends_at - by,
            placed_at=session.placed_at - by,
            local_date=session.local_date - by,
            due_on=session.due_on - by,
        )
    for reminder in Reminder.objects.filter(clinic__slug="harbour", state="waiting"):
        Reminder.objects.filter(pk=reminder.pk).update(
            due_at=reminder.due_at - by, useful_until=reminder.useful_until - by
        )


if __name__ == "__main__":
    if sys.argv[1] == "open":
        sys.stdout.write(open_clinic().isoformat())
    elif sys.argv[1] == "known":
        sys.stdout.write(json.dumps(sorted(known())))
    else:
        wait_until_planned()
        let_days_pass(int(sys.argv[2]))
