"""When a clinic writes to people, and which way."""

import datetime as dt

from django.db import models
from django.db.models import Q
from simple_history.models import HistoricalRecords

from clinic.message_hours import QUIET_FROM, QUIET_UNTIL
from clinic.models import Clinic
from patients.models import Channel, Patient
from reminders.timing import SEND_AT


class Kind(models.TextChoices):
    """What a message is about."""

    WELCOME = "welcome", "Welcome"
    BOOKED = "booked", "Booked"
    VISIT = "visit", "Before a visit"
    MOVED = "moved", "Moved"
    CANCELLED = "cancelled", "Cancelled"
    MOVE_ASKED = "move_asked", "Asked to move"
    MISSED = "missed", "Missed"
    DUE = "due", "Due and nothing booked"
    DIARY = "diary", "Diary not kept"
    OFFER = "offer", "A free time"
    SIDE_EFFECTS = "side_effects", "Check-up after a session: side effects"
    EFFECT = "effect", "Check-up after a session: effect"
    ASKED = "asked", "Sent from the recall list"
    ONE_OFF = "one_off", "One-off message"


CHECK_UPS = (Kind.SIDE_EFFECTS, Kind.EFFECT)
# At how many days from what: only these keep a distance.
DAYS_BEFORE = (Kind.VISIT, Kind.DUE)
DAYS_AFTER = (Kind.DIARY, *CHECK_UPS)
MOST_DAYS = 60


def every_language() -> list[str]:
    """Return the codes of all languages that messages can be sent in."""
    return list(Patient.Language.values)


def usual_time() -> dt.time:
    """Return when a rule sends unless told otherwise. A call: ten seconds around a fixed time, checks warn of it."""
    return SEND_AT


class ReminderRule(models.Model):
    """One reason to write: at which distance, at what time of day, by which channel first, in which languages."""

    Kind = Kind

    class Order(models.TextChoices):
        """Which channel is tried first, and whether there is a second."""

        PREFERRED = "preferred", "The one they prefer, then the other"
        SMS_FIRST = "sms,email", "Text message, then email"
        EMAIL_FIRST = "email,sms", "Email, then text message"
        SMS_ONLY = "sms", "Text message only"
        EMAIL_ONLY = "email", "Email only"

        @property
        def channels(self) -> tuple[Channel, ...]:
            """The channels in the order in which they are tried; empty where the person's own preference decides."""
            return (
                () if self is ReminderRule.Order.PREFERRED else tuple(Channel(name) for name in self.value.split(","))
            )

    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=12, choices=Kind)
    days_before = models.PositiveSmallIntegerField(default=0, help_text="before the visit or the due date")
    days_after = models.PositiveSmallIntegerField(default=0, help_text="after the session or the last day of the diary")
    send_at = models.TimeField(default=usual_time, help_text="on the clinic's clock; for kinds that keep a distance")
    channel_order = models.CharField(max_length=10, choices=Order, default=Order.PREFERRED)
    # Another language's texts are kept but not sent: its people get English.
    languages: models.JSONField[list[str], list[str]] = models.JSONField(default=every_language)
    active = models.BooleanField(default=True)
    # What happened before is not written about: a rule switched on today does not tell of last week's bookings.
    since = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1, help_text="rises with each change; an older page cannot undo it")
    history = HistoricalRecords()

    class Meta:
        ordering = ["clinic_id", "kind", "-days_before", "days_after"]
        constraints = [
            models.UniqueConstraint(
                fields=["clinic", "kind", "days_before", "days_after"],
                name="one_rule_per_kind_and_distance",
                violation_error_message="There is a rule for that already.",
            ),
            models.CheckConstraint(
                # What somebody does is told at once; only the others keep a distance.
                condition=Q(kind__in=DAYS_BEFORE, days_before__gte=1, days_before__lte=MOST_DAYS, days_after=0)
                | Q(kind__in=DAYS_AFTER, days_after__gte=1, days_after__lte=MOST_DAYS, days_before=0)
                | ~Q(kind__in=(*DAYS_BEFORE, *DAYS_AFTER)) & Q(days_before=0, days_after=0),
                name="rule_1_to_60_days_away",
            ),
            models.CheckConstraint(
                condition=Q(send_at__gte=QUIET_UNTIL, send_at__lt=QUIET_FROM), name="rule_sends_outside_quiet_hours"
            ),
        ]

    def __str__(self) -> str:
        days = self.days_before or self.days_after
        spoken = "1 day" if days == 1 else f"{days} days"
        if self.kind == Kind.VISIT:
            return f"{spoken} before"
        if self.kind == Kind.DUE:
            return f"{spoken} before due, nothing booked"
        return f"{self.get_kind_display()}, {spoken} after" if self.days_after else self.get_kind_display()

    @property
    def language_names(self) -> list[str]:
        """The languages it is sent in, each by its own name."""
        return [str(name) for code, name in Patient.Language.choices if code in self.languages]

    @property
    def channels(self) -> tuple[Channel, ...]:
        """The channels in the order in which they are tried; empty where the person's own preference decides."""
        return self.Order(self.channel_order).channels
