"""Vials in stock, and Maria in the room."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

from clinic.models import Clinic, User
from patients.models import Patient
from tests.builders import NOW, TODAY, make_patient
from treatments import protocol, recording
from treatments.models import SessionRecord, StockVial, TreatmentSession
from treatments.recording import Findings, SinceLast, VialUsed
from treatments.safety import QUESTIONS
from treatments.stock.changes import Delivery, receive

EXPIRY = TODAY + dt.timedelta(days=300)

Receive = Callable[..., list[StockVial]]
Sign = Callable[..., SessionRecord]


@pytest.fixture
def stocked(riverside: Clinic, nurse: User) -> Receive:
    """Receive vials: one of lot C4471 with 200 units unless a test says otherwise."""

    def stocked(**more: Any) -> list[StockVial]:
        delivery: dict[str, Any] = {
            "lot": "C4471",
            "strength": 200,
            "expires_on": EXPIRY,
            "number": 1,
            "received_on": TODAY,
        }
        return receive(clinic=riverside, delivery=Delivery(**delivery | more), by=nurse, at=NOW)

    return stocked


@pytest.fixture
def sign(in_room: TreatmentSession, nurse: User) -> Sign:
    """Sign Maria's standard session with one vial of lot C4471 unless a test says otherwise."""

    def sign(
        *vials: VialUsed,
        plan: dict[str, int] | None = None,
        session: TreatmentSession = in_room,
        stopped_reason: str = "",
    ) -> SessionRecord:
        found = Findings(
            plan=plan or protocol.standard_set(),
            vials=vials or [VialUsed("C4471", EXPIRY, 200)],
            answers={question.key: False for question in QUESTIONS},
            screened_on=TODAY,
            since_last=SinceLast(told=None),
            identity_checked=True,
            consent_confirmed=True,
            stopped_reason=stopped_reason,
        )
        return recording.sign_session(session=session, found=found, by=nurse, at=NOW)

    return sign


@pytest.fixture
def tom(riverside: Clinic) -> Patient:
    """Another patient."""
    return make_patient(riverside, "Tom", "Reid")
