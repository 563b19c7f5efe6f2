"""System checks: settings under which messages would be repeated or cost double."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Warning, register  # noqa: A004 (Django's name)

# The default texts fit into one text message with addresses up to this length.
LONGEST_BASE_URL = 39
# A worker stops in the middle of its lease; what it began just then may ask, send and ask again, each for two time-outs.
TIMEOUTS_IN_LEASE = 12


@register()
def leases_outlast_sending(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Warn when a worker's claim may run out while it still waits for a gateway."""
    slowest = max(settings.EMAIL_TIMEOUT or 0, settings.SMS_TIMEOUT_SECONDS)
    if TIMEOUTS_IN_LEASE * slowest <= settings.REMINDER_LEASE_SECONDS:
        return []
    hint = f"Set REMINDER_LEASE_SECONDS to {TIMEOUTS_IN_LEASE * slowest} or more."
    return [Warning("A claim may run out while a message is being sent.", hint=hint, id="reminders.W001")]


@register()
def links_fit_into_one_text(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Warn when the address of this system makes two texts of one."""
    if len(settings.BASE_URL) <= LONGEST_BASE_URL:
        return []
    hint = f"Use an address of at most {LONGEST_BASE_URL} characters for BASE_URL."
    return [Warning("Links are so long that one text message becomes two.", hint=hint, id="reminders.W002")]
