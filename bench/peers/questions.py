"""What is asked of each of them, in their own words: the functions that their pages call.

A time is asked for before it is booked wherever they can tell what is free. Nothing of theirs is changed.
"""

import datetime as dt
import importlib
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

from django.test import Client
from django.urls import reverse

from bench.peers.load import LENGTH, ZONE, model_of, user
from bench.shape import Place

Act = Callable[[], str]


class Appointment:
    """django-appointment."""

    name = "django-appointment"

    def __init__(self) -> None:
        self.forms: Any = importlib.import_module("appointment.forms")
        self.services: Any = importlib.import_module("appointment.services")
        self.helpers: Any = importlib.import_module("appointment.utils.db_helpers")
        self.service: Any = model_of("appointment.Service").objects.get()
        self.staff: list[Any] = list(model_of("appointment.StaffMember").objects.order_by("pk"))

    def free_on(self, date: dt.date, staff: Any) -> list[dt.datetime]:
        """Return what is free on a day of one member of staff: the widest question it answers."""
        weekday = self.helpers.get_weekday_num_from_date(date)
        found: list[dt.datetime] = self.services.get_available_slots_for_staff(date, staff, weekday, self.service)
        return found

    def any_of_all(self, date: dt.date) -> int:
        """Ask for one day of everyone."""
        return sum(len(self.free_on(date, one)) for one in self.staff)

    def one_full(self, today: dt.date) -> int:
        """Look for the next day of one who has none, as its page does: day by day, 90 days at most."""
        return sum(len(self.free_on(today + dt.timedelta(days=day), self.staff[-1])) for day in range(90))

    def book(self, place: Place, by: Any) -> Act:
        """Return the act of booking: ask what is free, save the request, make the appointment."""
        local = place.starts_at.astimezone(ZONE)
        staff = self.staff[place.injector]
        data = {
            "date": local.date(),
            "start_time": local.time(),
            "end_time": (local + LENGTH).time(),
            "service": self.service.pk,
            "staff_member": staff.pk,
        }

        def act() -> str:
            try:
                if local.replace(tzinfo=None) not in self.free_on(local.date(), staff):
                    return "lost"
                form = self.forms.AppointmentRequestForm(data)
                if not form.is_valid():
                    return "refused"
                details = {"phone": "+447700900123", "want_reminder": False, "address": "", "additional_info": ""}
                self.helpers.create_and_save_appointment(form.save(), {}, details, SimpleNamespace(user=by))
            except Exception as error:
                return type(error).__name__
            return "won"

        return act

    def accepted(self, place: Place) -> int:
        """Return how many have one and the same time."""
        local = place.starts_at.astimezone(ZONE)
        model = model_of("appointment.Appointment")
        return int(
            model.objects.filter(
                appointment_request__staff_member=self.staff[place.injector],
                appointment_request__date=local.date(),
                appointment_request__start_time=local.time(),
            ).count()
        )

    def calendar(self, monday: dt.date) -> Callable[[], int]:
        """Return what opens the calendar of one member of staff: it holds all their appointments, whatever the week."""
        client = _client("injector0")
        return lambda: _size(client, reverse("appointment:get_user_appointments"))


class Scheduler:
    """django-scheduler: a calendar; it does not know what is free, and asks nobody before it stores an event."""

    name = "django-scheduler"

    def __init__(self) -> None:
        self.forms: Any = importlib.import_module("schedule.forms")
        self.calendars: list[Any] = list(model_of("schedule.Calendar").objects.order_by("pk"))

    any_of_all = one_full = None

    def book(self, place: Place, by: Any) -> Act:
        """Return the act of storing an event through its form, as its page does."""
        local = place.starts_at.astimezone(ZONE)
        ends = local + LENGTH
        data = {"start_0": local.date(), "start_1": local.time(), "end_0": ends.date(), "end_1": ends.time()}

        def act() -> str:
            try:
                form = self.forms.EventForm(data | {"title": "Client"})
                if not form.is_valid():
                    return "refused"
                event = form.save(commit=False)
                event.creator, event.calendar = by, self.calendars[place.injector]
                event.save()
            except Exception as error:
                return type(error).__name__
            return "won"

        return act

    def accepted(self, place: Place) -> int:
        """Return how many have one and the same time."""
        model = model_of("schedule.Event")
        return int(model.objects.filter(calendar=self.calendars[place.injector], start=place.starts_at).count())

    def calendar(self, monday: dt.date) -> Callable[[], int]:
        """Return what opens the week of one calendar."""
        client = _client("injector0")
        url = reverse("week_calendar", args=[self.calendars[0].slug])
        url += f"?year={monday.year}&month={monday.month}&day={monday.day}"
        return lambda: _size(client, url)


def _client(username: str) -> Client:
    client = Client()
    client.force_login(user(username))
    return client


def _size(client: Client, url: str) -> int:
    answer = client.get(url)
    if answer.status_code != 200:
        raise ValueError(f"{url} answered {answer.status_code}")
    return len(answer.content)
