"""Maria in the room, and a signature with whatever a test changes."""

from collections.abc import Callable
from typing import Any

import pytest

from clinic.models import User
from tests.builders import NOW, TODAY
from tests.treatments.stock.conftest import EXPIRY, sign, stocked, tom
from treatments import protocol, recording
from treatments.models import SessionRecord, TreatmentSession
from treatments.recording import Findings, Refused, SinceLast, VialUsed
from treatments.safety import QUESTIONS

__all__ = ["sign", "stocked", "tom"]

ALL_NO: dict[str, bool | None] = {question.key: False for question in QUESTIONS}

Outcome = Callable[..., str]


def findings(**more: Any) -> Findings:
    """Return a standard session with one vial, whatever a test changes."""
    found: dict[str, Any] = {
        "plan": protocol.standard_set(),
        "vials": [VialUsed("C4471", EXPIRY, 200)],
        "answers": ALL_NO,
        "screened_on": TODAY,
        "since_last": SinceLast(told=None),
        "identity_checked": True,
        "consent_confirmed": True,
    }
    return Findings(**found | more)


@pytest.fixture
def outcome(in_room: TreatmentSession) -> Outcome:
    """Sign, and return "signed" or all the words that refused it."""

    def outcome(by: User, **more: Any) -> str:
        at = more.pop("at", NOW)
        try:
            recording.sign_session(session=in_room, found=findings(**more), by=by, at=at)
        except Refused as refusal:
            assert not SessionRecord.objects.filter(session=in_room).exists()
            return " ".join(refusal.faults)
        return "signed"

    return outcome
