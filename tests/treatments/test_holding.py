"""Whoever changes something of a person holds the person first, all in one order."""

import datetime as dt
import re
from collections.abc import Callable
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from clinic.models import User
from patients.actions import draft_assessment, sign_assessment
from patients.actions.diary_days import DayFacts, settle_claim, write_days
from patients.eligibility import Findings
from patients.models import DiaryClaim, DiaryDay, Patient
from tests.builders import NOW, TODAY, make_assessment
from treatments.courses import open_course

FOUND = Findings(age=None, headache_days=20, long_headache_days=18, migraine_days=12, months_at_this_level=6)
DAY = dt.timedelta(days=1)


def draft(patient: Patient, by: User) -> object:
    """Draft an assessment."""
    return draft_assessment(patient=patient, by=by, at=NOW, source="clinic", assessed_on=TODAY, found=FOUND)


def write(patient: Patient, by: User, source: DiaryDay.Source = DiaryDay.Source.CLINIC, hours: int = 4) -> None:
    """Write yesterday down."""
    facts = DayFacts(TODAY - DAY, {"headache_hours": Decimal(hours)})
    write_days(patient=patient, days=[facts], source=source, by=by, at=NOW)


def opening(patient: Patient, by: User) -> Callable[[], object]:
    """Return the opening of a course."""
    assessment = make_assessment(patient, signed_by=by)
    return lambda: open_course(assessment=assessment, by=by, at=NOW)


def signing(patient: Patient, by: User) -> Callable[[], object]:
    """Return the signature of an assessment."""
    assessment = draft_assessment(patient=patient, by=by, at=NOW, source="clinic", assessed_on=TODAY, found=FOUND)
    return lambda: sign_assessment(assessment=assessment, by=by, at=NOW)


def settling(patient: Patient, by: User) -> Callable[[], object]:
    """Return the settling of two answers about a day."""
    write(patient, by)
    write(patient, by, DiaryDay.Source.PAPER, hours=6)
    claim = DiaryClaim.objects.select_related("patient__clinic", "clinic").get()
    return lambda: settle_claim(claim=claim, take=True, reason="She remembered", by=by, at=NOW)


@pytest.mark.parametrize(
    "prepare",
    [
        pytest.param(opening, id="opening a course"),
        pytest.param(lambda patient, by: lambda: draft(patient, by), id="drafting an assessment"),
        pytest.param(signing, id="signing an assessment"),
        pytest.param(lambda patient, by: lambda: write(patient, by), id="writing the diary"),
        pytest.param(settling, id="settling the diary"),
    ],
)
def test_the_ways_to_reach_somebody_are_held_and_then_the_person(
    maria: Patient, prescriber: User, prepare: Callable[[Patient, User], Callable[[], object]]
) -> None:
    act = prepare(maria, prescriber)
    with CaptureQueriesContext(connection) as queries:
        act()
    asked = [re.search(r'FROM "patients_(contactpoint|patient)"', query["sql"]) for query in queries]
    assert [found[1] for found in asked if found][:2] == ["contactpoint", "patient"]
