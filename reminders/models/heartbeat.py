"""The last sign of life of what runs by itself."""

import datetime as dt

from django.db import models


class Heartbeat(models.Model):
    """When a part of the sender service was last seen at work. One row each for the whole installation."""

    class Part(models.TextChoices):
        """What has to live for messages to go out."""

        WORKER = "worker", "Worker"
        BEAT = "beat", "Beat"

    part = models.CharField(max_length=6, choices=Part, primary_key=True)
    at = models.DateTimeField()

    class Meta:
        ordering = ["part"]

    def __str__(self) -> str:
        return self.part

    @classmethod
    def note(cls, part: Part, at: dt.datetime) -> None:
        """Write down that a part lives."""
        cls.objects.update_or_create(part=part, defaults={"at": at})
