"""One local date of headache facts."""

from decimal import Decimal

from django.db import models
from django.db.models import Q
from simple_history.models import HistoricalRecords

from clinic.models import Clinic
from patients.models.patient import Patient


class DiaryDay(models.Model):
    """What a person recorded for one date of their own calendar. A day without a row is missing, not clear."""

    class Source(models.TextChoices):
        """Who entered it."""

        PATIENT = "patient", "Patient"
        CLINIC = "clinic", "Clinic"
        IMPORT = "import", "Imported"
        PAPER = "paper", "Paper diary"

    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="+")
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="diary_days")
    date = models.DateField()
    headache_hours = models.DecimalField(max_digits=4, decimal_places=2)
    worst_pain = models.PositiveSmallIntegerField(help_text="0 none, 1 mild, 2 moderate, 3 severe")
    migraine = models.BooleanField(default=False)
    triptan_doses = models.PositiveSmallIntegerField(default=0)
    simple_analgesic_doses = models.PositiveSmallIntegerField(default=0)
    source = models.CharField(max_length=10, choices=Source)
    entered_at = models.DateTimeField()
    # What a day said before it was edited stays readable.
    history = HistoricalRecords()

    class Meta:
        ordering = ["patient_id", "date"]
        constraints = [
            models.UniqueConstraint(fields=["patient", "date"], name="one_diary_row_per_day"),
            models.CheckConstraint(
                condition=Q(headache_hours__gte=Decimal(0), headache_hours__lte=Decimal(24)), name="diary_0_to_24_hours"
            ),
            models.CheckConstraint(condition=Q(worst_pain__lte=3), name="diary_pain_0_to_3"),
            models.CheckConstraint(
                condition=Q(migraine=False) | Q(headache_hours__gt=Decimal(0)), name="diary_migraine_implies_headache"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.date:%Y-%m-%d}"
