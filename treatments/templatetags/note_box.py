"""The box for what is noted for a visit while it is booked."""

from typing import Any

from django import template

from treatments.models.session import LONGEST_NOTE

register = template.Library()


@register.inclusion_tag("treatments/_note_box.html")
def note_box(of: str, *, note: str = "", form: str = "", label: str = "Note (optional)") -> dict[str, Any]:
    """Show the box; ``of`` says for whom or for which time, so that what is typed goes along from page to page."""
    return {"of": of, "note": note, "form": form, "label": label, "longest": LONGEST_NOTE}
