"""The pieces that every resource is made of."""

import datetime as dt
import hashlib
import json
import uuid
from typing import Any

from clinic.models import Clinic, Injector
from interface.fhir.codes import own_system
from interface.fhir.outcome import Json

JSON_TYPE = "application/fhir+json"


def instant(moment: dt.datetime) -> str:
    """Return a moment in UTC, to the millisecond as the format allows."""
    return moment.astimezone(dt.UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def local(moment: dt.datetime, clinic: Clinic) -> str:
    """Return a moment by the clinic's clock, with its distance from UTC."""
    return moment.astimezone(clinic.zone).isoformat(timespec="seconds")


def reference(kind: str, uid: uuid.UUID) -> Json:
    """Return a reference to another record here. No name beside it: who may read the record reads it there."""
    return {"reference": f"{kind}/{uid}"}


def practitioner(injector: Injector) -> Json:
    """Return who injects. There is no page about them here, so they are named, with the key that their Schedule has."""
    return {
        "type": "Practitioner",
        "identifier": {"system": own_system("injector"), "value": str(injector.uid)},
        "display": injector.name,
    }


def organization(clinic: Clinic) -> Json:
    """Return the clinic."""
    return {
        "type": "Organization",
        "identifier": {"system": own_system("clinic"), "value": str(clinic.uid)},
        "display": clinic.name,
    }


def finished(kind: str, uid: str, updated: dt.datetime | None, body: Json) -> Json:
    """Return a whole resource. Its version is what it says, in short: two that say the same are the same version."""
    said = json.dumps(body, sort_keys=True, default=str)
    meta = {"versionId": hashlib.sha256(said.encode()).hexdigest()[:16]}
    if updated:
        meta["lastUpdated"] = instant(updated)
    return {"resourceType": kind, "id": uid, "meta": meta} | body


def version_of(resource: Json) -> str:
    """Return the version as an ETag has it."""
    return f'W/"{resource["meta"]["versionId"]}"'


def versions_in(header: str) -> set[str]:
    """Return the versions that a header names, each as an ETag has it: on the way the W/ may have been left out."""
    return {f"W/{part}" if part.startswith('"') else part for part in map(str.strip, header.split(","))}


def without_nothing(body: dict[str, Any]) -> Json:
    """Return a body without what is not known: the format has no empty values."""
    return {name: value for name, value in body.items() if value not in (None, "", [], {})}
