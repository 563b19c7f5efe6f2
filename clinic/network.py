"""Where a request comes from."""

import ipaddress

from django.conf import settings
from django.http import HttpRequest

# One household, and one telephone company's customers of an hour, may share an address.
_IPV6_HOUSEHOLD = 64


def caller(request: HttpRequest) -> str:
    """Return where a request comes from: behind a proxy the address that the nearest one saw."""
    address = str(request.META.get("REMOTE_ADDR", ""))
    if settings.BEHIND_PROXY:
        address = str(request.META.get("HTTP_X_FORWARDED_FOR", address)).rpartition(",")[2].strip()
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if parsed.version == 6 and parsed.ipv4_mapped:  # a server that listens on both writes ::ffff:192.0.2.1
        parsed = parsed.ipv4_mapped
    if parsed.version == 4:
        return str(parsed)
    return str(ipaddress.ip_network((parsed, _IPV6_HOUSEHOLD), strict=False))
