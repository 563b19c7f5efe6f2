"""A call instead of a message."""

from django.db import models

from clinic.models import Clinic, User
from treatments.models import TreatmentSession


class VisitCall(models.Model):
    """Somebody spoke to the patient about one visit at its present time, because no message had reached them."""

    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="+")
    session = models.ForeignKey(TreatmentSession, on_delete=models.PROTECT, related_name="+")
    session_version = models.PositiveIntegerField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["session_id", "session_version"]
        constraints = [models.UniqueConstraint(fields=["session", "session_version"], name="one_call_per_visit")]

    def __str__(self) -> str:
        return f"Call about session {self.session_id}"
