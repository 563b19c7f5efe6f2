"""What every test may rely on: a frozen clock and people with names and roles."""

import gc
import io
import logging
from collections.abc import Iterator

import pytest
import time_machine
from django.conf import settings
from django.contrib.auth import login
from django.db import transaction
from django.http import HttpRequest
from django.test import Client
from django.utils import timezone
from hypothesis import HealthCheck
from hypothesis import settings as given_values
from pytest_django import DjangoDbBlocker

from clinic import logs
from clinic.models import Clinic, Injector, Role, User
from clinic.signing_in.sessions import LONGEST, SessionStore, begin
from patients.models import Patient
from tests.builders import NOW, make_clinic, make_injector, make_patient, make_user
from tests.servers.migrated import django_db_modify_db_settings, pytest_configure
from tests.stack.fixtures import browser, browser_page, pytest_collection_modifyitems, pytest_runtest_teardown, stack
from tests.world import World

# One definition for every folder that looks at the running stack: a second would start a second stack.
__all__ = [
    "browser",
    "browser_page",
    "django_db_modify_db_settings",
    "pytest_collection_modifyitems",
    "pytest_configure",
    "pytest_runtest_teardown",
    "stack",
]


# How long an example takes says how busy the machine is, and nothing about the code.
given_values.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
given_values.load_profile("untimed")


def pytest_collection_finish() -> None:
    """Let the collector of garbage pass over the tests themselves: looking at all of them took it a tenth of the time."""
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True)
def frozen_clock(request: pytest.FixtureRequest) -> Iterator[time_machine.Traveller | None]:
    """Stop the clock at NOW, except where real servers run."""
    if request.node.get_closest_marker("stack"):
        yield None
        return
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture(autouse=True)
def _may_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let everybody rest for a whole shift: most tests move the clock for another reason, and count no write for it."""
    monkeypatch.setattr("clinic.signing_in.middleware.rest_of", lambda request: LONGEST)


@pytest.fixture
def riverside(db: None) -> Clinic:
    """A clinic in London."""
    return make_clinic("Riverside")


@pytest.fixture
def lakeside(db: None) -> Clinic:
    """A clinic in New York."""
    return make_clinic("Lakeside", timezone="America/New_York", country="US", subdivision="NY", phone="+1 212 555 0100")


@pytest.fixture
def front_desk(riverside: Clinic) -> User:
    """Fran, at Riverside's front desk."""
    return make_user("fran@riverside.example", "Fran Adeyemi", (riverside, Role.FRONT_DESK))


@pytest.fixture
def nurse(riverside: Clinic) -> User:
    """Bello, nurse injector at Riverside."""
    return make_user("bello@riverside.example", "RN Bello", (riverside, Role.NURSE_INJECTOR))


@pytest.fixture
def prescriber(riverside: Clinic) -> User:
    """Osei, prescriber at Riverside."""
    return make_user("osei@riverside.example", "Dr Osei", (riverside, Role.PRESCRIBER))


@pytest.fixture
def admin(riverside: Clinic) -> User:
    """Ada, admin of Riverside."""
    return make_user("ada@riverside.example", "Ada Lind", (riverside, Role.ADMIN))


@pytest.fixture
def reader(riverside: Clinic) -> User:
    """Rae, who may only look."""
    return make_user("rae@riverside.example", "Rae Berg", (riverside, Role.READ_ONLY))


@pytest.fixture
def stranger(lakeside: Clinic) -> User:
    """Sam, who holds every right at another clinic and none here."""
    return make_user("sam@lakeside.example", "Sam Okoro", (lakeside, Role.PRESCRIBER))


@pytest.fixture
def osei(riverside: Clinic) -> Injector:
    """Dr Osei's column in Riverside's calendar."""
    return make_injector(riverside, "Dr Osei")


@pytest.fixture
def maria(riverside: Clinic) -> Patient:
    """Maria Santos, a patient at Riverside."""
    return make_patient(riverside)


@pytest.fixture(scope="module")
def _harbour(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[World]:
    """Made once for all tests of a file, since making takes longer than asking; rolled back after them."""
    with django_db_blocker.unblock(), transaction.atomic():
        with time_machine.travel(NOW, tick=False):
            made = World(make_clinic("Harbour"))
        yield made
        transaction.set_rollback(True)


@pytest.fixture
def world(_harbour: World, db: None) -> World:
    """Harbour with one of everything. What a test changes there is rolled back after it."""
    return _harbour


@pytest.fixture
def logged() -> Iterator[io.StringIO]:
    """What a clinic's installation would have written into its logs."""
    stream, root = io.StringIO(), logging.getLogger()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logs.formatter())
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    yield stream
    root.removeHandler(handler)
    root.setLevel(level)


def log_in(user: User) -> Client:
    """Return a browser in which this person is logged in."""
    # As Client.force_login does it, which makes a session before and reads it after: most tests begin with this.
    request = HttpRequest()
    request.session = SessionStore()
    login(request, user, backend=settings.AUTHENTICATION_BACKENDS[0])
    begin(request.session, device="Firefox on Linux", network="", at=timezone.now())
    request.session.set_expiry(timezone.now() + LONGEST)
    request.session.save()
    client = Client()
    client.cookies[settings.SESSION_COOKIE_NAME] = str(request.session.session_key)
    return client
