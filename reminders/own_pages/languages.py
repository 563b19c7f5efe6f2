"""In which language a patient's page speaks: as chosen on this device, else the patient's own, else English."""

from django.http import HttpRequest
from django.utils.translation import get_language

from patients.models import Patient

COOKIE = "language"
KNOWN = tuple(Patient.Language.values)


def chosen(request: HttpRequest, patient: Patient | None = None) -> str:
    """Return the language of a page."""
    code = request.COOKIES.get(COOKIE, "")
    if code in KNOWN:
        return code
    return patient.language if patient else Patient.Language.ENGLISH.value


def active() -> str:
    """Return the language in which words are being made now."""
    return (get_language() or Patient.Language.ENGLISH).partition("-")[0]
