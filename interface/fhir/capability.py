"""What this interface can do, as a CapabilityStatement: read from the same table that does it."""

import datetime as dt
from typing import Any

from django.conf import settings

from interface.fhir.outcome import Json
from interface.fhir.resources import KINDS, Kind
from interface.fhir.shapes import JSON_TYPE
from interface.scopes import WRITABLE

VERSION = "4.0.1"
PUBLISHED = dt.date(2026, 11, 26)


def statement() -> Json:
    """Return the CapabilityStatement."""
    return {
        "resourceType": "CapabilityStatement",
        "status": "active",
        "date": PUBLISHED.isoformat(),
        "kind": "instance",
        "software": {"name": "Twelve Weeks"},
        "implementation": {"description": "Twelve Weeks", "url": f"{settings.BASE_URL}/fhir"},
        "fhirVersion": VERSION,
        "format": [JSON_TYPE, "json"],
        "patchFormat": ["application/json-patch+json"],
        "rest": [
            {
                "mode": "server",
                "security": {"cors": False, "description": "A bearer token with SMART scopes; see docs/interface.md."},
                "resource": [_resource(kind) for kind in KINDS],
            }
        ],
    }


def _resource(kind: Kind) -> Json:
    interactions = ["read", "search-type", *(["create", "update", "patch"] if kind.kind in WRITABLE else [])]
    told: dict[str, Any] = {
        "type": kind.kind,
        "documentation": kind.words,
        "interaction": [{"code": code} for code in interactions],
        "versioning": "versioned-update" if kind.kind in WRITABLE else "versioned",
        "readHistory": False,
        "updateCreate": False,
        "conditionalRead": "not-match",
        "conditionalCreate": kind.kind in WRITABLE,
        "searchParam": [
            {"name": one.name, "type": one.kind, "documentation": one.words} for one in kind.all_parameters
        ],
    }
    return told
