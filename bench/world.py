"""What a measure gets to work on, and the ways of measuring that all share."""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import holidays
from django.db import connection
from django.test import Client

from bench.fill import CANDIDATES_DUE_DAYS
from bench.shape import CLOSES, MINUTES, OPENS
from clinic.models import Clinic, Injector, Room, User
from treatments.models import Course, TreatmentSession
from treatments.models.session import OCCUPYING
from treatments.slots import Slot

DESK, ADMIN = "front_desk@bench.example", "admin@bench.example"


@dataclass(frozen=True)
class World:
    """A filled database. ``size`` is the number of its sessions, ``folder`` a place for files of the run."""

    engine: str
    size: int
    clinic: Clinic
    today: dt.date
    folder: Path

    @property
    def desk(self) -> User:
        """Somebody who may book."""
        return User.objects.get(email=DESK)

    def client(self, email: str = ADMIN) -> Client:
        """Return a browser without a network, logged in."""
        client = Client()
        client.force_login(User.objects.get(email=email))
        return client

    def candidates(self, number: int) -> list[Course]:
        """Return open courses that have never had a session and are due in five weeks."""
        due = self.today + dt.timedelta(days=CANDIDATES_DUE_DAYS)
        free = Course.objects.filter(clinic=self.clinic, opened_on=due, sessions__isnull=True)
        found = list(free.select_related("clinic", "patient").order_by("pk")[:number])
        if len(found) < number:
            raise ValueError("Nobody left to book for: raise CANDIDATES.")
        return found

    def free_times(self, number: int) -> list[Slot]:
        """Return free times that the candidates may have, spread over all injectors."""
        first = self.today + dt.timedelta(days=CANDIDATES_DUE_DAYS)
        last = self.today + dt.timedelta(days=360)
        taken = set(
            TreatmentSession.objects.filter(
                clinic=self.clinic, status__in=OCCUPYING, local_date__range=(first, last)
            ).values_list("injector_id", "starts_at")
        )
        free = [slot for slot in self._grid(first, last) if (slot.injector.pk, slot.starts_at) not in taken]
        if len(free) < number:
            raise ValueError("No free times left.")
        return free[:number]

    def _grid(self, first: dt.date, last: dt.date) -> Iterator[Slot]:
        injectors, rooms = list(Injector.objects.order_by("pk")), list(Room.objects.order_by("pk"))
        closed = holidays.country_holidays(self.clinic.country, subdiv=self.clinic.subdivision)
        length = dt.timedelta(minutes=MINUTES)
        for offset in range((last - first).days):
            date = first + dt.timedelta(days=offset)
            if date.weekday() > 4 or date in closed:
                continue
            starts_at = dt.datetime.combine(date, dt.time(OPENS), self.clinic.zone).astimezone(dt.UTC)
            for _ in range((CLOSES - OPENS) * 60 // MINUTES):
                for injector, room in zip(injectors, rooms, strict=True):
                    yield Slot(injector, room, starts_at, starts_at + length)
                starts_at += length


@contextmanager
def counted() -> Iterator[list[str]]:
    """Give a list that fills with every statement this process sends."""
    sent: list[str] = []

    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        sent.append(sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        yield sent
