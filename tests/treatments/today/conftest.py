"""Today with its visits, as the front desk sees it."""

import datetime as dt

import pytest
from django.test import Client

from clinic.models import Clinic, User
from tests.builders import NOW, make_course, make_injector, make_patient, make_session
from tests.conftest import log_in
from treatments import days
from treatments.models import TreatmentSession

MINUTE = dt.timedelta(minutes=1)
TODAY_URL, CHANGES = "/today/", "/today/changes/"


@pytest.fixture
def client(front_desk: User) -> Client:
    """The front desk's browser."""
    return log_in(front_desk)


@pytest.fixture
def toms(riverside: Clinic) -> TreatmentSession:
    """Tom's visit at noon with another injector."""
    injector = make_injector(riverside, "RN Bello")
    return make_session(make_course(make_patient(riverside, "Tom", "Reid")), injector, NOW + dt.timedelta(hours=2))


def row_of(visit: TreatmentSession, at: dt.datetime = NOW) -> days.DayRow:
    """Return a visit as a row of its day."""
    session = next(one for one in days.sessions_of_day(visit.clinic, visit.local_date) if one.pk == visit.pk)
    return days.row_of(session, visit.clinic, at)
