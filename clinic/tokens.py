"""Secrets that open something to whoever holds them: shown once, and kept as a hash."""

import hashlib


def hash_of(token: str) -> str:
    """Return what is stored of a token. It is 128 random bits or more, so a fast hash hides it as well as a slow one."""
    return hashlib.sha256(token.encode()).hexdigest()
