"""How often something was tried from one place: what a limit is kept by."""

from django.db import models


class Tries(models.Model):
    """Tries in one stretch of time. In the database, so that a limit holds whichever process answers."""

    # A keyed hash of what is limited and for whom: no address of a device is kept.
    key = models.CharField(max_length=64, unique=True)
    since = models.DateTimeField(db_index=True)
    number = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["id"]
        verbose_name_plural = "tries"

    def __str__(self) -> str:
        return f"Tries {self.pk}"
