"""Asking somebody to work at a clinic."""

import datetime as dt
import uuid

from django.db import models

from clinic.models.clinic import Clinic
from clinic.models.people import Role, User


class Invitation(models.Model):
    """A letter to one address with one role at one clinic. It is taken once, and only while it lasts."""

    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="+")
    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    email = models.EmailField(max_length=254)
    role = models.CharField(max_length=20, choices=Role)
    token_hash = models.CharField(max_length=64, unique=True)
    invited_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    invited_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    # Taken by the person, or taken back by an admin: either way it is over.
    taken_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["-invited_at"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(taken_at__isnull=True) | models.Q(withdrawn_at__isnull=True),
                name="invitation_taken_or_withdrawn",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_role_display()} at {self.clinic}"

    def open_at(self, at: dt.datetime) -> bool:
        """Return whether it can still be taken."""
        return self.taken_at is None and self.withdrawn_at is None and self.expires_at > at
