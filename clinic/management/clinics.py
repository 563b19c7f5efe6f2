"""The clinic that a command is for."""

from django.core.management.base import CommandError

from clinic.models import Clinic


def clinic_called(name: str) -> Clinic:
    """Return the clinic of a short name. No page shows one, so of any other it is said which there are."""
    clinics = {clinic.slug: clinic for clinic in Clinic.objects.order_by("slug")}
    if name not in clinics:
        raise CommandError(f"There is no clinic {name}." + (f" Write one of {', '.join(clinics)}." if clinics else ""))
    return clinics[name]
