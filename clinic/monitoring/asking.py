"""Who may ask how the machine stands: its own neighbours by address, everybody else by a secret."""

import ipaddress

from django.conf import settings
from django.http import HttpRequest
from django.utils.crypto import constant_time_compare

from clinic.network import read_address


def may_ask(request: HttpRequest) -> bool:
    """Return whether this is a monitor of ours."""
    kind, _, secret = request.headers.get("Authorization", "").partition(" ")
    if settings.MONITOR_TOKEN and kind.lower() == "bearer":
        return constant_time_compare(secret.strip(), settings.MONITOR_TOKEN)
    return _is_neighbour(request)


def _is_neighbour(request: HttpRequest) -> bool:
    """What a proxy hands on comes from outside, however near the proxy is."""
    if not settings.BEHIND_PROXY and "X-Forwarded-For" in request.headers:
        return False
    address = request.headers.get("X-Forwarded-For", request.META.get("REMOTE_ADDR", "")).rpartition(",")[2].strip()
    caller = read_address(address)
    if caller is None:
        return False
    return any(caller in ipaddress.ip_network(one, strict=False) for one in settings.MONITOR_ADDRESSES)
