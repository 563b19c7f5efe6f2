"""The level before treatment, frozen at the first injection."""

import uuid

from django.db import models
from django.db.models import F, Q

from clinic.constraints import Frozen
from clinic.fields import EncryptedTextField
from clinic.models import Clinic, User
from patients.diary import Window
from patients.eligibility import WINDOW_DAYS, Count
from patients.models.assessment import Assessment
from patients.models.patient import Patient
from patients.scales import HIT6


class BaselineQuerySet(models.QuerySet["Baseline"]):
    """Which version counts."""

    def newest(self) -> "BaselineQuerySet":
        """Return the versions that none has corrected; of several treatments the last one first."""
        return self.filter(corrected_by__isnull=True).order_by("patient_id", "-given_on")


class Baseline(models.Model):
    """One version of what a person had in the 28 days before a first injection. The database refuses any change to it.

    A correction is a new version that names the old one; each is corrected at most once. Treatment that begins again
    after a stop has a baseline of its own, under its own first day, and the old one stays (clinical rules 8 and 25).
    """

    class Source(models.TextChoices):
        """Where the numbers come from."""

        DIARY = "diary", "Diary"
        ASSESSMENT = "assessment", "Signed assessment"
        TOLD = "told", "Written down by hand"

    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="+")
    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="+")
    given_on = models.DateField(help_text="the first injection of the treatment it belongs to")
    last = models.DateField(help_text="the last of the 28 days counted")
    source = models.CharField(max_length=10, choices=Source)
    assessment = models.ForeignKey(Assessment, on_delete=models.PROTECT, null=True, related_name="+")
    days_recorded = models.PositiveSmallIntegerField(null=True, help_text="of 28; empty where only counts were told")
    headache_days = models.PositiveSmallIntegerField()
    migraine_days = models.PositiveSmallIntegerField(null=True)
    long_headache_days = models.PositiveSmallIntegerField(null=True)
    headache_hours = models.PositiveSmallIntegerField(null=True, help_text="only where the length of each is known")
    medicine_days = models.PositiveSmallIntegerField(null=True, help_text="days with an acute medicine")
    symptoms: models.JSONField[dict[str, int], dict[str, int]] = models.JSONField(
        default=dict, help_text="days with each of patients.diary.SYMPTOMS"
    )
    hit6 = models.PositiveSmallIntegerField(null=True)
    corrects = models.OneToOneField("self", on_delete=models.PROTECT, null=True, related_name="corrected_by")
    reason = EncryptedTextField(blank=True, default="", help_text="why it was corrected, or written down by hand")
    frozen_at = models.DateTimeField()
    frozen_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")

    objects = BaselineQuerySet.as_manager()

    class Meta:
        ordering = ["patient_id", "-given_on", "id"]
        constraints = [
            Frozen(name="baseline_is_frozen"),
            models.UniqueConstraint(
                fields=["patient", "given_on"],
                condition=Q(corrects__isnull=True),
                name="one_first_baseline_per_treatment",
            ),
            models.CheckConstraint(
                condition=Q(corrects__isnull=True, source__in=("diary", "assessment")) | ~Q(reason=""),
                name="baseline_by_hand_says_why",
            ),
            models.CheckConstraint(
                condition=Q(migraine_days__isnull=True) | Q(migraine_days__lte=F("headache_days")),
                name="baseline_migraine_within_headache_days",
            ),
            models.CheckConstraint(
                condition=Q(headache_days__lte=WINDOW_DAYS)
                & (Q(days_recorded__isnull=True) | Q(days_recorded__lte=WINDOW_DAYS)),
                name="baseline_counts_28_days",
            ),
            models.CheckConstraint(
                condition=Q(hit6__isnull=True) | Q(hit6__gte=HIT6[0], hit6__lte=HIT6[1]), name="baseline_hit6_in_range"
            ),
        ]

    def __str__(self) -> str:
        return f"Baseline {self.pk}"

    @property
    def count(self) -> Count:
        """Headache days with how many days they rest on, as the renewal rules take them."""
        return Count(self.headache_days, self.days_recorded)

    @property
    def needs_review(self) -> bool:
        """True when too few diary days were filled in to judge by: a clinician settles what counts (rule 8)."""
        return not self.count.enough

    @property
    def window(self) -> Window:
        """The counts as the response takes them; what was told as a whole counts for all 28 days."""
        return Window(
            last=self.last,
            days_recorded=WINDOW_DAYS if self.days_recorded is None else self.days_recorded,
            headache_days=self.headache_days,
            long_headache_days=self.long_headache_days or 0,
            migraine_days=self.migraine_days or 0,
            hours=self.headache_hours or 0,
            medicine_days=self.medicine_days,
            symptoms=self.symptoms,
        )

    @property
    def came_from(self) -> str:
        """Say where the numbers come from, in words."""
        first = self.window.first
        if self.source == self.Source.DIARY:
            return f"Diary, {first.day} {first:%b %Y} to {self.last.day} {self.last:%b %Y}"
        return f"{self.get_source_display()}, for the 28 days to {self.last.day} {self.last:%b %Y}"
