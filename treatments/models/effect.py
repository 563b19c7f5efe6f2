"""A side effect somebody reported, and the task it makes until it is settled."""

import uuid

from django.db import models
from django.db.models import F, Q
from simple_history.models import HistoricalRecords

from clinic.fields import EncryptedTextField
from clinic.models import Clinic, User
from patients.models import Patient
from treatments.effects import catalogue
from treatments.models.session import TreatmentSession


class SideEffect(models.Model):
    """One effect of one person. Open until somebody who may act closes it with what came of it."""

    class Level(models.TextChoices):
        """How quickly somebody has to act (`treatments.effects.catalogue.triage`)."""

        EMERGENCY = catalogue.Level.EMERGENCY.value, "Emergency"
        SAME_DAY = catalogue.Level.SAME_DAY.value, "Same day"
        ROUTINE = catalogue.Level.ROUTINE.value, "Routine"

    class Severity(models.TextChoices):
        """How bad the person finds it."""

        MILD = catalogue.Severity.MILD.value, "Mild"
        MODERATE = catalogue.Severity.MODERATE.value, "Moderate"
        SEVERE = catalogue.Severity.SEVERE.value, "Severe"

    class Seriousness(models.TextChoices):
        """Why it counts as serious for a regulator; the same list in the United States and the United Kingdom."""

        NONE = "", "Not serious"
        DEATH = "death", "Death"
        LIFE = "life", "Life-threatening"
        HOSPITAL = "hospital", "Hospital stay"
        DISABILITY = "disability", "Lasting disability"
        BIRTH = "birth", "Birth defect"
        INTERVENTION = "intervention", "Needed treatment to prevent one of these"
        OTHER = "other", "Other important event"

    class Outcome(models.TextChoices):
        """What came of it."""

        RECOVERED = "recovered", "Recovered"
        RECOVERING = "recovering", "Getting better"
        LASTING = "lasting", "Not better"
        FATAL = "fatal", "Died"
        UNKNOWN = "unknown", "Not known"

    class Report(models.TextChoices):
        """Whether the regulator has to hear of it."""

        NONE = "", "No report needed"
        NEEDED = "needed", "Report to be made"
        MADE = "made", "Reported"
        DECLINED = "declined", "Not reported"

    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="+")
    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="+")
    # The last session given before it began, where there is one: it leads to the lot.
    session = models.ForeignKey(TreatmentSession, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    effect = models.CharField(max_length=20, help_text="key in treatments.effects.catalogue, or other")
    words = EncryptedTextField(blank=True, default="", help_text="in the person's own words")
    severity = models.CharField(max_length=8, choices=Severity)
    seriousness = models.CharField(max_length=12, choices=Seriousness, blank=True, default=Seriousness.NONE)
    level = models.CharField(max_length=9, choices=Level)
    began_on = models.DateField()
    ended_on = models.DateField(null=True, blank=True)
    reported_at = models.DateTimeField()
    reported_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    outcome = models.CharField(max_length=10, choices=Outcome, blank=True, default="")
    advice = EncryptedTextField(blank=True, default="")
    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    report = models.CharField(max_length=8, choices=Report, blank=True, default=Report.NONE)
    report_note = EncryptedTextField(blank=True, default="", help_text="the regulator's number, or why none was made")
    history = HistoricalRecords()

    class Meta:
        ordering = ["-reported_at", "-id"]
        indexes = [
            models.Index(fields=["clinic", "level"], condition=Q(closed_at__isnull=True), name="effect_open"),
            models.Index(fields=["patient", "-reported_at"], name="effect_of_patient"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True, closed_by__isnull=True, outcome="")
                | (Q(closed_at__isnull=False, closed_by__isnull=False) & ~Q(outcome="")),
                name="closed_effect_says_what_came_of_it",
            ),
            models.CheckConstraint(
                condition=Q(ended_on__isnull=True) | Q(ended_on__gte=F("began_on")), name="effect_ends_after_it_began"
            ),
            models.CheckConstraint(
                condition=Q(seriousness="") | ~Q(report=""), name="serious_effect_is_reported_or_declined"
            ),
            models.CheckConstraint(
                condition=~Q(report__in=("made", "declined")) | ~Q(report_note=""), name="effect_report_has_its_note"
            ),
        ]

    def __str__(self) -> str:
        return f"Side effect {self.pk}"

    @property
    def label(self) -> str:
        """The effect in words."""
        return catalogue.label(self.effect)

    @property
    def what_to_do(self) -> str:
        """What whoever reads this has to do now."""
        return catalogue.WHAT_TO_DO[catalogue.Level(self.level)]
