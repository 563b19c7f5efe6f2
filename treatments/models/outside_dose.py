"""Botulinum toxin that a person had elsewhere."""

import datetime as dt
import uuid
from collections.abc import Collection
from typing import Self

from django.db import models
from django.db.models import Q
from simple_history.models import HistoricalRecords

from clinic.models import Clinic, User
from patients.models import Patient


class OutsideDoseQuerySet(models.QuerySet["OutsideDose"]):
    """Doses given elsewhere, as rules count them."""

    def on_record(self, people: Collection[int], at: dt.datetime) -> Self:
        """Narrow to what was told of one person by then; what was entered by mistake was never so."""
        return self.filter(patient__in=people, told_at__lte=at, removed_at__isnull=True)


class OutsideDose(models.Model):
    """A dose given elsewhere, for whatever reason, cosmetic too. Units of other products cannot be converted."""

    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="+")
    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="+")
    given_on = models.DateField()
    same_product = models.BooleanField(help_text="onabotulinumtoxinA, as given here")
    product = models.CharField(max_length=60, blank=True, help_text="the name, where it is another product")
    units = models.PositiveSmallIntegerField(null=True, blank=True, help_text="empty: nobody knows")
    reason = models.CharField(max_length=80, blank=True)
    told_at = models.DateTimeField()
    told_to = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    # A line entered by mistake is taken off the list and counts nowhere; what it said stays.
    removed_at = models.DateTimeField(null=True, blank=True)
    removed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    history = HistoricalRecords()

    objects = OutsideDoseQuerySet.as_manager()

    class Meta:
        ordering = ["patient_id", "-given_on", "-id"]
        constraints = [
            models.CheckConstraint(condition=Q(units__gt=0), name="outside_dose_has_units"),
            models.CheckConstraint(condition=Q(same_product=True) | ~Q(product=""), name="other_product_has_a_name"),
            models.CheckConstraint(
                condition=Q(removed_at__isnull=True, removed_by__isnull=True)
                | Q(removed_at__isnull=False, removed_by__isnull=False),
                name="outside_dose_taken_off_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"Outside dose {self.pk}"

    @property
    def how_much(self) -> str:
        """The units in words."""
        if self.units is None:
            return "a dose of unknown units"
        return f"{self.units} unit{'s' * (self.units != 1)}"
