"""What a clinic writes: texts with their versions, words of its own that none may hold, and one-off messages."""

import uuid

from django.core.exceptions import ValidationError
from django.db import models

from clinic.health_words import blocked_words
from clinic.models import Clinic, User
from patients.models import Channel, Patient
from reminders.models.rule import ReminderRule
from reminders.wording.fields import FIELDS, unknown_fields


class MessageTemplate(models.Model):
    """One version of the text of a rule on one channel in one language. May name no illness, drug or treatment.

    An edit is a new version; the newest is sent, and what was sent keeps the version it was sent with.
    """

    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="+")
    rule = models.ForeignKey(ReminderRule, on_delete=models.PROTECT, related_name="templates")
    channel = models.CharField(max_length=5, choices=Channel)
    language = models.CharField(max_length=2, choices=Patient.Language, default=Patient.Language.ENGLISH)
    version = models.PositiveIntegerField(default=1)
    subject = models.CharField(max_length=78, blank=True)
    body = models.TextField()
    # Empty for a text that came with the software.
    made_at = models.DateTimeField(null=True)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["clinic_id", "rule_id", "channel", "language", "-version"]
        constraints = [
            models.UniqueConstraint(
                fields=["rule", "channel", "language", "version"], name="one_text_per_rule_channel_language_version"
            ),
            models.CheckConstraint(
                condition=models.Q(made_at__isnull=True, made_by__isnull=True)
                | models.Q(made_at__isnull=False, made_by__isnull=False),
                name="text_says_who_made_it_and_when",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rule} {self.channel} {self.language} {self.version}"

    def clean(self) -> None:
        """Refuse a text that names a health matter or a field that there is not."""
        for field, text in (("subject", self.subject), ("body", self.body)):
            words, fields = blocked_words(text), unknown_fields(text)
            if words:
                raise ValidationError({field: f"Take out the word {words[0]}: anybody may read over a shoulder."})
            if fields:
                raise ValidationError({field: f"There is no field {{{fields[0]}}}. Use {', '.join(FIELDS)}."})


class BlockedWord(models.Model):
    """A word that no message of one clinic may hold, beside those that nobody's may."""

    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="+")
    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    word = models.CharField(max_length=40)
    added_at = models.DateTimeField()
    added_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["clinic_id", "word"]
        constraints = [models.UniqueConstraint(fields=["clinic", "word"], name="one_blocked_word")]

    def __str__(self) -> str:
        return self.word


class OneOff(models.Model):
    """What somebody wrote once to one person or several. Each of them has a reminder that names it."""

    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="+")
    # Made by the form, so that a form sent twice sends once. It is also the batch of its reminders.
    uid = models.UUIDField(default=uuid.uuid4, unique=True)
    subject = models.CharField(max_length=78)
    body = models.TextField()
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["clinic_id", "-made_at"]

    def __str__(self) -> str:
        return f"One-off {self.pk}"
