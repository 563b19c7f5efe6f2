"""Programs that others wrote: a FHIR client over a real connection, and one that makes up requests from the description."""

import threading
from collections.abc import Iterator
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, make_server

import pytest
import schemathesis
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, connections
from fhirpy import SyncFHIRClient
from hypothesis import HealthCheck, given, settings

from clinic.models import Clinic, Injector
from interface.fhir import auth
from patients.models import Patient
from reminders.own_pages.limits import Limit
from tests.interface.programs import Program
from treatments.models import Course, OutcomeScore, TreatmentSession

EXAMPLES = 4


class _Quiet(WSGIRequestHandler):
    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture(autouse=True)
def _kept_open() -> Iterator[None]:
    """Let no request close the connection, as Django's own test client does: this test's transaction is on it."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def address(db: None) -> Iterator[str]:
    """The site behind a real port, in this test's own transaction: its thread borrows the connection."""
    server = make_server("127.0.0.1", 0, WSGIHandler(), handler_class=_Quiet)

    def serve() -> None:
        connections["default"] = shared
        server.serve_forever(poll_interval=0.01)

    shared = connections["default"]
    shared.inc_thread_sharing()
    thread = threading.Thread(target=serve)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/fhir"
    server.shutdown()
    thread.join()
    server.server_close()
    shared.dec_thread_sharing()


def test_a_client_of_others_finds_books_and_cancels(
    address: str, program: Program, course: Course, osei: Injector, maria: Patient
) -> None:
    client = SyncFHIRClient(address, authorization=f"Bearer {program.token}")
    person: Any = client.resources("Patient").search(_id=str(maria.uid)).first()
    assert person["birthDate"] == "1984-04-17"
    slots = client.resources("Slot").search(start="2026-11-26", _count=10).fetch_all()
    assert len(slots) == 32
    assert client.resources("Slot").search(start="2026-11-26").count() == 32
    visit = client.resource(
        "Appointment",
        status="booked",
        slot=[{"reference": f"Slot/{slots[0]['id']}"}],
        participant=[{"actor": {"reference": f"Patient/{maria.uid}"}, "status": "accepted"}],
    )
    visit.save()
    assert TreatmentSession.objects.get().course == course
    visit["status"] = "cancelled"
    visit.save()
    assert TreatmentSession.objects.get().status == "cancelled"
    assert client.resources("Appointment").search(patient=str(maria.uid), status="cancelled").count() == 1


@pytest.mark.parametrize("with_token", [True, False])
def test_no_request_made_up_from_the_description_breaks_anything(
    program: Program,
    riverside: Clinic,
    given_and_booked: None,
    monkeypatch: pytest.MonkeyPatch,
    with_token: bool,
) -> None:
    monkeypatch.setattr(auth, "REQUESTS", Limit("interface", 10**6, auth.REQUESTS.within))
    monkeypatch.setattr(auth, "WRONG_TOKENS", Limit("interface-token", 10**6, auth.WRONG_TOKENS.within))
    schema = schemathesis.openapi.from_wsgi("/fhir/openapi.json", WSGIHandler())
    headers = {"Authorization": f"Bearer {program.token}"} if with_token else {}
    operations: Any = schema.get_all_operations()
    for operation in operations:
        _try(operation.ok(), headers)


def _try(operation: Any, headers: dict[str, str]) -> None:
    @settings(max_examples=EXAMPLES, database=None, suppress_health_check=list(HealthCheck))
    @given(case=operation.as_strategy())
    def check(case: Any) -> None:
        response = case.call(headers=headers)
        assert response.status_code < 500, (operation.label, response.text)
        assert response.headers["content-type"][0].startswith(("application/fhir+json", "application/json"))

    check()


@pytest.fixture
def given_and_booked(given: TreatmentSession, visit: TreatmentSession, score: OutcomeScore) -> None:
    """Something to find."""
