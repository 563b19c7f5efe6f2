"""What a referral list said about a person."""

from django.db import models

from clinic.models import Clinic
from patients.models import Patient


class ReferralLine(models.Model):
    """The newest row of a referral list about one person, as it was understood.

    Without it a list that is read again would undo what staff have corrected since: it shows which fields the other
    system has changed, as against those that were changed here.
    """

    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="+")
    patient = models.OneToOneField(Patient, on_delete=models.PROTECT, related_name="+")
    said = models.JSONField()
    read_at = models.DateTimeField()

    class Meta:
        ordering = ["patient_id"]

    def __str__(self) -> str:
        return f"Referral line {self.pk}"
