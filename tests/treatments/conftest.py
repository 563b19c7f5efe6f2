"""A course in the middle of treatment."""

import datetime as dt

import pytest

from clinic.models import Injector
from patients.models import Patient
from tests.builders import TODAY, make_course
from treatments.models import Course

# Monday 31 August 2026: 84 days before the frozen day, while London still had summer time.
TWELVE_WEEKS_AGO = TODAY - dt.timedelta(days=84)


@pytest.fixture
def course(maria: Patient, osei: Injector) -> Course:
    """Maria's course: her last session was twelve weeks ago with Dr Osei, so she is due today."""
    return make_course(maria, last_given_on=TWELVE_WEEKS_AGO, injector=osei)
