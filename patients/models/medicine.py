"""What a person took, and takes, against migraine."""

import uuid
from collections.abc import Mapping
from enum import StrEnum

from django.db import models
from django.db.models import F, Q
from simple_history.models import HistoricalRecords

from clinic.fields import EncryptedTextField
from clinic.models import Clinic
from patients.eligibility import medicines, overuse
from patients.models.patient import Patient


def _choices(words: Mapping[StrEnum, str]) -> list[tuple[str, str]]:
    """Return the classes of the pure rules as a field stores and shows them."""
    return [(one.value, label) for one, label in words.items()]


class PreventiveTrial(models.Model):
    """One preventive that was tried, or could not be, with what came of it. Payers ask for each by class, dose and dates."""

    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="+")
    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="preventives")
    drug_class = models.CharField("class", max_length=14, choices=_choices(medicines.PREVENTIVE_WORDS))
    drug = models.CharField(max_length=60)
    dose = models.CharField(max_length=60, blank=True)
    started_on = models.DateField(null=True, blank=True)
    ended_on = models.DateField(null=True, blank=True)
    result = models.CharField(max_length=13, choices=_choices(medicines.RESULT_WORDS))
    reason = EncryptedTextField(blank=True, default="")
    # A line entered by mistake is taken off the list; what it said stays in its history.
    removed_at = models.DateTimeField(null=True, blank=True)
    history = HistoricalRecords()

    class Meta:
        ordering = ["patient_id", "started_on", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(started_on__isnull=True) | Q(ended_on__isnull=True) | Q(ended_on__gte=F("started_on")),
                name="preventive_ends_after_start",
            ),
        ]

    def __str__(self) -> str:
        return self.drug

    def fact(self) -> medicines.Trial:
        """Return the trial as the rules take it."""
        return medicines.Trial(
            drug_class=medicines.PreventiveClass(self.drug_class),
            drug=self.drug,
            dose=self.dose,
            started_on=self.started_on,
            ended_on=self.ended_on,
            result=medicines.Result(self.result),
            reason=self.reason,
        )


class AcuteMedication(models.Model):
    """On how many days a month a person takes an acute medicine, as they told it."""

    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="+")
    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="acute_medications")
    drug_class = models.CharField("class", max_length=11, choices=_choices(medicines.ACUTE_WORDS))
    drug = models.CharField(max_length=60)
    days_a_month = models.PositiveSmallIntegerField()
    months = models.PositiveSmallIntegerField("for how many months", null=True, blank=True)
    told_on = models.DateField()
    removed_at = models.DateTimeField(null=True, blank=True)
    history = HistoricalRecords()

    class Meta:
        ordering = ["patient_id", "drug_class", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(days_a_month__lte=31), name="acute_0_to_31_days_a_month"),
        ]

    def __str__(self) -> str:
        return self.drug

    def fact(self) -> overuse.Told:
        """Return what was told as the rules take it."""
        return overuse.Told(medicines.AcuteClass(self.drug_class), self.drug, self.days_a_month, self.months)
