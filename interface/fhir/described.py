"""What the OpenAPI description says beside what the routes tell by themselves."""

from typing import Any

from interface.fhir.asked import LONGEST
from interface.fhir.outcome import Json
from interface.fhir.query import LARGEST_PAGE, LONGEST_VALUE, PAGE
from interface.fhir.resources import Kind
from interface.fhir.shapes import JSON_TYPE

_RESOURCE = {
    "type": "object",
    "properties": {"resourceType": {"type": "string"}},
    "required": ["resourceType"],
}
EXTRA: Json = {
    "components": {
        "schemas": {"Resource": _RESOURCE},
        "securitySchemes": {"Token": {"type": "http", "scheme": "bearer"}},
    }
}


def answer(words: str) -> Json:
    """Return an answer with a resource in it."""
    return {"description": words, "content": {JSON_TYPE: {"schema": {"$ref": "#/components/schemas/Resource"}}}}


_OTHER_TYPE = "The body is of another type"
_REFUSALS = {
    400: "The request cannot be understood",
    401: "No valid token",
    403: "The token lacks the scope",
    404: "There is no such record at this clinic",
    406: "Answers are JSON only",
    410: "The page of a search has expired",
    429: "Too many requests",
    500: "A fault of the server's own",
}


def answers(words: str, **more: str) -> Json:
    """Return all answers that an address has: what it is for, and the refusals, each an OperationOutcome."""
    extra = {int(status.removeprefix("s")): text for status, text in more.items()}
    found = {200: words} | _REFUSALS | extra
    return {"responses": {status: answer(text) for status, text in found.items()}}


OPEN: Json = {"responses": {200: answer("The CapabilityStatement"), 406: answer(_REFUSALS[406])}}


def reading(kind: Kind) -> Json:
    """Return what reading one record answers."""
    return answers(f"One {kind.kind}") | {"parameters": [_header("If-None-Match")]}


def search(kind: Kind) -> Json:
    """Return what can be asked for in the address."""
    public = [_parameter(one.name, one.words) for one in kind.all_parameters if not one.private]
    return answers("A Bundle") | {"parameters": public + _manners(kind)}


def search_by_post(kind: Kind) -> Json:
    """Return what can be asked for in a body."""
    names = {one["name"]: one["schema"] for one in _manners(kind)}
    names |= {one.name: _value(one.words) for one in kind.all_parameters}
    form = {"application/x-www-form-urlencoded": {"schema": {"type": "object", "properties": names}}}
    known = answers("A Bundle", s415=_OTHER_TYPE)
    return known | {"requestBody": {"required": False, "content": form}}


def _manners(kind: Kind) -> list[dict[str, Any]]:
    sorts = [name for one in kind.allowed.sorts for name in (one, f"-{one}")]
    return [
        {
            "name": "_count",
            "in": "query",
            "required": False,
            "schema": {"type": "integer", "minimum": 0, "maximum": LARGEST_PAGE, "default": PAGE},
        },
        {"name": "_sort", "in": "query", "required": False, "schema": {"type": "string", "enum": sorted(sorts)}},
    ]


def _parameter(name: str, words: str) -> dict[str, Any]:
    return {"name": name, "in": "query", "required": False, "schema": _value(words)}


def _value(words: str) -> Json:
    return {"type": "string", "description": words, "minLength": 1, "maxLength": LONGEST_VALUE}


_WRITE = {
    "s409": "Everything that stands in the way",
    "s412": "The visit has changed since it was read",
    "s413": "The body is too large",
    "s415": _OTHER_TYPE,
    "s422": "The visit cannot be taken as it is asked for",
}
_WORDS = {"type": "string", "maxLength": 300}
_REFERENCE = {"type": "object", "properties": {"reference": {"type": "string", "maxLength": LONGEST}}}
_NEW = {
    "type": "object",
    "required": ["resourceType", "status", "slot", "participant"],
    "properties": {
        "resourceType": {"const": "Appointment"},
        "status": {"const": "booked"},
        "slot": {"type": "array", "items": _REFERENCE, "minItems": 1, "maxItems": 1},
        "participant": {
            "type": "array",
            "maxItems": 5,
            "items": {"type": "object", "properties": {"actor": _REFERENCE, "status": {"type": "string"}}},
        },
        "identifier": {
            "type": "array",
            "maxItems": 1,
            "items": {
                "type": "object",
                "properties": {
                    "system": {"type": "string", "maxLength": 200},
                    "value": {"type": "string", "maxLength": 100},
                },
            },
        },
    },
}
_CHANGED = {
    "type": "object",
    "required": ["resourceType", "id", "status"],
    "properties": {
        "resourceType": {"const": "Appointment"},
        "id": {"type": "string"},
        "status": {"const": "cancelled"},
        "cancelationReason": {
            "type": "object",
            "properties": {
                "text": _WORDS,
                "coding": {
                    "type": "array",
                    "maxItems": 20,
                    "items": {"type": "object", "properties": dict.fromkeys(("display", "code"), _WORDS)},
                },
            },
        },
    },
}
_PATCH = {
    "type": "array",
    "maxItems": 5,
    "items": {
        "type": "object",
        "required": ["op", "path"],
        "properties": {
            "op": {"enum": ["test", "replace", "add"]},
            "path": {"enum": ["/status", "/cancelationReason"]},
            "value": {},
        },
    },
}


def booking() -> Json:
    """Return what booking takes and answers."""
    known = answers("The visit that was booked before by this identifier", s201="The new visit", **_WRITE)
    return known | _body({JSON_TYPE: _NEW}) | {"parameters": [_header("If-None-Exist")]}


def replacing() -> Json:
    """Return what sending a visit back takes and answers."""
    return answers("The visit", **_WRITE) | _body({JSON_TYPE: _CHANGED}) | {"parameters": [_header("If-Match")]}


def patching() -> Json:
    """Return what a patch takes and answers."""
    body = _body({"application/json-patch+json": _PATCH})
    return answers("The visit", **_WRITE) | body | {"parameters": [_header("If-Match")]}


def _body(types: dict[str, Json]) -> Json:
    content = {name: {"schema": schema} for name, schema in types.items()}
    return {"requestBody": {"required": True, "content": content}}


def _header(name: str) -> Json:
    return {"name": name, "in": "header", "required": False, "schema": {"type": "string", "maxLength": 200}}
