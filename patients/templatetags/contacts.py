"""How the ways to reach a person are shown: numbers as people there dial them, and what is the matter with an address."""

from collections.abc import Collection
from typing import Any

from django import template
from django.conf import settings
from django.db.models import QuerySet

from patients.models import Channel, ContactPoint, Patient
from patients.models.contact import spoken_address

register = template.Library()


@register.filter
def spoken(point: ContactPoint, country: str) -> str:
    """Show an address: `{{ point|spoken:membership.clinic.country }}` gives 07700 900123 in Britain."""
    return spoken_address(point.channel, point.address, country)


@register.inclusion_tag("patients/_contact_points.html", takes_context=True)
def contact_points(context: dict[str, Any], patient: Patient) -> dict[str, Any]:
    """Show how a person can be reached, what they allowed, when, how and by whom, and who else has the number."""
    own: list[ContactPoint] = []
    others: list[ContactPoint] = []
    for point in ContactPoint.objects.sharing_addresses_of(patient):
        (own if point.patient_id == patient.pk else others).append(point)
    return {
        "patient": patient,
        "points": [(point, [other.patient for other in others if other.address == point.address]) for point in own],
        "country": context["membership"].clinic.country,
        "may_register": context.get("may_register"),
        "texts": settings.SEND_TEXTS,
    }


@register.simple_tag
def dead_addresses(patients: Collection[Patient] | QuerySet[Any]) -> dict[int, str]:
    """Return, by patient id, what does not reach them any more (one query for a whole list)."""
    points = ContactPoint.objects.filter(patient__in=patients, failed_at__isnull=False)
    found: dict[int, str] = {}
    for point in points:
        found[point.patient_id] = " · ".join(filter(None, (found.get(point.patient_id), point.trouble)))
    return found


@register.simple_tag
def phone_numbers(patients: Collection[Patient] | QuerySet[Any], country: str) -> dict[int, str]:
    """Return, by patient id, the number to call, as people in the country dial it (one query for a whole list)."""
    phones = ContactPoint.objects.filter(patient__in=patients, channel=Channel.SMS)
    return {point.patient_id: spoken(point, country) for point in phones}
