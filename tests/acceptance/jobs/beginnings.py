"""What the jobs begin with, made on the stack's database in one go: `python -m tests.acceptance.jobs.beginnings`.

Prints addresses and words as JSON: visits of new people at the demo's first clinic, patients' own links, what a message
says, and a clinic of its own that is being set up, with an admin and one booked visit.
"""

import datetime as dt
import json
import sys
from urllib.parse import urlsplit

import django

django.setup()

from django.urls import reverse  # noqa: E402
from django.utils import timezone  # noqa: E402

from clinic import founding  # noqa: E402
from clinic.demo.clinics import work_on_holidays  # noqa: E402
from clinic.demo.logins import PASSWORD  # noqa: E402
from clinic.models import Clinic, Injector, Membership, Role, User  # noqa: E402
from patients.models import Channel, ContactPoint  # noqa: E402
from reminders import defaults  # noqa: E402
from reminders.models import Kind, Reminder, ReminderRule, State  # noqa: E402
from reminders.wording.rendering import render, template_for  # noqa: E402
from tests.builders import make_clinic, make_course, make_injector, make_patient, make_session  # noqa: E402
from tests.linked import address_for  # noqa: E402
from tests.stack.late import come_late  # noqa: E402
from tests.stack.letterbox import make  # noqa: E402
from tests.stack.night import MINUTE, free_minutes  # noqa: E402
from tests.stack.room import put_into_room  # noqa: E402
from treatments.models import TreatmentSession  # noqa: E402

FRIDAY = 5


def at_night(name: str, phone: str, now: dt.datetime, days: int = 0) -> TreatmentSession:
    """Return a visit of somebody new, in the first minute of a day that nobody has."""
    injector = Injector.objects.select_related("clinic").get(email="osei@riverside.example")
    day = timezone.localdate(now, injector.clinic.zone) + dt.timedelta(days=days)
    [at] = free_minutes(injector.clinic, day, dt.time(0), 1)
    course = make_course(make_patient(injector.clinic, "Robin", name, phone=phone))
    return make_session(course, injector, at, ends_at=at + MINUTE, placed_at=now)


def being_set_up(now: dt.datetime) -> tuple[Clinic, Injector]:
    """Return a new clinic with an admin, an injector, and all still to settle. It works on holidays: visits fall on them."""
    clinic = make_clinic(f"Slip{Clinic.objects.count()}")
    founding.begin(clinic)
    work_on_holidays(clinic, now)
    defaults.install(clinic)
    admin = User.objects.create_user(email=f"admin@{clinic.slug}.example", password=PASSWORD, full_name="Slip Admin")
    Membership.objects.create(user=admin, clinic=clinic, role=Role.ADMIN)
    return clinic, make_injector(clinic, "Dr Keel")


def visit_in(days: int, injector: Injector, name: str, now: dt.datetime) -> TreatmentSession:
    """Return a visit of somebody new, so many days ahead or on the Monday after."""
    clinic = injector.clinic
    day = now.astimezone(clinic.zone) + dt.timedelta(days=days)
    if day.isoweekday() > FRIDAY:
        day += dt.timedelta(days=8 - day.isoweekday())
    course = make_course(make_patient(clinic, name, "Moor", phone=f"+4477009009{80 + days}"), injector=injector)
    start = day.replace(hour=10, minute=30, second=0, microsecond=0).astimezone(dt.UTC)
    return make_session(course, injector, start, placed_at=now)


def message(visit: TreatmentSession, state: State, now: dt.datetime) -> Reminder:
    """Return a message about a visit, written down as one that was tried once."""
    return Reminder.objects.create(
        clinic=visit.clinic,
        rule=ReminderRule.objects.get(clinic=visit.clinic, kind=Kind.VISIT, days_before=3),
        session=visit,
        session_version=visit.version,
        course=visit.course,
        patient=visit.course.patient,
        channel=Channel.SMS,
        state=state,
        attempts=1,
        due_at=now,
        useful_until=visit.starts_at,
        created_at=now,
        closed_at=now,
    )


def told(visit: TreatmentSession, now: dt.datetime) -> tuple[str, dict[str, str]]:
    """Return the link that a message about a visit carries, and the message itself on each channel."""
    reminder = message(visit, State.SENT, now)
    address, words = address_for(reminder, now=now), {}
    for point in ContactPoint.objects.filter(patient=reminder.patient):
        template = template_for(reminder, point.channel)
        assert template
        words[point.channel] = render(reminder, template, point, link=address).body
    return address, words


def begin() -> dict[str, object]:
    """Make everything; return what the tests need of it."""
    now = timezone.now()
    clinic, injector = being_set_up(now)
    coming = visit_in(9, injector, "Ash", now)
    ask, words = told(coming, now)
    in_the_way = visit_in(6, injector, "Elm", now)
    come_late(2)
    missing = at_night("Late", "+447700900978", now)
    # Of the demo's own, other jobs may have moved the visit.
    message(at_night("Lost", "+447700900977", now, days=20), State.FAILED, now)
    rooms = [put_into_room("osei") for _ in range(3)]
    return {
        **{name: urlsplit(address).path for name, address in make().items()},
        "ask": urlsplit(ask).path,
        "messages": words,
        "visit_date": f"{coming.local_date.day} {coming.local_date:%B}",
        "place": [clinic.address, clinic.phone],
        "missing": missing.pk,
        "missing_patient": reverse("patients:detail", args=[missing.course.patient.uid]),
        "sessions": [reverse("treatments:session", args=[room.uid]) for room in rooms],
        "admin": f"admin@{clinic.slug}.example",
        "injector": reverse("setup:injector", args=[injector.uid]),
        "leave": in_the_way.local_date.isoformat(),
    }


if __name__ == "__main__":
    sys.stdout.write(json.dumps(begin()))
