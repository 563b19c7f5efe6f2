"""What a worker looks up and prepares beforehand: for many at a time, and never older than two seconds when one leaves."""

import datetime as dt
import signal
from collections.abc import Callable, Iterable, Iterator
from itertools import count

import pytest
from celery.signals import worker_shutting_down
from django.core.management import call_command

from clinic.celery import app
from clinic.models import Clinic, Injector
from patients.models import Channel, ContactPoint, Patient
from reminders.channels import Message
from reminders.dispatch import halting, loop, send_due
from reminders.models import Reminder, State
from reminders.planning import reconcile
from tests.builders import NOW, make_course, make_patient, make_session
from tests.reminders.conftest import Gateway
from treatments.models import TreatmentSession

PEOPLE = 9
SECOND = dt.timedelta(seconds=1)


class SlowGateway(Gateway):
    """Takes so many seconds for each message; what somebody does meanwhile is done after the first."""

    def __init__(self, seconds: float, meanwhile: Callable[[], object] = lambda: None) -> None:
        super().__init__()
        self.now, self._each, self._meanwhile = NOW, seconds * SECOND, meanwhile
        self.prepared: list[int] = []

    def prepare(self, messages: Iterable[Message]) -> None:
        """Remember how many at a time."""
        self.prepared.append(len(list(messages)))

    def send(self, message: Message) -> str:
        """Take it, slowly."""
        if not self.taken:
            self._meanwhile()
        self.now += self._each
        return super().send(message)

    def work(self) -> int:
        """Let a worker send by this gateway."""
        return send_due(clock=lambda: self.now, deadline=NOW + 60 * SECOND)


@pytest.fixture
def letters(rules: Clinic, osei: Injector) -> None:
    """Some people's letters, all due now."""
    for number in range(PEOPLE):
        course = make_course(make_patient(rules, record_number=f"RV{100 + number:06d}"))
        starts_at = dt.datetime(2026, 11, 26, 9, 30, tzinfo=dt.UTC) + number * dt.timedelta(minutes=30)
        make_session(course, osei, starts_at, placed_at=NOW - dt.timedelta(days=30))
    reconcile(now=NOW)
    Reminder.objects.exclude(rule__days_before=3).delete()
    Patient.objects.update(preferred_channel=Channel.EMAIL)
    Reminder.objects.update(channel=Channel.EMAIL, due_at=NOW)
    assert Reminder.objects.count() == PEOPLE


def put_up(gateway: Gateway, gateways: dict[str, Gateway]) -> None:
    gateways[Channel.EMAIL] = gateway


def withdraw_all() -> None:
    ContactPoint.objects.filter(channel=Channel.EMAIL).update(withdrawn_at=NOW, withdrawn_source="test")


def test_all_are_prepared_at_once_for_a_quick_gateway(letters: None, gateways: dict[str, Gateway]) -> None:
    quick = SlowGateway(0)
    put_up(quick, gateways)
    assert quick.work() == PEOPLE
    assert quick.prepared == [PEOPLE]


def test_no_more_are_prepared_than_a_slow_gateway_takes_in_time(letters: None, gateways: dict[str, Gateway]) -> None:
    slow = SlowGateway(1.5)
    put_up(slow, gateways)
    assert slow.work() == PEOPLE
    assert slow.prepared == [PEOPLE, 4, 4, 3, 1]


def test_consent_withdrawn_while_others_were_sent_is_heeded(letters: None, gateways: dict[str, Gateway]) -> None:
    slow = SlowGateway(2.5, meanwhile=withdraw_all)
    put_up(slow, gateways)
    slow.work()
    assert len(slow.taken) == 1
    assert Reminder.objects.filter(channel=Channel.EMAIL, state=State.SENT).count() == 1


def test_a_new_address_is_written_to_although_a_letter_to_the_old_one_was_prepared(
    letters: None, gateways: dict[str, Gateway]
) -> None:
    new = "new@patients.example"
    slow = SlowGateway(2.5, meanwhile=lambda: ContactPoint.objects.filter(channel=Channel.EMAIL).update(address=new))
    put_up(slow, gateways)
    slow.work()
    first, *others = slow.taken
    assert first.to != new
    assert {message.to for message in others} == {new}


@pytest.fixture
def halted() -> Iterator[Callable[[], object]]:
    """Give what a worker does when it is told to stop."""
    app.loader.import_default_modules()  # as a worker does when it starts
    yield lambda: worker_shutting_down.send(sender="worker", sig="SIGTERM", how="Warm", exitcode=0)
    halting.take_back()


@pytest.mark.parametrize("seconds", [0, 2.5])
def test_a_worker_that_is_told_to_stop_finishes_the_letter_in_hand_and_gives_the_others_back(
    letters: None, gateways: dict[str, Gateway], halted: Callable[[], object], seconds: float
) -> None:
    gateway = SlowGateway(seconds, meanwhile=halted)
    put_up(gateway, gateways)
    assert gateway.work() == 1
    assert Reminder.objects.filter(state=State.SENT).count() == 1
    assert Reminder.objects.filter(state=State.WAITING, lease_until=None).count() == PEOPLE - 1
    assert gateway.work() == 0


@pytest.fixture
def mortal() -> Iterator[None]:
    """Let a stop end what does not heed it, but not the tests."""

    def end(*_: object) -> None:
        raise SystemExit

    before = signal.signal(signal.SIGTERM, end)
    yield
    signal.signal(signal.SIGTERM, before)


def test_the_command_that_is_told_to_stop_finishes_the_letter_in_hand_too(
    letters: None, gateways: dict[str, Gateway], mortal: None
) -> None:
    gateway = SlowGateway(0, meanwhile=lambda: signal.raise_signal(signal.SIGTERM))
    put_up(gateway, gateways)
    call_command("send_reminders", "--once")
    assert Reminder.objects.filter(state=State.SENT).count() == 1
    assert Reminder.objects.filter(rule__days_before=3, state=State.WAITING).count() == PEOPLE - 1
    call_command("send_reminders", "--once")
    assert Reminder.objects.filter(state=State.SENT).count() == PEOPLE


def test_what_is_about_nothing_any_more_is_not_prepared(letters: None, gateways: dict[str, Gateway]) -> None:
    quick = SlowGateway(0)
    put_up(quick, gateways)
    TreatmentSession.objects.filter(pk__in=Reminder.objects.order_by("pk").values("session")[:1]).update(version=2)
    quick.work()
    assert quick.prepared == [len(quick.taken)] == [PEOPLE - 1]


def test_a_machine_too_slow_for_its_own_look_up_sends_one_at_a_time(
    letters: None, gateways: dict[str, Gateway]
) -> None:
    quick, moments = SlowGateway(0), count()
    put_up(quick, gateways)
    assert send_due(clock=lambda: NOW + next(moments) * 3 * SECOND, deadline=NOW + dt.timedelta(hours=1)) == PEOPLE
    assert len(quick.taken) == PEOPLE


def test_a_fault_while_preparing_leaves_each_to_itself(
    letters: None, gateways: dict[str, Gateway], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("boom")

    quick = SlowGateway(0)
    put_up(quick, gateways)
    monkeypatch.setattr(loop, "prepare", broken)
    assert quick.work() == PEOPLE
    assert len(quick.taken) == PEOPLE
