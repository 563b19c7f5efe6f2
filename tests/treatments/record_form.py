"""The session form as it is sent: where to, and with what."""

from typing import Any

from django.urls import reverse

from tests.builders import TODAY
from treatments import protocol
from treatments.models import TreatmentSession
from treatments.safety import QUESTIONS


def record_data(**more: Any) -> dict[str, Any]:
    """Return the session form as a browser sends it: the standard set, all safety answers No."""
    data: dict[str, Any] = {f"safety_{question.key}": "no" for question in QUESTIONS}
    data |= {
        "screened_on": TODAY.isoformat(),
        "no_effects": "on",
        "identity_checked": "on",
        "consent_confirmed": "on",
        "sites": list(protocol.standard_set()),
        "strength": "200",
        "vials": "1",
        "lot": "C4471",
        "expires_on": "2027-11-30",
    }
    return data | more


def record_url(session: TreatmentSession) -> str:
    """Return the address of the session form."""
    return reverse("treatments:record", args=[session.uid])
