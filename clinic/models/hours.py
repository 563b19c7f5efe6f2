"""When injectors work and when they do not."""

import uuid

from django.db import models
from simple_history.models import HistoricalRecords

from clinic.constraints import NoDoubleHours
from clinic.models.clinic import Clinic, Room
from clinic.models.people import Injector
from clinic.wording import clock_words


class OpeningHours(models.Model):
    """One weekly interval of an injector's hours, in the clinic's wall-clock time.

    ``room`` is the room they use then; without one it is any free room that they may use.
    """

    class Weekday(models.IntegerChoices):
        """ISO numbering, Monday is 1: mixing 0-based and Sunday-first numbers has shifted other calendars by a day."""

        MONDAY = 1
        TUESDAY = 2
        WEDNESDAY = 3
        THURSDAY = 4
        FRIDAY = 5
        SATURDAY = 6
        SUNDAY = 7

    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="+")
    injector = models.ForeignKey(Injector, on_delete=models.PROTECT, related_name="opening_hours")
    room = models.ForeignKey(Room, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    weekday = models.PositiveSmallIntegerField(choices=Weekday)
    opens = models.TimeField()
    closes = models.TimeField()
    slot_minutes = models.PositiveSmallIntegerField(default=15, help_text="10 to 60; how far apart visits may begin")
    valid_from = models.DateField(null=True, blank=True)
    valid_until = models.DateField(null=True, blank=True)
    history = HistoricalRecords()

    class Meta:
        ordering = ["clinic_id", "injector_id", "weekday", "opens"]
        verbose_name_plural = "opening hours"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(closes__gt=models.F("opens")), name="hours_close_after_they_open"
            ),
            models.CheckConstraint(
                condition=models.Q(slot_minutes__gte=10, slot_minutes__lte=60), name="hours_slot_10_to_60_minutes"
            ),
            models.CheckConstraint(condition=models.Q(weekday__gte=1, weekday__lte=7), name="hours_weekday_1_to_7"),
            models.CheckConstraint(
                condition=models.Q(valid_from__isnull=True)
                | models.Q(valid_until__isnull=True)
                | models.Q(valid_until__gte=models.F("valid_from")),
                name="hours_end_after_they_begin",
            ),
            NoDoubleHours(name="no_double_hours", violation_error_message="The injector has other hours at that time."),
        ]

    def __str__(self) -> str:
        return f"{self.get_weekday_display()} {clock_words(self.opens)} to {clock_words(self.closes)}"


class Absence(models.Model):
    """A time in which an injector does not work: leave, teaching, part days too."""

    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="+")
    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    injector = models.ForeignKey(Injector, on_delete=models.PROTECT, related_name="absences")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    label = models.CharField(max_length=40, default="Leave")
    history = HistoricalRecords()

    class Meta:
        ordering = ["clinic_id", "starts_at"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ends_at__gt=models.F("starts_at")), name="absence_ends_after_start"
            ),
        ]

    def __str__(self) -> str:
        return self.label


class Closure(models.Model):
    """A time in which the whole clinic, or one room, is closed."""

    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="+")
    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    room = models.ForeignKey(Room, on_delete=models.PROTECT, null=True, blank=True, related_name="closures")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    label = models.CharField(max_length=40, default="Closed")
    history = HistoricalRecords()

    class Meta:
        ordering = ["clinic_id", "starts_at"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ends_at__gt=models.F("starts_at")), name="closure_ends_after_start"
            ),
        ]

    def __str__(self) -> str:
        return self.label


class WorkedHoliday(models.Model):
    """A public holiday on which the clinic works all the same. All others are closed days by themselves."""

    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="+")
    date = models.DateField()
    history = HistoricalRecords()

    class Meta:
        ordering = ["clinic_id", "date"]
        constraints = [models.UniqueConstraint(fields=["clinic", "date"], name="one_row_per_worked_holiday")]

    def __str__(self) -> str:
        return f"{self.date:%Y-%m-%d}"
