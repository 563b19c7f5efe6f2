"""What a token may do, in the words of SMART on FHIR's backend services: system/Appointment.read.

Source: https://hl7.org/fhir/smart-app-launch/1.0.0/scopes-and-launch-context/
"""

from collections.abc import Collection

READABLE = ("Patient", "Appointment", "Schedule", "Slot", "Procedure", "MedicationAdministration", "Observation")
WRITABLE = ("Appointment",)
BOOKING = "system/Appointment.write"
SCOPES = (*(f"system/{name}.read" for name in READABLE), *(f"system/{name}.write" for name in WRITABLE))
# What each means to the admin who ticks it.
WORDS = {
    "system/Patient.read": "People: names, dates of birth, contact data",
    "system/Appointment.read": "Visits: who, when, with whom, whether they came",
    "system/Schedule.read": "Who injects here",
    "system/Slot.read": "Free times",
    "system/Procedure.read": "Sessions that were given",
    "system/MedicationAdministration.read": "Units, sites and lots of those sessions",
    "system/Observation.read": "Questionnaire totals",
    "system/Appointment.write": "Book and cancel visits",
}


def covers(scopes: Collection[str], resource: str, access: str) -> bool:
    """Return whether ``access`` (read or write) to a resource is among what was granted. Writing does not include reading."""
    return f"system/{resource}.{access}" in scopes
