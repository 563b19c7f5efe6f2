"""The load of `bench.shape`, as each of them keeps it: an injector is a member of staff here, a calendar there."""

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from django.apps import apps

from bench.bulk import load
from bench.shape import CLOSES, CYCLE_WEEKS, INJECTORS, MINUTES, OPENS, STARTS_A_DAY, Place, places, spread

ZONE = ZoneInfo("Europe/London")
LENGTH = dt.timedelta(minutes=MINUTES)
CLIENTS = 1000
# A week three years ahead in which the first injector has twenty quarter hours a day: what the calendar shows.
DENSE_DAYS, DENSE_VISITS = 5, 20


def model_of(label: str) -> Any:
    """Return one of their models; what it has, only their environment knows."""
    return apps.get_model(label)


def user(name: str) -> Any:
    """Return a person by name."""
    return model_of("auth.User").objects.get(username=name)


def visits(size: int, today: dt.date) -> list[Place]:
    """Return the visits of a load, the newest so many."""
    weeks = spread(size, today)
    return list(places(weeks, ZONE))[-size:]


def dense_monday(today: dt.date) -> dt.date:
    """Return the Monday of the week that the calendar shows."""
    return today - dt.timedelta(days=today.weekday()) + dt.timedelta(weeks=156)


def free_times(taken: Iterable[Place], today: dt.date, number: int) -> list[Place]:
    """Return free times from five weeks ahead on, spread over all injectors but the last, who has none."""
    known = {(one.injector, one.starts_at) for one in taken}
    found: list[Place] = []
    date = today + dt.timedelta(weeks=5)
    while len(found) < number:
        date += dt.timedelta(days=1)
        first = dt.datetime.combine(date, dt.time(OPENS), ZONE).astimezone(dt.UTC)
        for index in range(STARTS_A_DAY if date.weekday() < DENSE_DAYS else 0):
            starts_at = first + LENGTH * index
            found += [
                Place(0, injector, date, starts_at)
                for injector in range(INJECTORS - 1)
                if (injector, starts_at) not in known
            ]
    return found[:number]


def people() -> None:
    """Make the staff and a thousand clients, who come again and again."""
    model = model_of("auth.User")
    names = [*(f"injector{index}" for index in range(INJECTORS)), *(f"client{index}" for index in range(CLIENTS))]
    model.objects.bulk_create(
        model(username=name, email=f"{name}@bench.example", is_staff=index < INJECTORS)
        for index, name in enumerate(names)
    )


def fill_appointment(taken: Sequence[Place], dense: dt.date, now: dt.datetime) -> None:
    """Fill django-appointment: a service, staff with hours, a request and an appointment for each visit."""
    model = {name: model_of(f"appointment.{name}") for name in ("Service", "StaffMember", "WorkingHours")}
    service = model["Service"].objects.create(name="Visit", duration=LENGTH, price=0)
    staff = []
    for person in model_of("auth.User").objects.filter(username__startswith="injector").order_by("pk"):
        member = model["StaffMember"].objects.create(user=person, slot_duration=MINUTES)
        member.services_offered.add(service)
        for day in range(1, 6):
            model["WorkingHours"].objects.create(
                staff_member=member, day_of_week=day, start_time=dt.time(OPENS), end_time=dt.time(CLOSES)
            )
        staff.append(member.pk)
    spans = [(one.injector, one.starts_at.astimezone(ZONE), LENGTH) for one in taken]
    spans += [(0, starts_at, ends_at - starts_at) for starts_at, ends_at in dense_times(dense)]
    load(
        model_of("appointment.AppointmentRequest"),
        ("id", "staff_member_id", "date", "start_time", "end_time", "id_request"),
        (
            (number, staff[injector], local.date(), local.time(), (local + length).time(), f"r{number}")
            for number, (injector, local, length) in enumerate(spans, 1)
        ),
        service=service,
        created_at=now,
        updated_at=now,
    )
    first = user("client0").pk
    load(
        model_of("appointment.Appointment"),
        ("appointment_request_id", "client_id", "id_request"),
        ((number, first + number % CLIENTS, f"a{number}") for number in range(1, len(spans) + 1)),
        phone="+447700900123",
        amount_to_pay=0,
        created_at=now,
        updated_at=now,
    )


def fill_scheduler(taken: Sequence[Place], dense: dt.date, now: dt.datetime) -> None:
    """Fill django-scheduler: a calendar for each injector, an event for each visit."""
    model = model_of("schedule.Calendar")
    calendars = [model.objects.create(name=f"Dr {index}", slug=f"dr-{index}").pk for index in range(INJECTORS)]
    rows: list[tuple[Any, ...]] = [
        (calendars[one.injector], one.starts_at, one.starts_at + LENGTH, f"Client {number % (CYCLE_WEEKS * 100)}")
        for number, one in enumerate(taken)
    ]
    rows += [(calendars[0], starts_at, ends_at, "Client") for starts_at, ends_at in dense_times(dense)]
    load(
        model_of("schedule.Event"),
        ("calendar_id", "start", "end", "title"),
        rows,
        creator=user("injector0"),
        created_on=now,
        updated_on=now,
    )


def dense_times(monday: dt.date) -> list[tuple[dt.datetime, dt.datetime]]:
    """Return the visits of the dense week, in the clinic's zone."""
    quarter = dt.timedelta(minutes=15)
    found = []
    for day in range(DENSE_DAYS):
        first = dt.datetime.combine(monday + dt.timedelta(days=day), dt.time(OPENS), ZONE)
        found += [(first + quarter * index, first + quarter * (index + 1)) for index in range(DENSE_VISITS)]
    return found
