"""Sessions that were given, as Procedure."""

from typing import Any

from django.db.models import QuerySet

from clinic.models import Clinic
from interface.fhir.codes import procedure
from interface.fhir.outcome import Json
from interface.fhir.resources.appointment import sessions, whose
from interface.fhir.rows import Parameter, Rows, day, referring
from interface.fhir.shapes import finished, local, practitioner, reference, without_nothing
from treatments.models import Status
from treatments.models.session import GIVEN


def _rows(clinic: Clinic) -> QuerySet[Any]:
    return sessions(clinic).filter(status__in=GIVEN).select_related("record")


def _shape(row: Any, clinic: Clinic) -> Json:
    """Return a session. Of one from before records were kept here, only the day is known."""
    record = row.record
    body = {
        "status": "stopped" if record and record.partly_done else "completed",
        "code": procedure(clinic.country),
        "subject": reference("Patient", row.course.patient.uid),
        "performedDateTime": local(record.started_at, clinic) if record else row.given_on.isoformat(),
        "performer": [{"actor": practitioner(row.injector)}] if row.status == Status.DONE else [],
    }
    return finished("Procedure", str(row.uid), row.updated, without_nothing(body))


PROCEDURE = Rows(
    kind="Procedure",
    words="A session that was given.",
    rows=_rows,
    shape=_shape,
    whose=whose,
    parameters=(
        Parameter("patient", "reference", "Whose session.", referring("course__patient__uid", "Patient")),
        Parameter("subject", "reference", "Whose session.", referring("course__patient__uid", "Patient")),
        Parameter("date", "date", "The day it was given.", day("given_on")),
    ),
    sorts={"_lastUpdated": "updated", "date": "given_on"},
)
