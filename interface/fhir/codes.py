"""The codes that are used, each with its source. Where no public code is certain, there is a text or a code of our own.

- CPT 64615 and HCPCS J0585: the numbers that `treatments.claims.lines` drafts claims with; only where claims use them.
- SNOMED CT 78421000, intramuscular route: http://hl7.org/fhir/R4/valueset-route-codes.html
- UCUM [arb'U], arbitrary unit: units of this drug compare with no other's. https://ucum.org/ucum, table 4.
- Appointment and participation states: http://hl7.org/fhir/R4/valueset-appointmentstatus.html
"""

from django.conf import settings

from treatments.claims.lines import DRUG, PROCEDURE
from treatments.models import Status

CPT = "http://www.ama-assn.org/go/cpt"
HCPCS = "https://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets"
SNOMED = "http://snomed.info/sct"
UCUM = "http://unitsofmeasure.org"
LANGUAGE = "urn:ietf:bcp:47"
OBSERVATION_CATEGORY = "http://terminology.hl7.org/CodeSystem/observation-category"

PROCEDURE_WORDS = "OnabotulinumtoxinA injections for chronic migraine"
DRUG_WORDS = "OnabotulinumtoxinA"

APPOINTMENT_STATUS = "http://hl7.org/fhir/appointmentstatus"
SLOT_STATUS = "http://hl7.org/fhir/slotstatus"
# What true and false are codes of, though nobody says so: https://hl7.org/fhir/R4/search.html#token
BOOLEANS = "http://terminology.hl7.org/CodeSystem/special-values"
STATUSES = {
    Status.BOOKED: "booked",
    Status.ARRIVED: "arrived",
    Status.IN_ROOM: "checked-in",
    Status.DONE: "fulfilled",
    Status.NO_SHOW: "noshow",
    Status.CANCELLED: "cancelled",
}


def procedure(country: str) -> dict[str, object]:
    """Return what was done, coded where claims code it."""
    return _coded(PROCEDURE_WORDS, CPT, PROCEDURE, country)


def drug(country: str) -> dict[str, object]:
    """Return what was given."""
    return _coded(DRUG_WORDS, HCPCS, DRUG, country)


def route() -> dict[str, object]:
    """Return how it was given."""
    return {"coding": [{"system": SNOMED, "code": "78421000", "display": "Intramuscular route"}]}


def units(number: int) -> dict[str, object]:
    """Return a number of units of the drug."""
    return {"value": number, "unit": "unit", "system": UCUM, "code": "[arb'U]"}


def own_system(name: str) -> str:
    """Return the address of a code system or of a system of names that is this installation's own."""
    return f"{settings.BASE_URL}/fhir/systems/{name}"


def _coded(words: str, system: str, code: str, country: str) -> dict[str, object]:
    return {"text": words} | ({"coding": [{"system": system, "code": code}]} if country == "US" else {})
