"""Where a call may go: to the open internet and nowhere else. What an admin types must not reach into our own network.

The name is looked up once and the call goes to the address that was checked, so that a name which answers differently
the second time gains nothing. Source: OWASP, Server Side Request Forgery Prevention.
"""

import ipaddress
import socket
import threading
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings

LOCAL = "127.0.0.1"
# The usual five for a first name server that is silent, and time for the second one's answer.
LOOK_UP_SECONDS = 8
# What the open internet has of IPv6. Outside lie forms that carry an address of version 4, which may be private, and
# networks of one house; not all of them are known to Python. Source: IANA, IPv6 Global Unicast Address Assignments.
_GLOBAL = ipaddress.ip_network("2000::/3")
# Ranges inside that carry another address, too: 6to4 and Teredo.
_WRAPPED = tuple(ipaddress.ip_network(one) for one in ("2002::/16", "2001::/32"))


class Unfit(Exception):
    """The address may not be called; the text says why, for the admin."""


class Unanswered(Unfit):
    """No name server answered: asked again, it would take as long."""


@dataclass(frozen=True)
class Target:
    """An address taken apart."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def local(self) -> bool:
        """Whether it is this machine, as in a demo."""
        return self.host == LOCAL


def read(url: str) -> Target:
    """Take an address apart. Raises Unfit for one that can never be called."""
    if not url.isascii() or any(character.isspace() or ord(character) < 32 for character in url):
        raise Unfit("Write the address without spaces and special letters.")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise Unfit("This is not an address.") from error
    host = (parts.hostname or "").rstrip(".")
    if not host or parts.username is not None or parts.password is not None or parts.fragment or "\\" in url:
        raise Unfit("Write an address such as https://hospital.example/visits, with no log-in in it.")
    target = Target(
        parts.scheme, host, port or (443 if parts.scheme == "https" else 80), _path(parts.path, parts.query)
    )
    if parts.scheme != "https" and not (parts.scheme == "http" and target.local and settings.DEMO):
        raise Unfit("The address has to begin with https://.")
    if _literal(host) is not None and not (target.local and settings.DEMO):
        raise Unfit("Write the name of a server, not its number.")
    return target


def resolve(target: Target) -> str:
    """Return the one address to call.

    Raises Unfit when the name is not known or leads to a network of our own, Unanswered when nobody says.
    """
    if target.local and settings.DEMO:
        return LOCAL
    try:
        found = _look_up(target)
    except (OSError, UnicodeError) as error:
        if isinstance(error, socket.gaierror) and error.errno == socket.EAI_AGAIN:
            raise Unanswered("The name of the server could not be looked up.") from error
        raise Unfit("The name of the server is not known.") from error
    if found is None:
        raise Unanswered("The name of the server could not be looked up.")
    addresses = [str(entry[4][0]) for entry in found]
    if not addresses or not all(public(address) for address in addresses):
        raise Unfit("The name leads to a private network.")
    return addresses[0]


def _look_up(target: Target) -> list[Any] | None:
    """Return what the name servers say, or None when they take too long: no call can be given a time for asking them."""
    found, failed = list[Any](), list[Exception]()

    def ask() -> None:
        try:
            found.extend(socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM))
        except (OSError, UnicodeError) as error:
            failed.append(error)

    # Left to itself where it takes longer: nothing waits for it, not even the end of the process.
    asking = threading.Thread(target=ask, name="name look-up", daemon=True)
    asking.start()
    asking.join(LOOK_UP_SECONDS)
    if failed:
        raise failed[0]
    return None if asking.is_alive() else found


def public(address: str) -> bool:
    """Return whether an address belongs to the open internet."""
    parsed = _literal(address)
    if parsed is None:
        return False
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped:
            return public(str(parsed.ipv4_mapped))
        if parsed not in _GLOBAL or any(parsed in network for network in _WRAPPED):
            return False
    return parsed.is_global and not parsed.is_multicast


def _literal(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        pass
    try:  # 127.1, 0x7f.1 and 2130706433 are numbers too, to some resolvers
        return ipaddress.ip_address(socket.inet_aton(text))
    except OSError:
        return None


def _path(path: str, query: str) -> str:
    return (path or "/") + (f"?{query}" if query else "")
