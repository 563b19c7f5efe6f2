"""Questionnaire totals and what the person says of the effect, on one date."""

import uuid

from django.db import models
from django.db.models import Q
from simple_history.models import HistoricalRecords

from clinic.models import Clinic, User
from patients.models import Patient
from patients.scales import HIT6
from treatments.scores import bands
from treatments.scores.bands import MIDAS, MSQ, PGIC, WEAR_OFF_WEEKS

# Questionnaires by the column of their total: what each is called, and what its number means.
TOTALS = {
    "hit6": ("HIT-6", bands.hit6_band),
    "midas": ("MIDAS", bands.midas_band),
    "msq_restrictive": ("MSQ, restrictive", bands.msq_words),
    "msq_preventive": ("MSQ, preventive", bands.msq_words),
    "msq_emotional": ("MSQ, emotional", bands.msq_words),
    "pgic": ("Change overall", bands.pgic_words),
}


def _within(field: str, low: int, high: int) -> Q:
    return Q(**{f"{field}__isnull": True}) | Q(**{f"{field}__gte": low, f"{field}__lte": high})


class OutcomeScore(models.Model):
    """Totals only: the items of HIT-6, MIDAS and MSQ belong to their owners and are not shipped."""

    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="+")
    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="+")
    taken_on = models.DateField()
    hit6 = models.PositiveSmallIntegerField(null=True, blank=True)
    midas = models.PositiveSmallIntegerField(null=True, blank=True)
    msq_restrictive = models.PositiveSmallIntegerField(null=True, blank=True)
    msq_preventive = models.PositiveSmallIntegerField(null=True, blank=True)
    msq_emotional = models.PositiveSmallIntegerField(null=True, blank=True)
    pgic = models.PositiveSmallIntegerField(null=True, blank=True, help_text="1 very much better to 7 very much worse")
    onset_weeks = models.PositiveSmallIntegerField(null=True, blank=True, help_text="weeks until it began to help")
    wear_off_week = models.PositiveSmallIntegerField(null=True, blank=True, help_text="week in which it wore off")
    did_not_wear_off = models.BooleanField(default=False, help_text="asked, and it lasted until the next session")
    entered_at = models.DateTimeField()
    entered_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    history = HistoricalRecords()

    class Meta:
        ordering = ["patient_id", "-taken_on", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["patient", "taken_on"], name="one_score_row_per_day"),
            models.CheckConstraint(condition=_within("hit6", *HIT6), name="hit6_in_range"),
            models.CheckConstraint(condition=_within("midas", *MIDAS), name="midas_in_range"),
            *(
                models.CheckConstraint(condition=_within(f"msq_{part}", *MSQ), name=f"msq_{part}_in_range")
                for part in ("restrictive", "preventive", "emotional")
            ),
            models.CheckConstraint(condition=_within("pgic", *PGIC), name="pgic_in_range"),
            models.CheckConstraint(condition=_within("wear_off_week", *WEAR_OFF_WEEKS), name="wear_off_week_in_range"),
            models.CheckConstraint(
                condition=Q(did_not_wear_off=False) | Q(wear_off_week__isnull=True), name="worn_off_or_not"
            ),
        ]

    def __str__(self) -> str:
        return f"Score {self.pk}"

    @property
    def told(self) -> list[str]:
        """Everything that was asked on this day, each in words: totals with what they mean, and how the effect went."""
        asked = [(name, getattr(self, field), words) for field, (name, words) in TOTALS.items()]
        said = [f"{name} {value} ({words(value)})" for name, value, words in asked if value is not None]
        if self.onset_weeks is not None:
            said.append(f"began to help after {self.onset_weeks} week{'s' * (self.onset_weeks != 1)}")
        if self.wear_off_week:
            said.append(f"wore off in week {self.wear_off_week}")
        return [*said, "did not wear off"] if self.did_not_wear_off else said
