"""Where a clinic lies, set right while nothing has been written down by it."""

import datetime as dt

from clinic.models import Absence, Clinic, Closure
from patients.models import Patient

_STAYS = "The country and the time zone stay as they are: "


def held_by(clinic: Clinic, now: dt.datetime) -> str:
    """Return, in words, why the country, region and time zone of a clinic stay, and what to do; "" where they may change.

    Phone numbers are read by the country, visits, messages and closed times are kept by the time zone.
    """
    if Patient.objects.filter(clinic=clinic).exists():
        return (
            f"{_STAYS}somebody is registered here already, and phone numbers, visits and messages are kept by them. If "
            "they are wrong, ask whoever runs this system to make another clinic (the command create_clinic), and "
            "register people there."
        )
    if any(model.objects.filter(clinic=clinic, ends_at__gt=now).exists() for model in (Absence, Closure)):
        return (
            f"{_STAYS}leave or a closed time to come is kept by them. If they are wrong, remove that in Settings, come "
            "back here, and set it again afterwards."
        )
    return ""
