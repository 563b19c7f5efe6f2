"""What a signed session may be billed as: a draft that a person exports and submits."""

from django.db import models

from clinic.models import Clinic, User
from patients.diagnosis_codes import BILLABLE
from treatments.models.session import TreatmentSession


class ClaimDraft(models.Model):
    """The diagnosis code somebody chose for a session. Its lines follow from the signed record (`treatments.claims`)."""

    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="+")
    session = models.OneToOneField(TreatmentSession, on_delete=models.PROTECT, related_name="claim_draft")
    diagnosis_code = models.CharField(max_length=8)
    drafted_at = models.DateTimeField()
    drafted_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    exported_at = models.DateTimeField(null=True)
    exported_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["-session_id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(diagnosis_code__in=sorted(BILLABLE)), name="claim_has_a_billable_code"
            ),
            models.CheckConstraint(
                condition=models.Q(exported_at__isnull=True, exported_by__isnull=True)
                | models.Q(exported_at__isnull=False, exported_by__isnull=False),
                name="claim_exported_by_someone",
            ),
        ]

    def __str__(self) -> str:
        return f"Claim draft {self.pk}"
