"""Where programs ask: one pair of addresses for each kind, made from the table of kinds."""

from collections.abc import Callable
from typing import Any

from django.core.exceptions import BadRequest, RequestDataTooBig, SuspiciousOperation
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.http.multipartparser import MultiPartParserError
from django.utils import timezone
from ninja import NinjaAPI
from ninja.errors import ValidationError

from interface.fhir import answers, bodies, booking, capability, changing, described, query, trace
from interface.fhir.auth import Token, permit
from interface.fhir.outcome import Refused, not_found, refuse
from interface.fhir.resources import KINDS, Kind
from interface.fhir.resources.appointment import APPOINTMENT
from interface.models import Integration

TOKEN = Token()
EVERY_METHOD = ["GET", "POST", "PUT", "PATCH", "DELETE"]

api = NinjaAPI(
    title="Twelve Weeks",
    version="1",
    description="What a clinic holds, in the shape of FHIR R4.",
    urls_namespace="interface",
    docs_url=None,
    openapi_url="/openapi.json",
    openapi_extra=described.EXTRA,
)


def _reader(kind: Kind) -> Callable[..., HttpResponse]:
    """Make the view of one record."""

    def read(request: HttpRequest, uid: str) -> HttpResponse:
        asking, now = _asking(request), timezone.now()
        permit(asking, kind.kind, "read")
        whose, resource = kind.find(uid, asking.clinic, now)
        trace.read(asking, kind.kind, whose, now)
        return answers.one(request, resource)

    return read


def _searcher(kind: Kind) -> Callable[..., HttpResponse]:
    """Make the view of a search; each address needs one of its own."""

    def search(request: HttpRequest) -> HttpResponse:
        asking, now = _asking(request), timezone.now()
        permit(asking, kind.kind, "read")
        asked = query.read(request, kind.allowed, asking.clinic)
        page = kind.search(asked, asking.clinic, now)
        trace.searched(asking, kind.kind, [whose for whose, _ in page.found], page.total, now)
        return answers.bundle(request, kind.kind, page, asked, asking.clinic)

    return search


def _add(kind: Kind) -> None:
    """Make the addresses of a kind: one record, a search, and a search whose words stay out of the address."""
    name = kind.kind
    common: dict[str, Any] = {"auth": TOKEN, "tags": [name]}
    api.post(
        f"/{name}/_search",
        operation_id=f"search{name}ByPost",
        url_name=f"{name}-search",
        summary=f"Search {name}; values stay out of the address",
        openapi_extra=described.search_by_post(kind),
        **common,
    )(_searcher(kind))
    api.get(
        f"/{name}/{{uid}}",
        operation_id=f"read{name}",
        url_name=f"{name}-one",
        summary=kind.words,
        openapi_extra=described.reading(kind),
        **common,
    )(_reader(kind))
    api.get(
        f"/{name}",
        operation_id=f"search{name}",
        url_name=f"{name}-list",
        summary=f"Search {name}",
        openapi_extra=described.search(kind),
        **common,
    )(_searcher(kind))


def _asking(request: HttpRequest) -> Integration:
    """Return the integration that the token belongs to, if it takes what we answer with."""
    query.mind_what_is_accepted(request)
    asking: Integration = request.auth  # type: ignore[attr-defined]
    return asking


@api.get("/metadata", url_name="metadata", operation_id="metadata", tags=["metadata"], openapi_extra=described.OPEN)
def metadata(request: HttpRequest) -> HttpResponse:
    """Say what this interface can do. Needs no token, and tells nothing about anybody."""
    query.mind_what_is_accepted(request)
    return answers.answer(capability.statement())


for _kind in KINDS:
    _add(_kind)


@api.post(
    "/Appointment",
    url_name="Appointment-new",
    operation_id="createAppointment",
    auth=TOKEN,
    tags=["Appointment"],
    openapi_extra=described.booking(),
)
def create(request: HttpRequest) -> HttpResponse:
    """Book a visit. The same identifier sent twice books once."""
    asking, now = _asking(request), timezone.now()
    permit(asking, "Appointment", "write")
    body = bodies.resource(bodies.read(request), "Appointment")
    exist = request.headers.get("If-None-Exist", "")
    session, new = booking.book(integration=asking, body=body, if_none_exist=exist, at=now)
    whose, resource = APPOINTMENT.find(str(session.uid), asking.clinic, now)
    if not new:
        trace.read(asking, "Appointment", whose, now)
    place = request.build_absolute_uri(f"{request.path}/{session.uid}")
    return answers.one(request, resource, 201 if new else 200, Location=place)


@api.put(
    "/Appointment/{uid}",
    url_name="Appointment-replace",
    operation_id="updateAppointment",
    auth=TOKEN,
    tags=["Appointment"],
    openapi_extra=described.replacing(),
)
def update(request: HttpRequest, uid: str) -> HttpResponse:
    """Cancel a visit by sending it back with the status cancelled."""
    return _change(request, uid, lambda: bodies.resource(bodies.read(request), "Appointment"), changing.replaced)


@api.patch(
    "/Appointment/{uid}",
    url_name="Appointment-patch",
    operation_id="patchAppointment",
    auth=TOKEN,
    tags=["Appointment"],
    openapi_extra=described.patching(),
)
def patch(request: HttpRequest, uid: str) -> HttpResponse:
    """Cancel a visit by a JSON Patch of its status."""
    return _change(request, uid, lambda: bodies.read(request, bodies.PATCH_TYPES), changing.patched)


def _change(
    request: HttpRequest, uid: str, body: Callable[[], Any], read: Callable[..., tuple[bool, str]]
) -> HttpResponse:
    asking, now = _asking(request), timezone.now()
    permit(asking, "Appointment", "write")
    sent = body()
    with transaction.atomic():
        session = booking.current(asking, uid, request)
        to_cancel, reason = read(sent, session)
        if not to_cancel:  # what asks for no change only looks
            permit(asking, "Appointment", "read")
        changed = to_cancel and booking.cancel(integration=asking, session=session, reason=reason, at=now)
    whose, resource = APPOINTMENT.find(uid, asking.clinic, now)
    if not changed:
        trace.read(asking, "Appointment", whose, now)
    return answers.one(request, resource)


@api.api_operation(EVERY_METHOD, "/{path:rest}", url_name="nowhere", include_in_schema=False)
def nowhere(request: HttpRequest, rest: str) -> HttpResponse:
    """Answer for every address that is none."""
    raise not_found()


@api.exception_handler(Refused)
def _refused(request: HttpRequest, error: Refused) -> HttpResponse:
    return answers.refused(request, error)


@api.exception_handler(RequestDataTooBig)
def _too_big(request: HttpRequest, error: RequestDataTooBig) -> HttpResponse:
    return answers.too_big(request, error)


@api.exception_handler(BadRequest)  # a form in other letters than UTF-8
@api.exception_handler(SuspiciousOperation)  # more parameters than anybody needs
@api.exception_handler(MultiPartParserError)
@api.exception_handler(ValidationError)
def _unreadable(request: HttpRequest, error: Exception) -> HttpResponse:
    return answers.refused(request, refuse(400, "invalid", "The request cannot be read."))


@api.exception_handler(Exception)
def _failed(request: HttpRequest, error: Exception) -> HttpResponse:
    return answers.failed(request, error)
