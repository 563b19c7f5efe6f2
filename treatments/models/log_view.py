"""A way to look at the session log that somebody wants to come back to."""

import uuid

from django.db import models
from django.db.models import Q

from clinic.models import Clinic, User


class LogView(models.Model):
    """Filters of the log under a name: one person's own, or the whole clinic's where ``owner`` is empty."""

    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="+")
    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    owner = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    name = models.CharField(max_length=40)
    query = models.CharField(max_length=500, help_text="the filters as the address carries them")
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()

    class Meta:
        ordering = ["clinic_id", "name", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["clinic", "name"], condition=Q(owner__isnull=True), name="one_log_view_per_name_at_a_clinic"
            ),
            models.UniqueConstraint(
                fields=["clinic", "owner", "name"],
                condition=Q(owner__isnull=False),
                name="one_log_view_per_name_of_a_person",
            ),
        ]

    def __str__(self) -> str:
        return f"Log view {self.pk}"
