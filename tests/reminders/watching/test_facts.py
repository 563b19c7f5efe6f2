"""The facts behind the health line, from the ledger and from the parts' signs of life."""

import datetime as dt
from pathlib import Path

import pytest
import time_machine
from pytest_django import DjangoAssertNumQueries

from clinic.celery import app
from clinic.models import Clinic
from reminders.channels import SendError
from reminders.dispatch import claim, send_due
from reminders.models import Delivery, Heartbeat, Reminder, State
from reminders.tasks import tick
from reminders.watching import facts as watch
from reminders.watching import metrics
from reminders.watching.beat import WitnessedScheduler
from tests.builders import NOW
from tests.reminders.conftest import Gateway

MINUTE = dt.timedelta(minutes=1)
LEASE = dt.timedelta(seconds=300)
NOT_THERE = SendError("The gateway did not answer", permanent=False)


def kinds(clinic: Clinic, now: dt.datetime) -> list[str]:
    return [trouble.kind for trouble in watch.look(clinic=clinic, now=now).troubles]


@pytest.fixture
def failing(reminder: Reminder, gateways: dict[str, Gateway]) -> Reminder:
    """A text message that nobody took."""
    gateways["sms"].answers = [NOT_THERE]
    send_due(clock=lambda: NOW)
    return reminder


# Signs of life


def beat(folder: Path) -> WitnessedScheduler:
    """Return a clock as the process of that name starts it, its memory in a folder."""
    return WitnessedScheduler(app, schedule_filename=str(folder / "schedule"))


@pytest.fixture
def scheduler(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> WitnessedScheduler:
    """A clock that has not run yet."""
    monkeypatch.setattr("reminders.watching.beat.close_old_connections", lambda: None)
    monkeypatch.setattr(WitnessedScheduler, "producer", None)  # no broker is asked
    return beat(tmp_path)


def turn(scheduler: WitnessedScheduler) -> None:
    """Let the clock wake all that is due by now."""
    for _ in range(10):
        scheduler.tick()


@pytest.mark.parametrize("part", watch.LIVING)
def test_a_part_that_died_is_on_the_board_within_five_minutes(rules: Clinic, part: str) -> None:
    for alive in watch.LIVING:
        Heartbeat.objects.create(part=alive, at=NOW if alive == part else NOW + 5 * MINUTE)
    assert kinds(rules, NOW + 3 * MINUTE) == []
    assert kinds(rules, NOW + 5 * MINUTE) == [part]


def test_a_tick_is_the_workers_sign_of_life(rules: Clinic) -> None:
    tick()
    assert watch.signs_of_life() == {"worker_at": NOW}


def test_beat_says_that_it_lives_and_not_with_every_breath(
    rules: Clinic,
    scheduler: WitnessedScheduler,
    monkeypatch: pytest.MonkeyPatch,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    monkeypatch.setattr("celery.beat.PersistentScheduler.tick", lambda *words, **names: 1.0)
    assert scheduler.tick() == 1.0
    assert watch.signs_of_life() == {"beat_at": NOW}
    with django_assert_num_queries(0):
        scheduler.tick()


@pytest.mark.parametrize("kept", [True, False], ids=["while it ran", "and it was started anew"])
def test_beat_goes_on_where_the_clock_was_set_back(
    rules: Clinic, scheduler: WitnessedScheduler, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kept: bool
) -> None:
    woken: list[str] = []
    monkeypatch.setattr(WitnessedScheduler, "apply_async", lambda self, entry, **_: woken.append(entry.task))
    with time_machine.travel(NOW + dt.timedelta(days=365), tick=False):  # as a machine without a battery may begin
        turn(scheduler)
    if not kept:
        scheduler.close()
        scheduler = beat(tmp_path)
    with time_machine.travel(NOW, tick=False):
        turn(scheduler)
    woken.clear()
    with time_machine.travel(NOW + 61 * MINUTE, tick=False):
        turn(scheduler)
    assert set(woken) == {"reminders.tick", "privacy.forget", "clinic.seal_audit", "interface.tick"}
    assert watch.signs_of_life() == {"beat_at": NOW + 61 * MINUTE}


def test_a_sign_of_life_from_a_time_yet_to_come_is_none(rules: Clinic) -> None:
    Heartbeat.note(Heartbeat.Part.WORKER, NOW + 5 * MINUTE)
    assert kinds(rules, NOW) == ["worker"]


# What the ledger tells


def test_a_message_that_waits_too_long_is_a_backlog(rules: Clinic, reminder: Reminder) -> None:
    assert kinds(rules, NOW + 4 * MINUTE) == []
    assert kinds(rules, NOW + 5 * MINUTE) == ["backlog"]


def test_a_worker_that_died_over_a_message_leaves_it_in_doubt_within_five_minutes(
    rules: Clinic, reminder: Reminder
) -> None:
    (claimed,) = claim(now=NOW, limit=1)
    Delivery.objects.create(clinic=rules, reminder=claimed, attempt=1, started_at=NOW)
    assert kinds(rules, NOW) == []
    assert kinds(rules, NOW + MINUTE) == ["in_doubt"]


def test_a_message_without_an_answer_is_in_doubt_until_it_is_settled(
    rules: Clinic, reminder: Reminder, gateways: dict[str, Gateway]
) -> None:
    gateways["sms"].answers = [SendError("No answer", permanent=False, in_doubt=True)]
    send_due(clock=lambda: NOW)
    assert kinds(rules, NOW) == ["in_doubt"]
    send_due(clock=lambda: NOW + 5 * MINUTE)
    assert kinds(rules, NOW + 5 * MINUTE) == []


def test_a_gateway_that_is_down_is_on_the_board_within_five_minutes(rules: Clinic, failing: Reminder) -> None:
    assert kinds(rules, NOW + 3 * MINUTE) == []
    (trouble,) = watch.look(clinic=rules, now=NOW + 4 * MINUTE).troubles
    assert trouble.what == "No text message has gone out since 10am."


def test_a_gateway_that_is_back_is_off_the_board(rules: Clinic, failing: Reminder) -> None:
    send_due(clock=lambda: NOW + 5 * MINUTE)
    assert kinds(rules, NOW + 10 * MINUTE) == []


def test_a_failure_after_a_success_counts_from_the_failure(rules: Clinic, failing: Reminder) -> None:
    Delivery.objects.create(
        clinic=rules, reminder=failing, attempt=9, started_at=NOW + MINUTE, outcome=Delivery.Outcome.ACCEPTED
    )
    Delivery.objects.create(
        clinic=rules, reminder=failing, attempt=10, started_at=NOW + 3 * MINUTE, outcome=Delivery.Outcome.UNREACHABLE
    )
    assert kinds(rules, NOW + 4 * MINUTE) == []
    assert kinds(rules, NOW + 7 * MINUTE) == ["gateway"]


def test_another_clinic_hears_nothing_of_it(lakeside: Clinic, failing: Reminder) -> None:
    assert kinds(lakeside, NOW + 10 * MINUTE) == []


# Figures


def test_every_state_is_counted_where_it_belongs(rules: Clinic, reminder: Reminder) -> None:
    other = Reminder.objects.exclude(pk=reminder.pk)
    other.update(state=State.SENT, closed_at=NOW - MINUTE)
    figures = metrics.measure(now=NOW, clinic=rules)
    assert (figures.waiting, figures.due, figures.sent, figures.sending) == (1, 1, 1, 0)
    assert (figures.oldest_due, figures.last_sent) == (NOW, NOW - MINUTE)
    other.update(state=State.MISSED, closed_at=NOW)
    Reminder.objects.filter(pk=reminder.pk).update(state=State.FAILED, closed_at=NOW)
    figures = metrics.measure(now=NOW, clinic=rules)
    assert (figures.failed, figures.missed, figures.needs_person, figures.due) == (1, 1, 2, 0)


def test_a_claim_counts_as_sending_while_it_holds_and_as_due_afterwards(rules: Clinic, reminder: Reminder) -> None:
    claim(now=NOW, limit=1)
    assert metrics.measure(now=NOW).sending == 1
    later = metrics.measure(now=NOW + LEASE)
    assert (later.sending, later.due) == (0, 1)


def test_an_empty_ledger_has_figures_too(rules: Clinic) -> None:
    assert metrics.measure(now=NOW, clinic=rules) == metrics.Metrics(0, 0, 0, 0, 0, 0, 0, 0, None, None, None)


def test_all_of_it_is_one_query(
    rules: Clinic, reminder: Reminder, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(1):
        metrics.measure(now=NOW, clinic=rules)


def test_looking_takes_three_queries_and_a_fourth_when_a_gateway_is_down(
    rules: Clinic, failing: Reminder, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(4):
        watch.look(clinic=rules, now=NOW)
    Delivery.objects.all().delete()
    with django_assert_num_queries(3):
        watch.look(clinic=rules, now=NOW)
