"""The trace that reading, exporting and printing leave."""

from django.db import models

from clinic.constraints import Frozen
from clinic.models.clinic import Clinic
from clinic.models.people import User


class AuditEntry(models.Model):
    """Who did what to which record, when. Ids only, never content; the database refuses any change to it."""

    class Action(models.TextChoices):
        """What was done. Changes carry their own history; this log also knows who only looked."""

        READ = "read", "Opened a record"
        SEARCH = "search", "Searched"
        CREATE = "create", "Created"
        CHANGE = "change", "Changed"
        SIGN = "sign", "Signed"
        EXPORT = "export", "Exported"
        PRINT = "print", "Printed"
        IMPORT = "import", "Imported"

    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="+")
    actor = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()
    action = models.CharField(max_length=10, choices=Action)
    # What it was done to, such as "patient", and its uid where it has one.
    kind = models.CharField(max_length=40)
    subject = models.UUIDField(null=True)
    # How many rows an export, a search or an import touched.
    rows = models.PositiveIntegerField(null=True)

    class Meta:
        verbose_name_plural = "audit entries"
        indexes = [
            models.Index(fields=["clinic", "-at"], name="audit_clinic_newest"),
            models.Index(fields=["subject", "-at"], name="audit_subject_newest"),  # "who looked at this patient?"
        ]
        constraints = [Frozen(name="audit_is_append_only")]

    def __str__(self) -> str:
        return f"{self.action} {self.kind} {self.subject}"
