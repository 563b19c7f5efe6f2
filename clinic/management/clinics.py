"""The clinic that a command is for."""

from django.core.management.base import CommandError

from clinic.models import Clinic


def clinic_called(name: str) -> Clinic:
    """Return the clinic of a short name. No page shows one, so of any other it is said which there are."""
    clinic = Clinic.objects.filter(slug=name).first()
    if clinic is None:
        names = ", ".join(Clinic.objects.order_by("slug").values_list("slug", flat=True))
        unknown = f"There is no clinic {name}." if name else "An empty name is no clinic."
        raise CommandError(unknown + (f" Write one of {names}." if names else ""))
    return clinic
