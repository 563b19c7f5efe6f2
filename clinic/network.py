"""Where a request comes from."""

import ipaddress
import re

from django.conf import settings
from django.http import HttpRequest

# One household, and one telephone company's customers of an hour, may share an address.
_IPV6_HOUSEHOLD = 64
# Some balancers write the port beside it: 192.0.2.1:50123, [2001:db8::1]:50123.
_WITH_PORT = re.compile(r"(?P<v4>[\d.]+):\d+|\[(?P<v6>[^\]]+)\](:\d+)?", re.ASCII)


def caller(request: HttpRequest) -> str:
    """Return where a request comes from: behind a proxy the address that the nearest one saw."""
    address = str(request.META.get("REMOTE_ADDR", ""))
    if settings.BEHIND_PROXY:
        address = str(request.META.get("HTTP_X_FORWARDED_FOR", address)).rpartition(",")[2].strip()
    parsed = read_address(address)
    if parsed is None:
        return address
    if parsed.version == 4:
        return str(parsed)
    return str(ipaddress.ip_network((parsed, _IPV6_HOUSEHOLD), strict=False))


def read_address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """Return an address however a server or a balancer writes it; None where it is none."""
    try:
        parsed = ipaddress.ip_address(_without_port(text))
    except ValueError:
        return None
    if parsed.version == 6 and parsed.ipv4_mapped:  # a server that listens on both writes ::ffff:192.0.2.1
        return parsed.ipv4_mapped
    return parsed


def _without_port(address: str) -> str:
    found = _WITH_PORT.fullmatch(address)
    return found["v4"] or found["v6"] if found else address
