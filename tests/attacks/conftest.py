"""Two worlds to attack: Harbour, which has one of everything, and the demo's two clinics full of people."""

import datetime as dt
from collections.abc import Iterator

import pytest
from django.conf import settings
from django.db import transaction
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoDbBlocker

from clinic import access
from clinic.access import Capability
from clinic.demo import data
from clinic.models import Role, User
from reminders.links import make_diary_link
from reminders.models import Reminder
from tests.addresses import ALL, BY_LINK
from tests.builders import NOW, make_user
from tests.conftest import log_in
from tests.linked import address_for
from tests.world import World

NOON = dt.datetime(2026, 11, 23, 12, 40, tzinfo=dt.UTC)


@pytest.fixture(scope="module")
def _loaded(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[None]:
    with django_db_blocker.unblock(), pytest.MonkeyPatch.context() as patch, transaction.atomic():
        patch.setattr(settings, "OUTBOX_DIR", tmp_path_factory.mktemp("outbox"))
        patch.setattr(settings, "VAR_DIR", tmp_path_factory.mktemp("var"))
        data.load(now=NOON)
        yield
        transaction.set_rollback(True)


@pytest.fixture
def demo(_loaded: None, db: None) -> None:
    """The demo's two clinics on a Monday at noon."""


@pytest.fixture
def mighty(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a prescriber do everything, also what no role may do at once: what they are refused, everybody is."""
    monkeypatch.setattr(access, "CAPABILITIES", access.CAPABILITIES | {Role.PRESCRIBER: frozenset(Capability)})


@pytest.fixture
def insider(world: World, mighty: None) -> Client:
    """Somebody who may do everything at Harbour."""
    return log_in(make_user("ina@harbour.example", "Ina Sider", (world.clinic, Role.PRESCRIBER)))


@pytest.fixture
def by_link(world: World) -> dict[str, str]:
    """The addresses behind a link to a visit and one to a diary, by name."""
    visit = reverse_of(address_for(_message(world), now=NOW))
    staff = User.objects.get(email="p@riverside.example")
    _, address = make_diary_link(patient=world.patient, by=staff, at=NOW)
    tokens = {"v": visit, "d": reverse_of(address)}
    found = {}
    for name in BY_LINK:
        path = str(ALL[name].pattern)
        if "<str:token>" in path and path[0] in tokens:
            more = {"date": "2026-11-22"} if "<str:date>" in path else {}
            found[name] = reverse(name, kwargs={"token": tokens[path[0]], **more})
    return found


def reverse_of(address: str) -> str:
    """Return the token of an address."""
    return address.rstrip("/").rpartition("/")[2]


def _message(world: World) -> Reminder:
    return Reminder.objects.create(
        clinic=world.clinic,
        rule=world.reminder.rule,
        patient=world.patient,
        course=world.course,
        session=world.session,
        session_version=1,
        channel="email",
        state="sent",
        due_at=NOW,
        useful_until=NOW,
        created_at=NOW,
        closed_at=NOW,
    )
