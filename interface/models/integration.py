"""Another program that may ask us, and what it booked."""

import uuid

from django.db import models
from django.db.models import Q

from clinic.models import Clinic, User
from interface.scopes import WORDS
from treatments.models import TreatmentSession


class Integration(models.Model):
    """One program with one token at one clinic. It acts under a user of its own, who can never log in.

    A new token is a new integration: the old one can go on until the program has changed over.
    """

    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="+")
    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(max_length=60)
    user = models.OneToOneField(User, on_delete=models.PROTECT, related_name="+")
    scopes: models.JSONField[list[str], list[str]] = models.JSONField()
    token_hash = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    kept_at = models.DateTimeField(null=True, help_text="when an admin took over what another had made")
    kept_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    revoked_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    last_used_at = models.DateTimeField(null=True, help_text="to the minute")

    class Meta:
        ordering = ["-made_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["clinic", "name"], condition=Q(revoked_at__isnull=True), name="one_live_integration_per_name"
            ),
            models.CheckConstraint(
                condition=Q(revoked_at__isnull=True, revoked_by__isnull=True)
                | Q(revoked_at__isnull=False, revoked_by__isnull=False),
                name="revoked_integration_says_by_whom",
            ),
            models.CheckConstraint(
                condition=Q(kept_at__isnull=True, kept_by__isnull=True)
                | Q(kept_at__isnull=False, kept_by__isnull=False),
                name="kept_integration_says_by_whom",
            ),
            models.CheckConstraint(
                condition=Q(expires_at__gt=models.F("made_at")), name="integration_ends_after_start"
            ),
        ]

    def __str__(self) -> str:
        return f"Integration {self.pk}"

    @property
    def may(self) -> list[str]:
        """What it was allowed, in words."""
        return [WORDS.get(scope, scope) for scope in self.scopes]


class BookedAs(models.Model):
    """What another program calls a visit. The same name sent twice books once."""

    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="+")
    session = models.ForeignKey(TreatmentSession, on_delete=models.PROTECT, related_name="+")
    integration = models.ForeignKey(Integration, on_delete=models.PROTECT, related_name="+")
    system = models.CharField(max_length=200, blank=True)
    value = models.CharField(max_length=100)

    class Meta:
        ordering = ["id"]
        verbose_name_plural = "booked as"
        constraints = [
            models.UniqueConstraint(fields=["clinic", "system", "value"], name="one_visit_per_outside_name"),
            models.CheckConstraint(condition=~Q(value=""), name="outside_name_is_not_empty"),
        ]

    def __str__(self) -> str:
        return f"Name of session {self.session_id}"
