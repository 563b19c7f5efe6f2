"""A clinic with one of everything that can be asked for."""

import datetime as dt

import pytest

from clinic.models import Clinic, Injector, User
from patients.models import Patient
from tests.builders import NOW, TODAY, make_course, make_record, make_session, sign_record
from tests.interface.programs import Program
from treatments.models import Course, OutcomeScore, Status, TreatmentSession

GIVEN_ON = TODAY - dt.timedelta(days=84)


@pytest.fixture
def program(riverside: Clinic) -> Program:
    """A program that may ask for everything at Riverside."""
    return Program(riverside)


@pytest.fixture
def course(maria: Patient) -> Course:
    """Maria's course."""
    return make_course(maria)


@pytest.fixture
def given(course: Course, osei: Injector, prescriber: User) -> TreatmentSession:
    """Maria's session of twelve weeks ago, signed, from two vials."""
    at = dt.datetime.combine(GIVEN_ON, dt.time(9), dt.UTC)
    session = make_session(
        course, osei, at, status=Status.DONE, given_on=GIVEN_ON, placed_at=at - dt.timedelta(days=30)
    )
    record = make_record(session, screened_on=GIVEN_ON, started_at=at)
    sign_record(record, by=prescriber, at=at, lots=("C7601C3", "C7602C3"))
    session.refresh_from_db()
    return session


@pytest.fixture
def visit(course: Course, osei: Injector) -> TreatmentSession:
    """Maria's visit with Dr Osei on Thursday at 10:30."""
    return make_session(course, osei, dt.datetime(2026, 11, 26, 10, 30, tzinfo=dt.UTC))


@pytest.fixture
def score(maria: Patient, nurse: User) -> OutcomeScore:
    """Maria's totals of last week."""
    return OutcomeScore.objects.create(
        clinic=maria.clinic, patient=maria, taken_on=TODAY, hit6=62, midas=40, entered_at=NOW, entered_by=nurse
    )
