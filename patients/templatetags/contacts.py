"""How a phone number is shown: as people at that clinic would dial it."""

from django import template

from patients.models import ContactPoint
from patients.models.contact import spoken_address

register = template.Library()


@register.filter
def spoken(point: ContactPoint, country: str) -> str:
    """Show an address: `{{ point|spoken:membership.clinic.country }}` gives 07700 900123 in Britain."""
    return spoken_address(point.channel, point.address, country)
