"""What the tests of reminders share: a clinic with its rules and texts, and a place for what is sent."""

import datetime as dt
from collections.abc import Iterable
from pathlib import Path

import pytest
from django.test import Client
from pytest_django import Settings

from clinic.models import Clinic, Injector, User
from patients.models import Channel, Patient
from reminders import defaults, links
from reminders.channels import CannotAnswer, Message, SendError
from reminders.dispatch.claim import claim
from reminders.models import Delivery, Reminder
from reminders.planning.due import create_due
from reminders.planning.rules import ActiveRules
from reminders.planning.visits import create_visits
from tests.builders import NOW, TODAY, make_course, make_patient, make_session
from tests.linked import address_for
from treatments.models import TreatmentSession


@pytest.fixture
def rules(riverside: Clinic) -> Clinic:
    """Riverside with the rules and texts that every clinic starts with."""
    defaults.install(riverside)
    return riverside


@pytest.fixture(autouse=True)
def outbox_folder(settings: Settings, tmp_path: Path) -> Path:
    """Text messages go to files in a folder of this test."""
    settings.OUTBOX_DIR = tmp_path
    return tmp_path


class Gateway:
    """Takes messages, or fails as it was told, one answer after the other."""

    def __init__(self) -> None:
        self.taken: list[Message] = []
        self.answers: list[SendError] = []
        self.asked_for: list[Message] = []
        self.asked_since: list[dt.date] = []
        self.knows: str | None = None
        self.can_answer = True
        self.silence: SendError | None = None  # what becomes of each question

    def prepare(self, messages: Iterable[Message]) -> None:
        """Nothing is to be done beforehand."""

    def send(self, message: Message) -> str:
        """Take it, or fail."""
        if self.answers:
            raise self.answers.pop(0)
        self.taken.append(message)
        return f"id-{len(self.taken)}"

    def find(self, message: Message, *, since: dt.date) -> list[str]:
        """Say what it knows."""
        self.asked_for.append(message)
        self.asked_since.append(since)
        if self.silence:
            raise self.silence
        if not self.can_answer:
            raise CannotAnswer
        return [self.knows] if self.knows else []

    def close(self) -> None:
        """Nothing is open."""


@pytest.fixture
def gateways(monkeypatch: pytest.MonkeyPatch) -> dict[str, Gateway]:
    """One gateway for each channel, under the test's control. The real ones are tested in test_channels."""
    table: dict[str, Gateway] = {channel.value: Gateway() for channel in Channel}
    monkeypatch.setattr("reminders.channels.carrier_for", lambda channel, demo, keep_open: table[channel])
    return table


@pytest.fixture
def visit(rules: Clinic, osei: Injector, maria: Patient) -> TreatmentSession:
    """Maria's visit with Dr Osei on Thursday 26 November at 10:30, booked a month ago: three days ahead."""
    starts_at = dt.datetime(2026, 11, 26, 10, 30, tzinfo=dt.UTC)
    return make_session(make_course(maria), osei, starts_at, placed_at=NOW - dt.timedelta(days=30))


@pytest.fixture
def reminder(visit: TreatmentSession) -> Reminder:
    """The text message three days before Maria's visit, due now."""
    create_visits(ActiveRules(), now=NOW)  # all that planning does for a visit; the rest of it took most of each test
    return Reminder.objects.get(rule__days_before=3)


@pytest.fixture
def in_doubt(reminder: Reminder) -> Reminder:
    """The same, whose worker died in the middle of its first attempt."""
    (claimed,) = claim(now=NOW, limit=1)
    Delivery.objects.create(clinic=claimed.clinic, reminder=claimed, attempt=1, started_at=NOW)
    return claimed


@pytest.fixture
def link(reminder: Reminder) -> str:
    """The address in Maria's message, without the site's name."""
    address = address_for(reminder, now=NOW)
    return address.removeprefix("http://127.0.0.1:8000")


@pytest.fixture
def phone() -> Client:
    """Maria's phone: nobody is logged in, and forms are checked as in a browser."""
    return Client(enforce_csrf_checks=True)


@pytest.fixture
def due_link(rules: Clinic, osei: Injector) -> str:
    """The address in Jo's message that says it is time to book."""
    make_course(make_patient(rules, "Jo", "Park"), last_given_on=TODAY - dt.timedelta(days=70))
    create_due(ActiveRules(), now=NOW)
    address = address_for(Reminder.objects.get(due_date__isnull=False), now=NOW)
    return address.removeprefix("http://127.0.0.1:8000")


@pytest.fixture
def diary_link(maria: Patient, front_desk: User) -> str:
    """The address of Maria's diary, without the site's name."""
    _link, address = links.make_diary_link(patient=maria, by=front_desk, at=NOW)
    return address.removeprefix("http://127.0.0.1:8000")
