"""People, as Patient."""

import uuid
from typing import Any

from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce, Greatest

from clinic.models import Clinic
from interface.fhir.codes import BOOLEANS, LANGUAGE, own_system
from interface.fhir.outcome import Json
from interface.fhir.rows import Parameter, Rows, coded, day, named, values
from interface.fhir.shapes import finished, organization, reference, without_nothing
from patients.models import Channel, ContactPoint, Patient


def _rows(clinic: Clinic) -> QuerySet[Any]:
    """Return the people of a clinic, contact points along (two queries), each with when anything of it last changed."""
    own = Patient.history.filter(id=OuterRef("pk")).order_by("-history_date").values("history_date")[:1]
    reached = ContactPoint.history.filter(patient=OuterRef("pk")).order_by("-history_date")
    changed = [Coalesce(Subquery(one), "created_at") for one in (own, reached.values("history_date")[:1])]
    people: QuerySet[Any] = Patient.objects.filter(clinic=clinic).annotate(updated=Greatest(*changed))
    return people.select_related("merged_into").prefetch_related("contact_points")


def _shape(row: Any, clinic: Clinic) -> Json:
    body = {
        "identifier": [{"use": "usual", "system": own_system("record-number"), "value": row.record_number}],
        "active": not row.closed,
        "name": [{"use": "official", "family": row.family_name, "given": [row.given_name]}],
        "telecom": [_telecom(point) for point in row.contact_points.all() if not point.failed_at],
        # Of whom was erased the year is left.
        "birthDate": f"{row.birth_date:%Y}" if row.erased else row.birth_date.isoformat(),
        "communication": [{"language": {"coding": [{"system": LANGUAGE, "code": row.language}]}, "preferred": True}],
        "managingOrganization": organization(clinic),
    }
    if row.closed == Patient.Closed.DIED:
        body["deceasedDateTime"] = row.closed_on.isoformat()
    if row.merged_into:
        body["link"] = [{"other": reference("Patient", row.merged_into.uid), "type": "replaced-by"}]
    return finished("Patient", str(row.uid), row.updated, without_nothing(body))


def _telecom(point: ContactPoint) -> Json:
    """Return a number or an address. Consent is not passed on: it was given to the clinic, for the clinic's messages."""
    return {"system": "phone" if point.channel == Channel.SMS else "email", "value": point.address}


def _name(text: str, clinic: Clinic) -> Q:
    """Look for one of several names, and for words with letters only: a dash is in everybody's date of birth."""
    found = Q(pk__in=[])
    for name in values(text):
        words = name.split()
        if words and all(any(map(str.isalpha, word)) for word in words):
            found |= Q(pk__in=Patient.objects.filter(clinic=clinic).matching(name).order_by().values("pk"))
    return found


def whose(row: Any) -> uuid.UUID | None:
    """Return whose record a row that hangs on a person is."""
    uid: uuid.UUID = row.uid
    return uid


_ACTIVE = coded(BOOLEANS, {"true": Q(closed=""), "false": ~Q(closed="")})

PATIENT = Rows(
    kind="Patient",
    words="A person in the clinic's care.",
    rows=_rows,
    shape=_shape,
    whose=whose,
    parameters=(
        Parameter("identifier", "token", "The record number.", named({own_system("record-number"): "record_number"})),
        Parameter("active", "token", "Whether the record is in use.", _ACTIVE),
        Parameter("name", "string", "Any part of the name. Only by POST.", _name, private=True),
        Parameter("birthdate", "date", "Date of birth. Only by POST.", day("birth_date"), private=True),
    ),
    sorts={"_lastUpdated": "updated"},
)
