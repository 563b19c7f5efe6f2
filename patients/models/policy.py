"""A clinic's own sets of thresholds."""

import uuid

from django.db import models
from django.db.models import Q

from clinic.constraints import Frozen
from clinic.models import Clinic, User
from patients.eligibility import policy as policies


class Policy(models.Model):
    """One version of a clinic's own policy, such as a payer's. An edit is a new row, so no version ever changes.

    The policies that everybody has (label, ICHD-3, NICE, EHF) are in `patients.eligibility`, with their sources.
    """

    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="+")
    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    # What the versions of one policy have in common, and its address.
    family = models.UUIDField(default=uuid.uuid4, editable=False)
    version = models.PositiveSmallIntegerField(default=1)
    name = models.CharField(max_length=80)
    rules = models.JSONField(help_text="the thresholds, as patients.eligibility.Policy has them")
    # A version with in_use False says that the policy is not offered any more.
    in_use = models.BooleanField(default=True)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name_plural = "policies"
        ordering = ["clinic_id", "family", "-version"]
        indexes = [models.Index(fields=["clinic", "family", "-version"], name="policy_newest_version")]
        constraints = [
            models.UniqueConstraint(fields=["clinic", "family", "version"], name="one_policy_row_per_version"),
            models.CheckConstraint(condition=Q(version__gte=1), name="policy_versions_start_at_one"),
            Frozen(name="policy_version_is_frozen"),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.version}"

    def policy(self) -> policies.Policy:
        """Return the thresholds as the rules take them."""
        own = {"key": str(self.family), "name": self.name, "version": self.version}
        return policies.from_plain(self.rules | own)
