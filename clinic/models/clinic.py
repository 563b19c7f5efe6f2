"""A clinic and its rooms."""

import datetime as dt
import uuid
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, available_timezones

from django.core.exceptions import ValidationError
from django.db import models
from simple_history.models import HistoricalRecords

from clinic.constraints import Unchanging

if TYPE_CHECKING:
    from clinic.models.people import Injector


def validate_timezone(value: str) -> None:
    """Refuse a name that is not in the IANA time zone database."""
    if value not in available_timezones():
        raise ValidationError("Choose a time zone such as Europe/London.")


class Clinic(models.Model):
    """One site with its own time zone, hours, rooms, staff and name in messages."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(max_length=80)
    slug = models.SlugField(unique=True)
    # What patients read. It may not name an illness, which the real name often does.
    message_name = models.CharField("name in messages", max_length=20)
    timezone = models.CharField(max_length=40, validators=[validate_timezone])
    phone = models.CharField(max_length=30)
    address = models.CharField(max_length=200)
    country = models.CharField(
        max_length=2, help_text="ISO code; decides phone numbers without a country code and holidays"
    )
    subdivision = models.CharField(max_length=10, blank=True, help_text="for regional holidays, such as ENG or NY")
    session_minutes = models.PositiveSmallIntegerField(default=15)
    late_after_minutes = models.PositiveSmallIntegerField(
        default=20, help_text="how long an arrived patient may wait before Today says so"
    )
    # Else they ask, and staff find the time.
    patients_book = models.BooleanField(default=False, help_text="whether patients choose a free time by themselves")
    rest_minutes = models.PositiveSmallIntegerField(
        default=15, help_text="how long a browser may rest before whoever signed in there is signed out"
    )
    second_factor_for_all = models.BooleanField(
        default=False, help_text="whether all staff, not only admins, need a second step to sign in"
    )
    # Made up, with everybody in it: no message to them leaves the system, and all of it can be removed.
    demo = models.BooleanField(default=False, db_default=False, editable=False)
    history = HistoricalRecords()

    class Meta:
        ordering = ["name"]
        constraints = [
            # A real clinic can never be marked as one that may be removed.
            Unchanging(name="clinic_is_made_up_from_the_start", field="demo"),
            models.CheckConstraint(
                condition=models.Q(rest_minutes__gte=5, rest_minutes__lte=120), name="clinic_rest_5_to_120_minutes"
            ),
            models.CheckConstraint(
                condition=models.Q(session_minutes__gte=10, session_minutes__lte=60),
                name="clinic_session_10_to_60_minutes",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def zone(self) -> ZoneInfo:
        """The zone whose wall clock is the truth for everything booked here."""
        return ZoneInfo(self.timezone)

    def date_at(self, moment: dt.datetime) -> dt.date:
        """Return which day it is here at a moment."""
        return moment.astimezone(self.zone).date()


class Room(models.Model):
    """A room that holds one session at a time."""

    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="rooms")
    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(max_length=40)
    active = models.BooleanField(default=True)
    # Which injectors may use it; with none named, all of the clinic may.
    injectors: models.ManyToManyField["Injector", models.Model] = models.ManyToManyField(
        "clinic.Injector", blank=True, related_name="rooms"
    )
    history = HistoricalRecords(m2m_fields=[injectors])

    class Meta:
        ordering = ["clinic_id", "name"]
        constraints = [models.UniqueConstraint(fields=["clinic", "name"], name="one_room_per_name")]

    def __str__(self) -> str:
        return self.name
