"""The lines that say of other programs that nobody answers for them any more, or that their token ends."""

from typing import Any

from django import template
from django.utils import timezone

from interface.keepers import ending, left_alone
from interface.models import Integration

register = template.Library()


@register.inclusion_tag("interface/_left_alone.html", takes_context=True)
def programs_left_alone(context: dict[str, Any]) -> dict[str, int]:
    """Say how many programs were left by whoever let them in; nothing when none was (2 queries)."""
    return left_alone(context["request"].clinic, timezone.now())


@register.inclusion_tag("interface/_ending.html", takes_context=True)
def programs_ending(context: dict[str, Any]) -> dict[str, list[Integration]]:
    """Name the programs whose token ends soon; nothing when none does (1 query)."""
    return {"ending": ending(context["request"].clinic, timezone.now())}
