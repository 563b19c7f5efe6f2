"""The link inside a message, through which a person answers without a log-in."""

import datetime as dt

from django.db import models

from clinic.models import Clinic
from reminders.models.reminder import Reminder
from treatments.models import TreatmentSession


class PatientLink(models.Model):
    """One secret address for one reminder. Only its hash is kept: who reads the database cannot answer for a patient."""

    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="+")
    reminder = models.ForeignKey(Reminder, on_delete=models.PROTECT, related_name="links")
    # Empty when the message asked the person to book: there is no visit yet.
    session = models.ForeignKey(TreatmentSession, on_delete=models.PROTECT, null=True, related_name="+")
    token_hash = models.CharField(max_length=64, unique=True, help_text="SHA-256, hexadecimal")
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"Link {self.pk}"

    def has_ended(self, now: dt.datetime) -> bool:
        """Return whether it leads nowhere any more."""
        return self.revoked_at is not None or self.expires_at <= now
