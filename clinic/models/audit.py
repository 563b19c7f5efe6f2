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
        ERASE = "erase", "Erased"

    clinic = models.ForeignKey(
        Clinic, on_delete=models.PROTECT, db_index=False, related_name="+"
    )  # an index begins with it
    actor = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()
    action = models.CharField(max_length=10, choices=Action)
    # What it was done to, such as "patient", and its uid where it has one.
    kind = models.CharField(max_length=40)
    subject = models.UUIDField(null=True)
    # How many rows an export, a search or an import touched.
    rows = models.PositiveIntegerField(null=True)
    # Why, as a code: the words of a reason are content.
    reason = models.CharField(max_length=30, blank=True, default="", db_default="")

    class Meta:
        verbose_name_plural = "audit entries"
        indexes = [
            models.Index(fields=["clinic", "-at"], name="audit_clinic_newest"),
            models.Index(fields=["subject", "-at"], name="audit_subject_newest"),  # "who looked at this patient?"
        ]
        constraints = [Frozen(name="audit_is_append_only")]

    def __str__(self) -> str:
        return f"{self.action} {self.kind} {self.subject}"


class AuditLink(models.Model):
    """One link of the chain over the log: the digest of an entry together with the digest of the link before.

    Entries are written without waiting for one another; `clinic.chain` links them a moment later, in one row.
    """

    position = models.PositiveBigIntegerField(primary_key=True)
    entry = models.OneToOneField(AuditEntry, on_delete=models.PROTECT, related_name="+")
    digest = models.CharField(max_length=64, help_text="SHA-256, hexadecimal")
    sealed_at = models.DateTimeField()

    class Meta:
        constraints = [Frozen(name="audit_chain_is_append_only")]

    def __str__(self) -> str:
        return f"{self.position}:{self.digest}"


class AuditHead(models.Model):
    """Where the chain ends: one row, which whoever links entries holds, so that only one does at a time."""

    position = models.PositiveBigIntegerField(default=0)
    digest = models.CharField(max_length=64, default="")
    # The newest entry that was linked; later ones, and stragglers shortly before it, may still have to be.
    newest = models.PositiveBigIntegerField(default=0)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(pk=1), name="audit_has_one_head")]

    def __str__(self) -> str:
        return f"{self.position}:{self.digest}"


class AuditCheck(models.Model):
    """How far the chain was found right: one row. The end as it was then, and where the walk over the whole stands."""

    at = models.DateTimeField(help_text="of the last look")
    position = models.PositiveBigIntegerField(default=0)
    digest = models.CharField(max_length=64, default="")
    walked = models.PositiveBigIntegerField(default=0)
    walked_digest = models.CharField(max_length=64, default="")

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(pk=1), name="audit_has_one_check")]

    def __str__(self) -> str:
        return f"{self.position}:{self.digest}"
