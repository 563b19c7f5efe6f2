"""What a person said about messages that are no reminders of a visit."""

from django.db import models

from clinic.models import Clinic
from patients.models import Patient


class NudgeStop(models.Model):
    """This person wants no messages about their diary. Gone again when they change their mind."""

    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="+")
    patient = models.OneToOneField(Patient, on_delete=models.PROTECT, related_name="+")
    since = models.DateTimeField()

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"No nudges {self.patient_id}"
