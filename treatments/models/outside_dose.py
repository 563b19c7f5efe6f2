"""Botulinum toxin that a person had elsewhere."""

import uuid

from django.db import models
from django.db.models import Q
from simple_history.models import HistoricalRecords

from clinic.models import Clinic, User
from patients.models import Patient


class OutsideDose(models.Model):
    """A dose given elsewhere, for whatever reason, cosmetic too. Units of other products cannot be converted."""

    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="+")
    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="+")
    given_on = models.DateField()
    same_product = models.BooleanField(help_text="onabotulinumtoxinA, as given here")
    product = models.CharField(max_length=60, blank=True, help_text="the name, where it is another product")
    units = models.PositiveSmallIntegerField()
    reason = models.CharField(max_length=80, blank=True)
    told_at = models.DateTimeField()
    told_to = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    history = HistoricalRecords()

    class Meta:
        ordering = ["patient_id", "-given_on", "-id"]
        constraints = [
            models.CheckConstraint(condition=Q(units__gt=0), name="outside_dose_has_units"),
            models.CheckConstraint(condition=Q(same_product=True) | ~Q(product=""), name="other_product_has_a_name"),
        ]

    def __str__(self) -> str:
        return f"Outside dose {self.pk}"
