"""The signature of a call, as the Standard Webhooks specification has it; libraries for many languages check it.

HMAC-SHA256 over ID.TIMESTAMP.BODY, base64, one for each secret that holds:
https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

import base64
import binascii
import hmac
import secrets
from collections.abc import Iterable

PREFIX = "whsec_"
# How old a call may be, in seconds; one that was recorded and is sent again later is refused.
TOLERANCE = 5 * 60


def new_secret() -> str:
    """Return a secret of 256 bits."""
    return PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()


def sign(identity: str, timestamp: int, body: bytes, keys: Iterable[str]) -> str:
    """Return the header webhook-signature."""
    return " ".join(f"v1,{_digest(identity, timestamp, body, key)}" for key in keys)


def is_genuine(identity: str, timestamp: str, body: bytes, header: str, secret: str, now: int) -> bool:
    """Return whether a call comes from us and is fresh. For whoever is called; our tests are the first of them."""
    if not timestamp.isascii() or not timestamp.isdigit() or abs(now - int(timestamp)) > TOLERANCE:
        return False
    expected = f"v1,{_digest(identity, int(timestamp), body, secret)}"
    return any(hmac.compare_digest(expected.encode(), part.encode()) for part in header.split(" "))


def _digest(identity: str, timestamp: int, body: bytes, secret: str) -> str:
    try:
        key = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except binascii.Error as error:
        raise ValueError("a secret begins with whsec_ and is base64") from error
    content = f"{identity}.{timestamp}.".encode() + body
    return base64.b64encode(hmac.new(key, content, "sha256").digest()).decode()
