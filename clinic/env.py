"""Settings from the environment, read strictly: a value nobody can misread or a refusal to start."""

import base64
import ipaddress
import os
import re
import warnings
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from email.utils import parseaddr
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

KEY_BYTES = 32
_ADDRESS = re.compile(r"[^\s@,;<>\"]+@[^\s@,;<>\"]+")
_SITE = re.compile(r"https?://([A-Za-z0-9.-]+|\[[0-9A-Fa-f:]+\])(:[1-9][0-9]{0,4})?")
# What the address of somebody else's interface may begin with.
WEB = ("https", "http")


def env_text(name: str, default: str | None = None) -> str:
    """Return variable ``name``; with no default, a start without it or with nothing in it ends in how to mend it."""
    value = os.environ.get(name, default)
    if value is None or (default is None and not value.strip()):
        raise ImproperlyConfigured(
            f"Set {name} in the environment. .env.example lists every setting and what it means."
        )
    return value


def env_secret(name: str, default: str | None = None) -> str:
    """Return a secret from ``name``, or from the file that ``name``_FILE points to (as container secrets come)."""
    path = os.environ.get(f"{name}_FILE")
    if not path:
        return env_text(name, default)
    try:
        value = Path(path).read_text().strip()
    except (OSError, UnicodeDecodeError):
        # What is no text would be quoted by its error.
        raise ImproperlyConfigured(f"{name}_FILE names {path}, which cannot be read. Who may read it?") from None
    if default is None and not value:
        raise ImproperlyConfigured(f"{name}_FILE names {path}, in which there is nothing.")
    return value


def env_keys(name: str, default: str | None = None) -> list[str]:
    """Return keys that are separated by commas, the first of which locks.

    One that is none stops the start: else every text would be refused that should be locked with it.
    """
    keys = [key.strip() for key in env_secret(name, default).split(",") if key.strip()]
    for number, key in enumerate(keys, 1):
        if not _is_key(key):
            raise ImproperlyConfigured(f"Key {number} of {name} is not one: make it as .env.example says.")
    if default is None and not keys:
        raise ImproperlyConfigured(f"There is no key in {name}: make one as .env.example says.")
    return keys


def _is_key(text: str) -> bool:
    try:
        return len(base64.urlsafe_b64decode(text)) == KEY_BYTES
    except ValueError:
        return False


def read_address(name: str, url: str, read: Callable[[str], dict[str, Any]], like: str) -> dict[str, Any]:
    """Return what ``read`` finds in an address with a password in it. Nothing of one that cannot be read is told."""
    try:
        with warnings.catch_warnings(action="ignore"):  # which would say all of it
            found = read(url)
    except (ValueError, ImproperlyConfigured):
        found = {}
    if not found:
        raise ImproperlyConfigured(
            f"{name} cannot be read. Write it like {like}; in a password write %25 for %, %2F for /, %3F for ?, "
            "%23 for #, %40 for @ and %3A for a colon."
        )
    return found


def env_address(name: str, default: str, like: str, schemes: tuple[str, ...]) -> str:
    """Return where a service is; several addresses have semicolons between them."""
    url = env_secret(name, default)
    if url != default:
        read_address(name, url, lambda given: _split(given, schemes), like)
    return url


def _split(url: str, schemes: tuple[str, ...]) -> dict[str, Any]:
    """Return the parts of each address; nothing where one is of another kind. A port that is none is a ValueError."""
    parts = [urlsplit(one) for one in url.split(";")]
    ours = [one for one in parts if one.scheme in schemes and (one.hostname or not one.netloc) and one.port != 0]
    return {"parts": parts} if len(ours) == len(parts) else {}


def env_site(name: str, default: str) -> str:
    """Return where a web site is, without a slash at its end. A folder stops the start: every link would lead past us."""
    value = env_text(name, default).rstrip("/")
    if not _SITE.fullmatch(value):
        raise ImproperlyConfigured(
            f"{name} cannot be read. Write it like https://visits.clinic.example, with its port if it has one, and nothing "
            "behind: every link in a message begins with it."
        )
    return value


def env_sender(name: str, default: str) -> str:
    """Return whom letters come from. One that cannot be read stops the start: no letter could be put together."""
    value = env_text(name, default)
    address = parseaddr(value)[1]
    if not _ADDRESS.fullmatch(address) or not (value == address or value.endswith(f"<{address}>")):
        raise ImproperlyConfigured(
            f"{name} is {value!r}. Write it like visits@clinic.example, or with a name, which a comma puts into double "
            'quotes: "Riverside, Clinic" <visits@clinic.example>.'
        )
    return value


def env_bool(name: str, *, default: bool) -> bool:
    """Return True or False. Anything but ``true`` or ``false`` stops the start: "yes" read as False disarms a lock."""
    value = os.environ.get(name)
    if value is None:
        return default
    if value.lower() not in {"true", "false"}:
        raise ImproperlyConfigured(f"{name} is {value!r}. Write true or false.")
    return value.lower() == "true"


def env_choice(name: str, default: str, choices: tuple[str, ...]) -> str:
    """Return one of a few words."""
    value = os.environ.get(name, default)
    if value not in choices:
        raise ImproperlyConfigured(f"{name} is {value!r}. Write {', '.join(choices[:-1])} or {choices[-1]}.")
    return value


def env_int(name: str, default: int, least: int = 1, most: int = 1_000_000) -> int:
    """Return a whole number. One of another unit stops the start: milliseconds would let every message go out days late."""
    value = os.environ.get(name)
    if value is None:
        return default
    try:
        number = int(value)
    except ValueError:
        number = least - 1
    if not least <= number <= most:
        raise ImproperlyConfigured(f"{name} is {value!r}. Write a whole number from {least} to {most}.")
    return number


def env_decimal(name: str) -> Decimal | None:
    """Return an amount, None where none is set."""
    value = os.environ.get(name, "").strip()
    try:
        amount = Decimal(value) if value else None
    except InvalidOperation:
        amount = Decimal("NaN")
    if amount is not None and not (amount.is_finite() and amount >= 0):
        raise ImproperlyConfigured(f"{name} is {value!r}. Write an amount such as 0.04.")
    return amount


def env_list(name: str, default: str = "") -> list[str]:
    """Return a comma-separated list without blanks."""
    return [part.strip() for part in os.environ.get(name, default).split(",") if part.strip()]


def env_networks(name: str, default: str) -> list[str]:
    """Return addresses and networks. A name stops the start: it would be looked up nowhere, and fail where one is asked."""
    found = env_list(name, default)
    for one in found:
        try:
            ipaddress.ip_network(one, strict=False)
        except ValueError as error:
            raise ImproperlyConfigured(
                f"{name} has {one!r}. Write addresses or networks such as 10.0.0.0/8."
            ) from error
    return found
