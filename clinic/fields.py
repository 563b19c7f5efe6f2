"""Columns with texts that only the application can read."""

import re
from collections.abc import Callable
from typing import Any

from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.db import models


def cipher() -> MultiFernet:
    """Return the cipher of the configured keys: the first encrypts, all decrypt, so keys can rotate."""
    return MultiFernet([Fernet(key) for key in settings.FIELD_ENCRYPTION_KEYS])


def read(token: str) -> str:
    """Return an encrypted text in words."""
    return cipher().decrypt(token.encode()).decode()


# How an encrypted text looks, wherever it stands: the shortest has a hundred letters.
TOKEN = re.compile(r"(?<![\w-])gAAAA[\w-]{93,}=*", re.ASCII)


def each_token(stored: str, change: Callable[[str], str]) -> str:
    """Return what a column holds with each encrypted text in it changed."""
    return TOKEN.sub(lambda found: change(found[0]), stored)


class EncryptedTextField(models.TextField[str, str]):
    """Clinical free text, encrypted at rest. An empty text stays empty, so that "none given" can be asked of the database."""

    def get_prep_value(self, value: Any) -> Any:
        """Encrypt on the way in."""
        text = super().get_prep_value(value)
        return cipher().encrypt(text.encode()).decode() if text else text

    def from_db_value(self, value: str | None, expression: object, connection: object) -> str | None:
        """Decrypt on the way out."""
        return read(value) if value else value


class TextsInsideField(models.JSONField):
    """JSON some of whose values are encrypted texts, as they were in the columns they came from."""
