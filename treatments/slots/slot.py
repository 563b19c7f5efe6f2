"""A free time, and what a good one looks like for a person."""

import datetime as dt
from dataclasses import dataclass
from functools import lru_cache

from clinic.models import Injector, Room
from patients.authorizing import Window, covering
from treatments.authorized import windows_of
from treatments.models import Course


@dataclass(frozen=True)
class Slot:
    """A free time: who, where, from when to when (UTC), and why it is offered."""

    injector: Injector
    room: Room
    starts_at: dt.datetime
    ends_at: dt.datetime
    reasons: tuple[str, ...] = ()

    @property
    def code(self) -> str:
        """The slot as a form carries it: injector, room, start and length in minutes."""
        return slot_code(self.injector.uid, self.room.uid, self.starts_at, self.minutes)

    @property
    def minutes(self) -> int:
        """The length of a visit in it."""
        return int((self.ends_at - self.starts_at).total_seconds()) // 60


def slot_code(injector: object, room: object, starts_at: dt.datetime, minutes: int) -> str:
    """Return a slot as a form carries it, from the uids of its injector and room: a page of hundreds reads no models."""
    return f"{injector}.{room}.{_digits(starts_at)}.{minutes}"


@lru_cache(maxsize=4096)
def _digits(starts_at: dt.datetime) -> str:
    """Write a moment down; twenty people begin at the same one."""
    return f"{starts_at.astimezone(dt.UTC):%Y%m%dT%H%M}"


@dataclass(frozen=True)
class Need:
    """What a good time for a person's next visit has to be like."""

    due_on: dt.date
    last_given_on: dt.date | None = None
    injector_id: int | None = None
    usual_time: dt.time | None = None
    # What payers agreed to; none when nobody ever asked.
    authorized: tuple[Window, ...] = ()

    @property
    def authorized_until(self) -> dt.date | None:
        """The end of the agreement that covers the due date, else of the latest one."""
        window = covering(self.authorized, self.due_on)
        return window.last if window else max((one.last for one in self.authorized), default=None)


def need_of(course: Course) -> Need:
    """Return what the person's last session says about a good next one (one query and one for the payer)."""
    given = course.sessions.filter(given_on__isnull=False).order_by("-given_on", "-pk")
    last = given.values_list("given_on", "injector_id", "room_id", "starts_at").first()
    given_on, injector, room, starts_at = last or (None, None, None, None)
    return Need(
        due_on=course.due_after(given_on),
        last_given_on=given_on,
        injector_id=injector,
        # The hour of a session given before this system kept records is not known.
        usual_time=starts_at.astimezone(course.clinic.zone).time() if starts_at and room else None,
        authorized=windows_of(course.patient_id),
    )
