"""Questionnaire totals of a day, as Observation with a component for each."""

import uuid
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from clinic.models import Clinic
from interface.fhir.codes import OBSERVATION_CATEGORY, own_system
from interface.fhir.outcome import Json
from interface.fhir.rows import Parameter, Rows, day, referring
from interface.fhir.shapes import finished, reference, without_nothing
from treatments.models import OutcomeScore

# Our own codes: the questionnaires' totals have none in a public code system that we could be certain of.
_TOTALS = {
    "hit6": "HIT-6 total",
    "midas": "MIDAS total",
    "msq_restrictive": "MSQ, role function restrictive",
    "msq_preventive": "MSQ, role function preventive",
    "msq_emotional": "MSQ, emotional function",
    "pgic": "Patient global impression of change, 1 very much better to 7 very much worse",
    "onset_weeks": "Weeks until the treatment began to help",
    "wear_off_week": "Week in which the effect wore off",
}


def _rows(clinic: Clinic) -> QuerySet[Any]:
    history = OutcomeScore.history.filter(id=OuterRef("pk"))
    last = history.order_by("-history_date").values("history_date")[:1]
    rows: QuerySet[Any] = OutcomeScore.objects.filter(clinic=clinic).select_related("patient")
    with_change: QuerySet[Any] = rows.annotate(
        updated=Coalesce(Subquery(last), "entered_at"), amended=Exists(history.filter(history_type="~"))
    )
    return with_change


def _shape(row: Any, clinic: Clinic) -> Json:
    totals = {name: getattr(row, name) for name in _TOTALS}
    body = {
        "status": "amended" if row.amended else "final",
        "category": [{"coding": [{"system": OBSERVATION_CATEGORY, "code": "survey"}]}],
        "code": _code("scores", "Headache questionnaires"),
        "subject": reference("Patient", row.patient.uid),
        "effectiveDateTime": row.taken_on.isoformat(),
        "component": [
            {"code": _code(name.replace("_", "-"), _TOTALS[name]), "valueInteger": value}
            for name, value in totals.items()
            if value is not None
        ],
    }
    return finished("Observation", str(row.uid), row.updated, without_nothing(body))


def _code(code: str, words: str) -> Json:
    return {"coding": [{"system": own_system("score"), "code": code, "display": words}], "text": words}


def _whose(row: Any) -> uuid.UUID | None:
    uid: uuid.UUID = row.patient.uid
    return uid


OBSERVATION = Rows(
    kind="Observation",
    words="Questionnaire totals of one day.",
    rows=_rows,
    shape=_shape,
    whose=_whose,
    parameters=(
        Parameter("patient", "reference", "Whose answers.", referring("patient__uid", "Patient")),
        Parameter("subject", "reference", "Whose answers.", referring("patient__uid", "Patient")),
        Parameter("date", "date", "The day they were asked.", day("taken_on")),
    ),
    sorts={"_lastUpdated": "updated", "date": "taken_on"},
)
