"""That something of a person was erased."""

import uuid

from django.db import models

from clinic.constraints import Frozen
from clinic.models import Clinic, User
from patients.models import Patient


class Erasure(models.Model):
    """One erasure: of whom, what, why and by whom. It says nothing of what was erased, and stays."""

    class What(models.TextChoices):
        """How much went."""

        CONTACT = "contact", "Contact data and the words of messages"
        PERSON = "person", "Everything that tells who it was"

    class Reason(models.TextChoices):
        """Why, as a code."""

        REQUEST = "request", "The person asked for it"
        DIED = "died", "The person died and contact data is no longer needed"
        RETENTION = "retention", "The time for keeping the record is over"
        MISTAKE = "mistake", "The record was made by mistake"
        ORDER = "order", "A court or authority ordered it"

    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="+")
    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="+")
    what = models.CharField(max_length=7, choices=What)
    reason = models.CharField(max_length=9, choices=Reason)
    at = models.DateTimeField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+", help_text="empty: the system")

    class Meta:
        ordering = ["-id"]
        constraints = [Frozen(name="erasure_is_append_only")]

    def __str__(self) -> str:
        return f"Erasure {self.pk}"
