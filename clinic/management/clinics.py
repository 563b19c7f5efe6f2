"""The clinic that a command is for."""

from django.core.management.base import CommandError

from clinic.models import Clinic, Membership


def clinic_called(name: str) -> Clinic:
    """Return the clinic of a short name. No page shows one, so of any other it is said which there are.

    A demo that was removed is none: its row stands where the log names it, and nobody would see what is put there.
    """
    removed = Clinic.objects.filter(demo=True).exclude(pk__in=Membership.objects.values("clinic"))
    clinics = Clinic.objects.exclude(pk__in=removed.values("pk"))
    clinic = clinics.filter(slug=name).first()
    if clinic is None:
        names = ", ".join(clinics.order_by("slug").values_list("slug", flat=True))
        unknown = f"There is no clinic {name}." if name else "An empty name is no clinic."
        raise CommandError(unknown + (f" Write one of {names}." if names else ""))
    return clinic
