"""Words of the settings pages."""

from typing import Any

from django import template

from treatments.setup.spans import span_words

register = template.Library()


@register.filter
def span(row: Any) -> str:
    """Say how long leave or a closure lasts."""
    return span_words(row)
