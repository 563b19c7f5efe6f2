"""The links through which a person reaches their own pages without a log-in."""

import datetime as dt
import uuid

from django.db import models
from django.urls import reverse

from clinic.models import Clinic, User
from patients.models import Patient
from reminders import timing
from reminders.models.reminder import Reminder
from treatments.models import Status, TreatmentSession


class SecretLink(models.Model):
    """One secret address. Only its hash is kept: who reads the database cannot answer for a patient."""

    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="+")
    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    token_hash = models.CharField(max_length=64, unique=True, help_text="SHA-256, hexadecimal")
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    revoked_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")

    # What the address holds; known only while somebody has it open.
    token = ""  # nosec B105
    # The name of the page that the address leads to.
    first_page = ""

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{type(self).__name__} {self.pk}"

    @property
    def home(self) -> str:
        """The page that the address leads to."""
        return reverse(self.first_page, args=[self.token])

    @property
    def person(self) -> Patient:
        """Whose pages it opens."""
        raise NotImplementedError

    def has_ended(self, now: dt.datetime) -> bool:
        """Return whether it leads nowhere any more."""
        return self.revoked_at is not None or self.expires_at <= now


class PatientLink(SecretLink):
    """The address in one message about one visit, or about booking one."""

    reminder = models.ForeignKey(Reminder, on_delete=models.PROTECT, related_name="links")
    # Empty when the message asked the person to book: there is no visit yet.
    session = models.ForeignKey(TreatmentSession, on_delete=models.PROTECT, null=True, related_name="+")

    first_page = "reminders:visit"

    class Meta:
        ordering = ["id"]

    @property
    def person(self) -> Patient:
        """Whom the message was for."""
        return self.reminder.patient

    def has_ended(self, now: dt.datetime) -> bool:
        """Return whether it leads nowhere any more: also when its visit has been brought forward, and is over."""
        return super().has_ended(now) or self._visit_is_over(now)

    def _visit_is_over(self, now: dt.datetime) -> bool:
        """A cancelled visit is never over: its link asks for another one."""
        visit = self.session
        if visit is None or visit.status == Status.CANCELLED:
            return False
        return timing.link_end(visit.local_date, self.clinic.zone) <= now


class DiaryLink(SecretLink):
    """The address of a person's own diary. It belongs to no visit, and opens nothing without the date of birth."""

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="+")
    # Empty when staff handed it over.
    reminder = models.ForeignKey(Reminder, on_delete=models.PROTECT, null=True, related_name="diary_links")
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")

    first_page = "reminders:diary"

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["patient", "expires_at"], name="diary_link_of_patient")]

    @property
    def person(self) -> Patient:
        """Whose diary it is."""
        return self.patient
