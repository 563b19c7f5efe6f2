"""When a clinic writes to people, and what."""

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q

from clinic.health_words import blocked_words
from clinic.models import Clinic
from patients.models import Channel, Patient
from reminders.fields import FIELDS, unknown_fields


class ReminderRule(models.Model):
    """One reason to write, at one distance from a visit or from a due date."""

    class Kind(models.TextChoices):
        """What the message is about."""

        VISIT = "visit", "Before a visit"
        DUE = "due", "Due and nothing booked"
        ASKED = "asked", "Sent from the recall list"
        OFFER = "offer", "An earlier time is free"

    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10, choices=Kind)
    days_before = models.PositiveSmallIntegerField()
    active = models.BooleanField(default=True)

    class Meta:
        ordering = ["clinic_id", "kind", "-days_before"]
        constraints = [
            models.UniqueConstraint(fields=["clinic", "kind", "days_before"], name="one_rule_per_kind_and_distance"),
            models.CheckConstraint(
                # What a person starts, from the recall list or by an offer, keeps no distance from anything.
                condition=Q(kind__in=["asked", "offer"], days_before=0)
                | Q(kind__in=["visit", "due"], days_before__gte=1, days_before__lte=60),
                name="rule_1_to_60_days_before",
            ),
        ]

    def __str__(self) -> str:
        if self.days_before == 0:
            return self.get_kind_display()
        days = "1 day" if self.days_before == 1 else f"{self.days_before} days"
        return f"{days} before" if self.kind == self.Kind.VISIT else f"{days} before due, nothing booked"


class MessageTemplate(models.Model):
    """The text of a rule on one channel in one language. May name no illness, drug or treatment."""

    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="+")
    rule = models.ForeignKey(ReminderRule, on_delete=models.PROTECT, related_name="templates")
    channel = models.CharField(max_length=5, choices=Channel)
    language = models.CharField(max_length=2, choices=Patient.Language, default=Patient.Language.ENGLISH)
    subject = models.CharField(max_length=78, blank=True)
    body = models.TextField()

    class Meta:
        ordering = ["clinic_id", "rule_id", "channel"]
        constraints = [
            models.UniqueConstraint(fields=["rule", "channel", "language"], name="one_text_per_rule_channel_language")
        ]

    def __str__(self) -> str:
        return f"{self.rule} {self.channel} {self.language}"

    def clean(self) -> None:
        """Refuse a text that names a health matter or a field that there is not."""
        for field, text in (("subject", self.subject), ("body", self.body)):
            words, fields = blocked_words(text), unknown_fields(text)
            if words:
                raise ValidationError({field: f"Take out the word {words[0]}: anybody may read over a shoulder."})
            if fields:
                raise ValidationError({field: f"There is no field {{{fields[0]}}}. Use {', '.join(FIELDS)}."})
