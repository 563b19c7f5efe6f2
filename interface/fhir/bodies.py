"""What a program sends, read strictly: every part that is used is checked, and nothing that is kept from us is lost in silence."""

import datetime as dt
import json
import re
from typing import Any

from django.http import HttpRequest

from interface.fhir.outcome import Json, refuse

LARGEST = 64 * 1024
JSON_TYPES = ("application/fhir+json", "application/json")
PATCH_TYPES = ("application/json-patch+json",)
_HIDDEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


def read(request: HttpRequest, types: tuple[str, ...] = JSON_TYPES) -> Any:
    """Return the body of a request. Raises Refused for what is no JSON, or more than a visit can need."""
    if request.content_type not in types:
        raise refuse(415, "not-supported", f"Send {types[0]}.")
    if len(request.body) > LARGEST:
        raise refuse(413, "too-long", "The body is too large.")
    try:
        return json.loads(request.body, object_pairs_hook=_once)
    except (ValueError, RecursionError) as error:
        raise refuse(400, "structure", "The body is no JSON.") from error


def _once(parts: list[tuple[str, Any]]) -> Json:
    """Return an object. One that names a part twice is refused: of the two, one would be lost in silence."""
    found = dict(parts)
    if len(found) < len(parts):
        raise refuse(400, "structure", "The body names a part of an object twice.")
    return found


def resource(body: Any, kind: str) -> Json:
    """Return a body that is a resource of this kind."""
    if not isinstance(body, dict) or body.get("resourceType") != kind:
        raise refuse(400, "structure", f"Send one {kind}.")
    return body


def text(value: Any, where: str, most: int) -> str:
    """Return a text that may be kept, or "" where there is none."""
    if value is None:
        return ""
    if not isinstance(value, str) or _HIDDEN.search(value) or len(value) > most:
        raise refuse(422, "value", f"{where} has to be a text of at most {most} letters.", where)
    return value.strip()


def moment(value: Any) -> dt.datetime | None:
    """Return a moment however it is written: libraries of others leave out the milliseconds, or write +00:00 for Z."""
    try:
        return dt.datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None


def members(value: Any, where: str, most: int = 20) -> list[Json]:
    """Return the objects of a list."""
    found = [] if value is None else value
    if not isinstance(found, list) or len(found) > most or not all(isinstance(one, dict) for one in found):
        raise refuse(422, "structure", f"{where} has to be a short list of objects.", where)
    return found


def member(value: Any, where: str) -> Json:
    """Return an object; an empty one where there is none."""
    if not isinstance(value, dict | None):
        raise refuse(422, "structure", f"{where} has to be an object.", where)
    return value or {}
