"""What was injected in a session, as MedicationAdministration: units, sites and lots of the signed record."""

from typing import Any

from django.db.models import QuerySet

from clinic.models import Clinic
from interface.fhir.codes import drug, route, units
from interface.fhir.outcome import Json
from interface.fhir.resources.appointment import sessions, whose
from interface.fhir.rows import Parameter, Rows, day, referring
from interface.fhir.shapes import finished, local, practitioner, reference, without_nothing


def _rows(clinic: Clinic) -> QuerySet[Any]:
    """Return the sessions with a signed record here, its vials along (two queries)."""
    rows = sessions(clinic).filter(record__isnull=False).select_related("record")
    return rows.prefetch_related("record__vials")


def _shape(row: Any, clinic: Clinic) -> Json:
    record = row.record
    vials = [_vial(vial, number, clinic) for number, vial in enumerate(record.vials.all(), start=1)]
    named = [{"reference": f"#{vial['id']}"} for vial in vials]
    body = {
        "contained": vials,
        "partOf": [{"reference": f"Procedure/{row.uid}"}],
        "status": "stopped" if record.partly_done else "completed",
        "medicationReference": named[0] if named else None,
        "medicationCodeableConcept": None if named else drug(clinic.country),
        "subject": reference("Patient", row.course.patient.uid),
        "supportingInformation": named[1:],
        "effectiveDateTime": local(record.started_at, clinic),
        "performer": [{"actor": practitioner(row.injector)}],
        "dosage": {
            "text": _words(record.units_given, record.sites_given),
            "route": route(),
            "dose": units(record.units_given),
        },
    }
    return finished("MedicationAdministration", str(row.uid), row.updated, without_nothing(body))


def _words(units_given: int, sites: int) -> str:
    return f"{units_given} unit{'s' * (units_given != 1)} at {sites} site{'s' * (sites != 1)}"


def _vial(vial: Any, number: int, clinic: Clinic) -> Json:
    """Return a vial: the first is the medication, further ones stand beside it."""
    batch = {"lotNumber": vial.lot, "expirationDate": vial.expires_on.isoformat()}
    return {"resourceType": "Medication", "id": f"vial-{number}", "code": drug(clinic.country), "batch": batch}


ADMINISTRATION = Rows(
    kind="MedicationAdministration",
    words="What was injected in a session.",
    rows=_rows,
    shape=_shape,
    whose=whose,
    parameters=(
        Parameter("patient", "reference", "Whom it was given.", referring("course__patient__uid", "Patient")),
        Parameter("subject", "reference", "Whom it was given.", referring("course__patient__uid", "Patient")),
        Parameter("effective-time", "date", "The day it was given.", day("given_on")),
    ),
    sorts={"_lastUpdated": "updated", "effective-time": "given_on"},
)
