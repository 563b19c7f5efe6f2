"""What the frame around every page needs: menu, clinic, theme."""

from dataclasses import dataclass
from functools import cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

from clinic.access import Capability, may
from clinic.authentication import MENU_NUMBERS

THEMES = ("auto", "light", "dark", "dim")

# label, address, key after `g`, who sees it
_MENU = (
    ("Today", "treatments:today", "t", Capability.VIEW),
    ("Calendar", "treatments:calendar", "c", Capability.VIEW),
    ("Recall", "treatments:recall", "r", Capability.VIEW),
    ("Patients", "patients:search", "a", Capability.VIEW),
    ("Reminders", "reminders:centre", "m", Capability.VIEW),
    ("Inbox", "reminders:inbox", "i", Capability.VIEW),
    ("Stock", "treatments:stock", "v", Capability.STOCK),
    ("Log", "treatments:log", "l", Capability.REVIEW),
    ("Reports", "reports:first", "p", Capability.REPORT),
    ("Settings", "setup:overview", "s", Capability.SETUP),
)


@dataclass(frozen=True)
class MenuItem:
    """One entry of the top bar."""

    label: str
    url: str
    key: str
    current: bool
    number: int = 0
    number_words: str = ""


def frame(request: HttpRequest) -> dict[str, Any]:
    """Return the template context that base.html builds on."""
    membership = getattr(request, "membership", None)
    numbers = getattr(membership, "menu_numbers", {})
    theme = request.COOKIES.get("theme", "auto")
    return {
        "nav": [
            MenuItem(label, url, key, request.path.startswith(url), *_number(key, numbers))
            for label, url, key, capability in _menu()
            if may(membership, capability)
        ],
        "registers": may(membership, Capability.REGISTER),
        "membership": membership,
        "memberships": getattr(request, "memberships", []),
        "theme": theme if theme in THEMES else "auto",
        # What the desk does to people it writes to, on buttons: a clinic may have no texts at all.
        "text_verb": "Text" if settings.SEND_TEXTS else "Email",
        "demo": settings.DEMO or (membership is not None and membership.clinic.demo),
    }


def _number(key: str, numbers: dict[str, int]) -> tuple[int, str]:
    return (numbers[key], MENU_NUMBERS[key].words) if key in numbers else (0, "")


@cache
def _menu() -> tuple[tuple[str, str, str, Capability], ...]:
    return tuple((label, reverse(name), key, capability) for label, name, key, capability in _MENU)
