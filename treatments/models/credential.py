"""What is on record of who injects, and what the clinic asks for."""

from django.db import models
from django.db.models import Q, Value
from simple_history.models import HistoricalRecords

from clinic.models import Clinic, Injector
from treatments import credentials


class Profession(models.TextChoices):
    """What an injector is by training."""

    NEUROLOGIST = "neurologist", "Neurologist"
    HEADACHE = "headache", "Headache specialist"
    PAIN = "pain", "Pain specialist"
    REHABILITATION = "rehabilitation", "Rehabilitation doctor"
    FAMILY = "family", "Family doctor"
    NURSE = "nurse", "Nurse or nurse practitioner"
    ASSISTANT = "assistant", "Physician assistant"
    OTHER = "other", "Other"


class InjectorCredentials(models.Model):
    """Licence and training of one injector."""

    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="+")
    injector = models.OneToOneField(Injector, on_delete=models.PROTECT, related_name="+")
    profession = models.CharField(max_length=14, choices=Profession, blank=True, default="")
    licence_number = models.CharField(max_length=40, blank=True)
    licence_until = models.DateField(null=True, blank=True)
    trained_on = models.DateField(null=True, blank=True)
    trained_by = models.CharField(max_length=80, blank=True)
    supervised_by = models.CharField(max_length=80, blank=True, default="", db_default="")
    cosmetic_only = models.BooleanField(default=False)
    history = HistoricalRecords()

    class Meta:
        ordering = ["injector_id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(licence_until__isnull=True) | ~Q(licence_number=""), name="licence_has_its_number"
            )
        ]

    def __str__(self) -> str:
        return f"Credentials {self.pk}"

    def held(self) -> credentials.Credentials:
        """Return what is on record as the rule takes it."""
        return credentials.Credentials(
            profession=self.profession,
            licence_until=self.licence_until,
            trained_on=self.trained_on,
            supervised_by=self.supervised_by,
            cosmetic_only=self.cosmetic_only,
        )


class InjectingPolicy(models.Model):
    """Whom a clinic lets inject."""

    clinic = models.OneToOneField(Clinic, on_delete=models.PROTECT, related_name="+")
    professions: models.JSONField[list[str], list[str]] = models.JSONField(default=list, help_text="empty: any")
    licence_required = models.BooleanField(default=False)
    training_required = models.BooleanField(default=False)
    supervised: models.JSONField[list[str], list[str]] = models.JSONField(
        default=list, db_default=Value([], models.JSONField()), help_text="professions that inject under a supervisor"
    )
    history = HistoricalRecords()

    def __str__(self) -> str:
        return f"Injecting policy {self.pk}"

    def asked(self) -> credentials.Policy:
        """Return what the clinic asks for as the rule takes it."""
        return credentials.Policy(
            professions=tuple(self.professions),
            licence_required=self.licence_required,
            training_required=self.training_required,
            supervised=tuple(self.supervised),
        )
