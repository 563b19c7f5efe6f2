"""The one way to write signed texts anew."""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import models, transaction

from clinic.constraints import Frozen
from clinic.models.people import User


class Opening(models.Model):
    """That signed texts may be written anew, or, with ``closes``, that they may no more.

    The database lets nothing but encrypted texts through, and only while an opening has not been closed. Both rows are
    written in one transaction, so nobody else ever sees an open one; they stay, so each opening can be accounted for.
    """

    class Kind(models.TextChoices):
        """What it was for."""

        ROTATE = "rotate", "Keys changed"
        ERASE = "erase", "A person erased"

    kind = models.CharField(max_length=6, choices=Kind)
    at = models.DateTimeField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+", help_text="empty: the system")
    closes = models.OneToOneField("self", on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [Frozen(name="opening_is_append_only")]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"

    @classmethod
    @contextmanager
    def of_signed_texts(cls, *, kind: str, by: User | None, at: dt.datetime) -> Iterator[None]:
        """Let signed texts be written anew inside this block, in one transaction."""
        with transaction.atomic():
            opened = cls.objects.create(kind=kind, by=by, at=at)
            yield
            cls.objects.create(kind=kind, by=by, at=at, closes=opened)
