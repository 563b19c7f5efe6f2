"""Every address by name, and what kind of rule it falls under."""

from collections.abc import Iterator
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

from clinic.access import Capability

# Django's own pages, and those that only touch one's own log-in or device.
OWN = {
    "account_me",
    "account_end_session",
    "account_stay",
    "account_change_password",
    "account_reauthenticate",
    "mfa_reauthenticate",
    "mfa_reauthenticate_webauthn",
    "mfa_index",
    "mfa_activate_totp",
    "mfa_deactivate_totp",
    "mfa_view_recovery_codes",
    "mfa_generate_recovery_codes",
    "mfa_list_webauthn",
    "mfa_add_webauthn",
    "mfa_edit_webauthn",
    "mfa_remove_webauthn",
    "clinic:home",
    "first_run:found",
}
# How somebody signs in; tests/clinic/signing_in tries to break each.
SIGN_IN = {
    "account_login",
    "account_logout",
    "account_inactive",
    "account_reset_password",
    "account_reset_password_done",
    "account_reset_password_from_key",
    "account_reset_password_from_key_done",
    "mfa_authenticate",
    "mfa_login_webauthn",
}
# Opened by a link in a message alone; they have tests of their own.
BY_LINK = (
    "reminders:visit",
    "reminders:confirm",
    "reminders:ask",
    "reminders:asked",
    "reminders:times",
    "reminders:language",
    "reminders:diary",
    "reminders:diary_day",
    "reminders:diary_saved",
    "reminders:diary_week",
    "reminders:about_by_visit",
    "reminders:about_by_diary",
    "reminders:stop_by_visit",
    "reminders:stop_by_diary",
    "reminders:done",
    "reminders:visit_file",
    "treatments:feed",
    "reminders:take_offer",
    "reminders:pass_offer",
)

# For other programs, which show a token; see tests/interface.
BY_TOKEN = ("interface:",)

# Called by gateways, which sign what they say; see tests/reminders/inbound and tests/reminders/test_receipts.py.
SIGNED = ("reminders:text_received", "reminders:text_status", "reminders:mail_news")

# Asked by machines, which know a secret or stand beside ours; see tests/clinic/monitoring.
FOR_MACHINES = ("monitoring:alive", "monitoring:ready", "monitoring:metrics")

# An uploaded list belongs to the person who uploaded it: nobody else finds it.
UPLOADS = {
    f"treatments:{name}_{step}" for name in ("import", "import_diaries") for step in ("preview", "confirm", "discard")
}


def addresses() -> Iterator[tuple[str, URLPattern]]:
    """Yield every named address with its pattern."""
    yield from _walk(get_resolver().url_patterns, "")


def _walk(patterns: list[Any], space: str) -> Iterator[tuple[str, URLPattern]]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            inner = f"{pattern.namespace}:" if pattern.namespace else ""
            yield from _walk(pattern.url_patterns, space + inner)
        else:
            assert pattern.name, f"{pattern} has no name"
            yield space + pattern.name, pattern


ALL = dict(addresses())
STAFF = {name: pattern for name, pattern in ALL.items() if hasattr(pattern.callback, "capability")}


def capability_of(name: str) -> Capability:
    """Return the capability that an address asks for."""
    capability: Capability = STAFF[name].callback.capability  # type: ignore[attr-defined]
    return capability
