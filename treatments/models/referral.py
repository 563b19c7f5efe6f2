"""What a referral list said about a person."""

from typing import Any

from django.db import models

from clinic.models import Clinic
from patients.models import Patient

ADDRESSES = ("phone", "email")


class ReferralLine(models.Model):
    """The newest row of a referral list about one person, as it was understood.

    Without it a list that is read again would undo what staff have corrected since: it shows which fields the other
    system has changed, as against those that were changed here.
    """

    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="+")
    patient = models.OneToOneField(Patient, on_delete=models.PROTECT, related_name="+")
    said = models.JSONField()
    read_at = models.DateTimeField()

    class Meta:
        ordering = ["patient_id"]

    def __str__(self) -> str:
        return f"Referral line {self.pk}"

    def forget_addresses(self) -> None:
        """Erase the addresses, and remember that they were: an empty one is what a list says that has none."""
        self.said |= dict.fromkeys(ADDRESSES)
        self.save(update_fields=["said"])

    def heard(self, said: dict[str, Any]) -> dict[str, Any]:
        """Return what a list says now, without addresses that were erased here: they come back with a new referral alone."""
        if said["referred_on"] != self.said.get("referred_on"):
            return said
        return said | {name: None for name in ADDRESSES if self.said.get(name, "") is None}
