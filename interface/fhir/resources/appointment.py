"""Visits, as Appointment."""

import uuid
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from clinic.models import Clinic
from interface.fhir.codes import APPOINTMENT_STATUS, STATUSES
from interface.fhir.outcome import Json
from interface.fhir.resources.slot import slot_id
from interface.fhir.rows import Parameter, Rows, coded, moment, referring, tokens
from interface.fhir.shapes import finished, instant, practitioner, reference, without_nothing
from interface.models import BookedAs
from treatments.models import SessionEvent, Status, TreatmentSession

_BY_CODE = {code: Q(status=status) for status, code in STATUSES.items()}
# What the person said of coming.
_ANSWERS = {"confirmed": "accepted", "asked_to_move": "tentative", "": "needs-action"}


def sessions(clinic: Clinic) -> QuerySet[Any]:
    """Return the sessions of a clinic with whom they are of and with, each with when it last changed."""
    last = SessionEvent.objects.steps().filter(session=OuterRef("pk")).order_by("-at").values("at")[:1]
    rows = TreatmentSession.objects.filter(clinic=clinic).select_related("course__patient", "injector", "room")
    with_change: QuerySet[Any] = rows.annotate(updated=Coalesce(Subquery(last), "placed_at"))
    return with_change


def _rows(clinic: Clinic) -> QuerySet[Any]:
    """Leave out what was given before this system kept records: that was never an appointment here."""
    return sessions(clinic).exclude(status=Status.GIVEN_BEFORE)


def with_names(rows: Sequence[Any]) -> None:
    """Put on each visit what other programs call it (one query)."""
    names: dict[int, list[BookedAs]] = defaultdict(list)
    for one in BookedAs.objects.filter(session__in=[row.pk for row in rows]):
        names[one.session_id].append(one)
    for row in rows:
        row.outside_names = names[row.pk]


def shape(row: Any, clinic: Clinic) -> Json:
    """Return a visit. Notes and reasons stay here: they are written for the clinic's own people."""
    body = {
        "identifier": [without_nothing({"system": one.system, "value": one.value}) for one in row.outside_names],
        "status": STATUSES[Status(row.status)],
        "start": instant(row.starts_at),
        "end": instant(row.ends_at),
        "minutesDuration": row.minutes,
        "slot": [{"reference": f"Slot/{slot_id(row.injector, row.starts_at, row.minutes)}"}],
        "participant": [
            {"actor": reference("Patient", row.course.patient.uid), "status": _ANSWERS[row.answer]},
            {"actor": practitioner(row.injector), "status": "accepted"},
            {"actor": {"type": "Location", "display": row.room.name}, "status": "accepted"},
        ],
    }
    return finished("Appointment", str(row.uid), row.updated, without_nothing(body))


def whose(row: TreatmentSession) -> uuid.UUID:
    """Return whose visit it is."""
    return row.course.patient.uid


def _identifier(text: str, clinic: Clinic) -> Q:
    found = Q()
    for system, value in tokens(text):
        of = Q() if system is None else Q(system=system)
        found |= of & Q(value=value) if value or not system else of
    return Q(pk__in=BookedAs.objects.filter(found, clinic=clinic).order_by().values("session"))


def _actor(text: str, clinic: Clinic) -> Q:
    return referring("course__patient__uid", "Patient")(text, clinic)


APPOINTMENT = Rows(
    kind="Appointment",
    words="A visit. Booked with POST, cancelled with PUT or PATCH.",
    rows=_rows,
    shape=shape,
    whose=whose,
    parameters=(
        Parameter("patient", "reference", "Whose visit.", referring("course__patient__uid", "Patient")),
        Parameter("actor", "reference", "Whose visit; people only.", _actor),
        Parameter("date", "date", "When it begins.", moment("starts_at")),
        Parameter(
            "status",
            "token",
            "booked, arrived, checked-in, fulfilled, noshow or cancelled.",
            coded(APPOINTMENT_STATUS, _BY_CODE),
        ),
        Parameter("identifier", "token", "What the program that booked it calls it.", _identifier),
        Parameter("schedule", "reference", "Of which Schedule.", referring("injector__uid", "Schedule")),
    ),
    sorts={"_lastUpdated": "updated", "date": "starts_at"},
    along=with_names,
)
