"""How an installation begins: the address that lets the first admin in once, and what a new clinic has yet to settle."""

from django.db import models

from clinic.models.clinic import Clinic
from clinic.models.people import User


class SetUpToken(models.Model):
    """An address that makes the first log-in. It works once, for a day, and only while nobody can log in at all."""

    token_hash = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"Set-up {self.pk}"


class FirstStep(models.Model):
    """One thing a new clinic has to settle. A clinic without such rows was set up another way and is not asked."""

    class State(models.TextChoices):
        """What an admin said of it; what can be seen from the settings themselves is not kept here."""

        OPEN = "open", "Not started"
        DONE = "done", "Done"
        SKIPPED = "skipped", "Skipped"

    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="+")
    key = models.CharField(max_length=20, help_text="see clinic.first_run.steps")
    state = models.CharField(max_length=7, choices=State, default=State.OPEN)
    by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["clinic_id", "id"]
        constraints = [models.UniqueConstraint(fields=["clinic", "key"], name="one_row_per_first_step")]

    def __str__(self) -> str:
        return self.key
