"""A course in the middle of treatment, its next visit, and one that has begun."""

import datetime as dt

import pytest

from clinic.models import Injector
from patients.models import Patient
from tests.builders import NOW, TODAY, make_course, make_session
from treatments.models import Course, Status, TreatmentSession

# Monday 31 August 2026: 84 days before the frozen day, while London still had summer time.
TWELVE_WEEKS_AGO = TODAY - dt.timedelta(days=84)


@pytest.fixture
def course(maria: Patient, osei: Injector) -> Course:
    """Maria's course: her last session was twelve weeks ago with Dr Osei, so she is due today."""
    return make_course(maria, last_given_on=TWELVE_WEEKS_AGO, injector=osei)


@pytest.fixture
def visit(course: Course, osei: Injector) -> TreatmentSession:
    """Maria's visit at eleven today."""
    return make_session(course, osei, NOW + dt.timedelta(hours=1), due_on=TODAY)


@pytest.fixture
def in_room(course: Course, osei: Injector) -> TreatmentSession:
    """Maria, in the room, due today."""
    return make_session(course, osei, NOW, status=Status.IN_ROOM, due_on=TODAY)
