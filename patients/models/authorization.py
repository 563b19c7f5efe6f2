"""What a payer agreed to."""

import uuid

from django.db import models
from simple_history.models import HistoricalRecords

from clinic.models import Clinic
from patients.models.patient import Patient


class Authorization(models.Model):
    """A payer's agreement to pay for a number of visits inside a window of dates, both ends included."""

    class Status(models.TextChoices):
        """How far it is."""

        REQUESTED = "requested", "Requested"
        APPROVED = "approved", "Approved"
        REFUSED = "refused", "Refused"
        CLOSED = "closed", "Closed, not renewed"

    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="+")
    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="authorizations")
    payer = models.CharField(max_length=80)
    number = models.CharField(max_length=40)
    valid_from = models.DateField()
    valid_to = models.DateField()
    visits = models.PositiveSmallIntegerField(null=True, blank=True, help_text="visits allowed")
    units_allowed = models.PositiveSmallIntegerField(null=True, blank=True)
    counts_waste = models.BooleanField(
        default=False, db_default=False, help_text="the units include what is left in the vials and discarded"
    )
    codes = models.CharField(max_length=120, blank=True, help_text="procedure, drug and diagnosis codes, with commas")
    status = models.CharField(max_length=9, choices=Status, default=Status.APPROVED)
    history = HistoricalRecords()

    class Meta:
        ordering = ["patient_id", "-valid_to"]
        indexes = [models.Index(fields=["clinic", "status", "valid_to"], name="authorization_by_end")]
        constraints = [
            models.UniqueConstraint(fields=["patient", "number"], name="one_authorization_per_number"),
            models.CheckConstraint(
                condition=models.Q(valid_to__gte=models.F("valid_from")), name="authorization_ends_after_start"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.payer} {self.number}"
