"""Who injects, as Schedule: free times are asked for by it."""

import uuid
from typing import Any

from django.db.models import OuterRef, Q, QuerySet, Subquery

from clinic.models import Clinic, Injector
from interface.fhir.codes import BOOLEANS
from interface.fhir.outcome import Json
from interface.fhir.rows import Parameter, Rows, coded
from interface.fhir.shapes import finished, practitioner


def _rows(clinic: Clinic) -> QuerySet[Any]:
    last = Injector.history.filter(id=OuterRef("pk")).order_by("-history_date").values("history_date")[:1]
    rows: QuerySet[Any] = Injector.objects.filter(clinic=clinic).annotate(updated=Subquery(last))
    return rows


def _shape(row: Any, clinic: Clinic) -> Json:
    body = {"active": row.active, "actor": [practitioner(row)]}
    return finished("Schedule", str(row.uid), row.updated, body)


def _nobody(row: Any) -> uuid.UUID | None:
    return None


_ACTIVE = coded(BOOLEANS, {"true": Q(active=True), "false": Q(active=False)})

SCHEDULE = Rows(
    kind="Schedule",
    words="An injector's calendar.",
    rows=_rows,
    shape=_shape,
    whose=_nobody,
    parameters=(Parameter("active", "token", "Whether they still inject here.", _ACTIVE),),
    sorts={"_lastUpdated": "updated"},
)
