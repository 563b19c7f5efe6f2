"""Where a clinic lies, set right while nothing has been written down by it."""

from clinic.models import Absence, Clinic, Closure
from patients.models import Patient

_FIXED = (
    "{what}, and was written down by the country and the time zone that stand here, so they stay as they are. "
    "If they are wrong, {remedy}"
)


def held_by(clinic: Clinic) -> str:
    """Return, in words, why the country, region and time zone of a clinic stay, and what to do; "" where they may change.

    Phone numbers are read by the country, visits, messages and closed times are kept by the time zone.
    """
    if Patient.objects.filter(clinic=clinic).exists():
        return _FIXED.format(
            what="Somebody is registered here",
            remedy="ask whoever runs this system to make another clinic (manage.py create_clinic), and register people there.",
        )
    if Absence.objects.filter(clinic=clinic).exists() or Closure.objects.filter(clinic=clinic).exists():
        return _FIXED.format(
            what="Leave or a closed time is set here", remedy="remove those in Settings, and set them again afterwards."
        )
    return ""
