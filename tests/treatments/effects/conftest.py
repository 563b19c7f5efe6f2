"""What somebody reports."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

from clinic.models import User
from patients.models import Patient
from tests.builders import NOW, TODAY
from treatments.effects.catalogue import Severity
from treatments.effects.reporting import Told, report
from treatments.models import SideEffect

YESTERDAY = TODAY - dt.timedelta(days=1)
Report = Callable[..., list[SideEffect]]


@pytest.fixture
def reported(maria: Patient, front_desk: User) -> Report:
    """Write down that Maria's neck hurts since yesterday, unless a test says otherwise."""

    def reported(*effects: str, **more: Any) -> list[SideEffect]:
        by, at = more.pop("by", front_desk), more.pop("at", NOW)
        fields: dict[str, Any] = {
            "effects": effects or ("neck_pain",),
            "severity": Severity.MILD,
            "began_on": YESTERDAY,
        }
        told = Told(**fields | more)
        return report(patient=maria, told=told, by=by, at=at)

    return reported
