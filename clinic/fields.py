"""A text column that only the application can read."""

from typing import Any

from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.db import models


def cipher() -> MultiFernet:
    """Return the cipher of the configured keys: the first encrypts, all decrypt, so keys can rotate."""
    return MultiFernet([Fernet(key) for key in settings.FIELD_ENCRYPTION_KEYS])


class EncryptedTextField(models.TextField[str, str]):
    """Clinical free text, encrypted at rest. An empty text stays empty, so that "none given" can be asked of the database."""

    def get_prep_value(self, value: Any) -> Any:
        """Encrypt on the way in."""
        text = super().get_prep_value(value)
        return cipher().encrypt(text.encode()).decode() if text else text

    def from_db_value(self, value: str | None, expression: object, connection: object) -> str | None:
        """Decrypt on the way out."""
        return cipher().decrypt(value.encode()).decode() if value else value
