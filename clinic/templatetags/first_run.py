"""The list of first steps on other pages, for those who can do them."""

from typing import Any

from django import template

from clinic.access import Capability, may
from clinic.first_run.steps import following, steps

register = template.Library()


@register.inclusion_tag("first_run/_reminder.html", takes_context=True)
def first_steps(context: dict[str, Any], whole: bool = False) -> dict[str, Any]:
    """Say what is left to settle, then what was skipped; ``whole`` lists what is left alone (1 query, 4 until nothing is)."""
    request = context["request"]
    if not may(request.membership, Capability.SETUP):
        return {}
    found = steps(request.clinic)
    skipped = [step for step in found if step.settled and not step.done]
    counted = {"done": sum(step.settled for step in found), "skipped": skipped}
    return counted | {"steps": found, "next_step": following(found), "whole": whole}
