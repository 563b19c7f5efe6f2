"""The last sign of life of what runs by itself, and since when it fails."""

import datetime as dt

from django.db import models
from django.db.models.functions import Coalesce


class Heartbeat(models.Model):
    """When something that runs by itself was last seen at work. One row each for the whole installation."""

    class Part(models.TextChoices):
        """What has to live for messages to go out, and what else is done in the background."""

        WORKER = "worker", "Worker"
        BEAT = "beat", "Beat"
        FORGET = "forget", "Forgetting and erasing"
        AUDIT = "audit", "Chain of the audit log"
        HOOKS = "hooks", "Webhooks"
        BACKUP = "backup", "Copies of the data"
        INTACT = "intact", "Audit log as it was written"

    part = models.CharField(max_length=6, choices=Part, primary_key=True)
    at = models.DateTimeField()
    failing_since = models.DateTimeField(null=True, help_text="the first of the runs in a row that ended in a fault")

    class Meta:
        ordering = ["part"]

    def __str__(self) -> str:
        return self.part

    @classmethod
    def note(cls, part: Part, at: dt.datetime) -> None:
        """Write down that a part lives."""
        cls.objects.update_or_create(part=part, defaults={"at": at})

    @classmethod
    def note_done(cls, part: Part, at: dt.datetime) -> None:
        """Write down that a part did all that it had to."""
        cls.objects.update_or_create(part=part, defaults={"at": at, "failing_since": None})

    @classmethod
    def note_fault(cls, part: Part, at: dt.datetime) -> None:
        """Write down that a part did not do all that it had to; since when stays as it is."""
        cls.objects.get_or_create(part=part, defaults={"at": at})
        cls.objects.filter(part=part).update(at=at, failing_since=Coalesce("failing_since", at))
