"""A text message that came in."""

import uuid

from django.db import models
from django.db.models import Q

from clinic.fields import EncryptedTextField
from clinic.models import Clinic, User
from patients.models import Patient
from reminders.inbound.grammar import Meaning
from treatments.models import TreatmentSession

LONGEST_ID = 64  # Twilio's have 34 letters; other gateways make their own
LONGEST_SENDER = 40
LONGEST_TEXT = 2000  # gateways send at most 1,600 characters
FORGOTTEN = "A number no longer kept"


class InboundMessage(models.Model):
    """One text message as the gateway handed it over, what it was taken for, and who dealt with it.

    Stored once: the gateway's id is unique, so that a message handed over twice changes nothing. ``patient`` is empty
    where several people have the number, or nobody has; staff say who it was.
    """

    class State(models.TextChoices):
        """Whether it waits for a person."""

        OPEN = "open", "Waits for you"
        SETTLED = "settled", "Answered by itself"
        DONE = "done", "Done"

    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="+")
    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    gateway_id = models.CharField(max_length=LONGEST_ID, unique=True)
    sender = models.CharField(max_length=LONGEST_SENDER)
    body = EncryptedTextField(blank=True)
    pictures = models.PositiveSmallIntegerField(default=0, help_text="how many came with it; they are not fetched")
    received_at = models.DateTimeField()
    meaning = models.CharField(max_length=10, choices=[(one.value, one.value) for one in Meaning])
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, null=True, related_name="+")
    session = models.ForeignKey(TreatmentSession, on_delete=models.PROTECT, null=True, related_name="+")
    note = models.CharField(max_length=200, blank=True, help_text="what was done about it, in words for staff")
    answer = models.CharField(max_length=400, blank=True, help_text="what was answered at once")
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    assigned_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    assigned_at = models.DateTimeField(null=True)
    done_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    done_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-received_at", "-id"]
        indexes = [
            models.Index(fields=["clinic", "-received_at"], name="inbound_newest"),
            models.Index(fields=["clinic"], condition=Q(state="open"), name="inbound_open"),
            models.Index(fields=["sender", "-received_at"], name="inbound_of_number"),
            models.Index(fields=["patient", "-received_at"], name="inbound_of_patient"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="done", done_by__isnull=False, done_at__isnull=False)
                | (~Q(state="done") & Q(done_by__isnull=True, done_at__isnull=True)),
                name="done_message_says_by_whom",
            ),
            models.CheckConstraint(
                condition=Q(assigned_at__isnull=True, assigned_by__isnull=True)
                | Q(assigned_at__isnull=False, assigned_by__isnull=False, patient__isnull=False),
                name="assigned_message_says_by_whom",
            ),
        ]

    def __str__(self) -> str:
        return f"Inbound {self.pk}"

    @property
    def writer(self) -> str:
        """Who wrote it, in words for staff: the person, else the number while it is kept."""
        return str(self.patient) if self.patient else self.sender or FORGOTTEN
