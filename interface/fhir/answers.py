"""From a resource or a refusal to an HTTP answer."""

import json
import logging
from email.utils import format_datetime
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.utils.dateparse import parse_datetime

from clinic.models import Clinic
from interface.fhir import query as queries
from interface.fhir.outcome import Issue, Json, Refused, outcome
from interface.fhir.rows import Page
from interface.fhir.shapes import JSON_TYPE, version_of, versions_in

logger = logging.getLogger(__name__)


def answer(body: Json, status: int = 200, **headers: str) -> HttpResponse:
    """Return JSON that nobody may keep on the way."""
    response = HttpResponse(
        json.dumps(body, ensure_ascii=False), status=status, content_type=f"{JSON_TYPE}; charset=utf-8"
    )
    response["Cache-Control"] = "no-store"
    for name, value in headers.items():
        response[name.replace("_", "-")] = value
    return response


def one(request: HttpRequest, resource: Json, status: int = 200, **headers: str) -> HttpResponse:
    """Return a resource with its version; 304 when the caller has that version already."""
    version = version_of(resource)
    updated = resource["meta"].get("lastUpdated")
    if request.method == "GET" and version in versions_in(request.headers.get("If-None-Match", "")):
        return HttpResponse(status=304, headers={"ETag": version, "Cache-Control": "no-store"})
    moment = parse_datetime(updated) if updated else None
    dated = {"Last_Modified": format_datetime(moment, usegmt=True)} if moment else {}
    return answer(resource, status, ETag=version, **dated, **headers)


def bundle(request: HttpRequest, kind: str, page: Page, asked: queries.Query, clinic: Clinic) -> HttpResponse:
    """Return a page of a search, with the address of the next one where there is more."""
    base = request.build_absolute_uri(request.path.removesuffix("/_search"))
    links = [{"relation": "self", "url": _itself(base, request, asked)}]
    if page.after:
        packed = queries.packed(asked, page.after, kind, clinic)
        links.append({"relation": "next", "url": f"{base}?_page={packed}"})
    body: dict[str, Any] = {"resourceType": "Bundle", "type": "searchset", "link": links}
    if page.total is not None:
        body["total"] = page.total
    found = [
        {"fullUrl": f"{base}/{resource['id']}", "resource": resource, "search": {"mode": "match"}}
        for _, resource in page.found
    ]
    return answer(body | ({"entry": found} if found else {}))


def _itself(base: str, request: HttpRequest, asked: queries.Query) -> str:
    """Return the address of a search: what was made use of, and nothing of a body, which may hold names."""
    used = request.GET.copy()
    for name in asked.ignored & used.keys():
        del used[name]
    return f"{base}?{used.urlencode()}" if used else base


def refused(request: HttpRequest, error: Refused) -> HttpResponse:
    """Return what stood in the way."""
    return answer(outcome(error.issues), error.status, **error.headers)


def too_big(request: HttpRequest, error: RequestDataTooBig) -> HttpResponse:
    """Return that a body is larger than any that is taken."""
    return answer(outcome([Issue("too-long", "The body is too large.")]), 413)


def failed(request: HttpRequest, error: Exception) -> HttpResponse:
    """Return a fault of our own, without a word of what it was; the log has it."""
    logger.error("a request of another program failed", exc_info=error)
    return answer(outcome([Issue("exception", "Something went wrong here. It was written down.")], "fatal"), 500)


def not_allowed(methods: str) -> HttpResponse:
    """Return that this address knows no such method, and which it knows; HEAD is answered wherever GET is."""
    allowed = ", ".join(f"{one}, HEAD" if one == "GET" else one for one in methods.split(", "))
    return answer(outcome([Issue("not-supported", f"This address takes {allowed}.")]), 405, Allow=allowed)
