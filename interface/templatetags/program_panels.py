"""The line that says of other programs that nobody answers for them any more."""

from typing import Any

from django import template
from django.utils import timezone

from interface.keepers import left_alone

register = template.Library()


@register.inclusion_tag("interface/_left_alone.html", takes_context=True)
def programs_left_alone(context: dict[str, Any]) -> dict[str, int]:
    """Say how many programs were left by whoever let them in; nothing when none was (2 queries)."""
    return left_alone(context["request"].clinic, timezone.now())
