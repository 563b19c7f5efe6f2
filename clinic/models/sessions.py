"""Where staff are signed in."""

import hashlib
import uuid
from importlib import import_module
from typing import Any

from django.conf import settings
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models

from clinic.models.people import User


class StaffSession(AbstractBaseSession):
    """One browser that is signed in, or about to be. Deleting it signs that browser out."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, null=True, related_name="+")
    device = models.CharField(max_length=40, blank=True)
    network = models.CharField(max_length=40, blank=True)
    began_at = models.DateTimeField(null=True)
    seen_at = models.DateTimeField()

    @classmethod
    def get_session_store_class(cls) -> Any:
        """Return what reads and writes the rows."""
        return import_module(settings.SESSION_ENGINE).SessionStore

    @property
    def uid(self) -> uuid.UUID:
        """A name to show and to post: the key itself would let its reader in."""
        return uuid.UUID(bytes=hashlib.sha256(self.session_key.encode()).digest()[:16])
