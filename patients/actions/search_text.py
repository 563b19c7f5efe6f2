"""Keeping true what a person is found by."""

from patients.models import Channel, ContactPoint, Patient
from patients.search import search_text


def find_text(patient: Patient) -> str:
    """Return the search text for a person as they are now, phones read from the database."""
    points = ContactPoint.objects.filter(patient_id=patient.pk, channel=Channel.SMS)
    phones = points.values_list("address", flat=True) if patient.pk else ()
    return search_text(patient.full_name, patient.record_number, patient.birth_date, phones)


def refresh_search(patient: Patient) -> None:
    """Store the search text again; it is no fact of its own, so it leaves no history."""
    patient.search_text = find_text(patient)
    Patient.objects.filter(pk=patient.pk).update(search_text=patient.search_text)
