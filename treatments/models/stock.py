"""Vials in the refrigerator, one row a vial, and the lots that were recalled."""

import uuid

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Trim, Upper

from clinic.constraints import Frozen
from clinic.models import Clinic, User
from patients.models import Patient
from treatments.models.session import TreatmentSession
from treatments.protocol import VIAL_STRENGTHS


class StockVial(models.Model):
    """One vial as it was delivered, and what became of it. Single-dose: it serves one session and is never shared."""

    class State(models.TextChoices):
        """Where the vial is."""

        IN_STOCK = "in_stock", "In stock"
        USED = "used", "Used"
        DISCARDED = "discarded", "Discarded"
        RECALLED = "recalled", "Recalled, set aside"

    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="+")
    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    ndc = models.CharField("NDC", max_length=13, blank=True, help_text="as printed on the carton; empty outside the US")
    strength = models.PositiveSmallIntegerField(help_text="units as supplied")
    lot = models.CharField(max_length=30)
    expires_on = models.DateField()
    received_on = models.DateField()
    received_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    # A pharmacy sends some vials for one named person; they may serve nobody else.
    owner = models.ForeignKey(Patient, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    state = models.CharField(max_length=9, choices=State, default=State.IN_STOCK)
    session = models.ForeignKey(TreatmentSession, on_delete=models.PROTECT, null=True, related_name="+")
    discard_reason = models.CharField(max_length=200, blank=True)
    settled_at = models.DateTimeField(null=True, help_text="when it left the stock")
    settled_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["expires_on", "received_on", "id"]  # first expiry, first out
        indexes = [
            models.Index(fields=["clinic", "state", "expires_on"], name="stock_first_expiry"),
            models.Index(fields=["clinic", "lot"], name="stock_lot"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(strength__in=VIAL_STRENGTHS), name="stock_strength_as_supplied"),
            models.CheckConstraint(condition=~Q(lot=""), name="stock_vial_has_a_lot"),
            models.CheckConstraint(condition=Q(lot=Upper(Trim("lot"))), name="stock_lot_as_it_is_looked_up"),
            models.CheckConstraint(condition=Q(expires_on__gte=F("received_on")), name="stock_not_expired_on_arrival"),
            models.CheckConstraint(
                condition=Q(state="used", session__isnull=False) | (~Q(state="used") & Q(session__isnull=True)),
                name="used_vial_names_its_session",
            ),
            models.CheckConstraint(
                condition=~Q(state="discarded") | ~Q(discard_reason=""), name="discarded_vial_says_why"
            ),
            models.CheckConstraint(
                condition=Q(state="in_stock", settled_at__isnull=True, settled_by__isnull=True)
                | (~Q(state="in_stock") & Q(settled_at__isnull=False, settled_by__isnull=False)),
                name="vial_out_of_stock_says_who_and_when",
            ),
        ]

    def __str__(self) -> str:
        return f"Stock vial {self.pk}"


class LotRecall(models.Model):
    """A lot that the maker or a regulator called back. From that day on the database refuses any vial of it."""

    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="+")
    lot = models.CharField(max_length=30)
    recalled_on = models.DateField()
    reason = models.CharField(max_length=200)
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-recalled_on", "-id"]
        constraints = [
            Frozen(name="lot_recall_is_append_only"),
            models.UniqueConstraint(fields=["clinic", "lot"], name="one_recall_per_lot"),
            models.CheckConstraint(condition=Q(lot=Upper(Trim("lot"))), name="recalled_lot_as_it_is_looked_up"),
        ]

    def __str__(self) -> str:
        return f"Recall {self.pk}"
