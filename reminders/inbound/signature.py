"""Whether a call really comes from our gateway: Twilio's signature.

HMAC-SHA1, keyed with the account's secret, over the full address and every parameter with its value, sorted by name:
https://www.twilio.com/docs/usage/security#validating-requests
"""

import base64
import hmac
from collections.abc import Mapping, Sequence

from django.conf import settings
from django.http import HttpRequest


def sign(url: str, values: Mapping[str, Sequence[str]], secret: str) -> str:
    """Return the signature of a call."""
    parts = [url, *(name + value for name in sorted(values) for value in sorted(set(values[name])))]
    digest = hmac.new(secret.encode(), "".join(parts).encode(), "sha1").digest()
    return base64.b64encode(digest).decode()


def is_genuine(request: HttpRequest) -> bool:
    """Return whether a call is signed with our secret. Without a secret nothing is: an empty one is known to everybody.

    The address is the public one from the settings, not what a proxy made of it.
    """
    if not settings.SMS_GATEWAY_TOKEN:
        return False
    url = f"{settings.BASE_URL}{request.get_full_path()}"
    expected = sign(url, dict(request.POST.lists()), settings.SMS_GATEWAY_TOKEN)
    return hmac.compare_digest(expected.encode(), request.headers.get("X-Twilio-Signature", "").encode())
