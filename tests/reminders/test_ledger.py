"""The ledger of one worker: what is written between two hand-overs, whatever others do meanwhile."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from patients.models import Channel, Patient
from reminders.dispatch import claim, receipts
from reminders.dispatch.ledger import Ledger
from reminders.dispatch.strokes import Taken
from reminders.models import Delivery, MessageTemplate, Reminder, State
from reminders.models.delivery import Receipt
from tests.builders import NOW

LEASE = dt.timedelta(seconds=300)
FIVE_STEPS = 6 if connection.vendor == "sqlite" else 1


@pytest.fixture
def two(reminder: Reminder) -> list[Reminder]:
    """Two letters that this worker has claimed."""
    Patient.objects.update(preferred_channel=Channel.EMAIL)
    Reminder.objects.update(channel=Channel.EMAIL, due_at=NOW)
    return claim(now=NOW, limit=2)


@pytest.fixture
def text() -> MessageTemplate:
    return MessageTemplate.objects.filter(channel=Channel.EMAIL).latest("pk")


def begun(ledger: Ledger, reminder: Reminder, text: MessageTemplate) -> Delivery:
    delivery = ledger.begin(reminder, text, NOW)
    assert delivery is not None
    return delivery


def half_way(two: list[Reminder], text: MessageTemplate) -> tuple[Ledger, Delivery]:
    """The gateway has the first, and that is not written down yet."""
    ledger = Ledger()
    first = begun(ledger, two[0], text)
    ledger.taken(Taken(first, Delivery.Outcome.ACCEPTED, "id-1", NOW))
    return ledger, first


def test_an_attempt_is_there_before_anything_leaves(two: list[Reminder], text: MessageTemplate) -> None:
    begun(Ledger(), two[0], text)
    kept = Delivery.objects.get()
    two[0].refresh_from_db()
    assert (kept.outcome, kept.attempt, kept.started_at, kept.finished_at) == ("started", 1, NOW, None)
    assert (kept.clinic_id, kept.reminder_id, two[0].template) == (two[0].clinic_id, two[0].pk, text)


def test_one_is_closed_as_the_next_begins(two: list[Reminder], text: MessageTemplate) -> None:
    ledger, first = half_way(two, text)
    assert Reminder.objects.get(pk=two[0].pk).state == State.SENDING
    with CaptureQueriesContext(connection) as asked:
        second = begun(ledger, two[1], text)
    assert len(asked) <= FIVE_STEPS
    first.refresh_from_db()
    assert (first.outcome, first.provider_id, first.finished_at) == ("accepted", "id-1", NOW)
    done = Reminder.objects.get(pk=two[0].pk)
    assert (done.state, done.closed_at, done.lease_until) == (State.SENT, NOW, None)
    assert Delivery.objects.get(outcome="started") == second


def test_a_lost_claim_begins_nothing_and_closes_the_last(two: list[Reminder], text: MessageTemplate) -> None:
    ledger, first = half_way(two, text)
    assert len(claim(now=NOW + LEASE, limit=2)) == 2  # somebody else's, both of them
    assert ledger.begin(two[1], text, NOW) is None
    assert list(Delivery.objects.values_list("pk", "outcome")) == [(first.pk, "accepted")]
    assert set(Reminder.objects.values_list("state", "template")) == {(State.SENDING, text.pk), (State.SENDING, None)}


def test_a_text_too_many_begins_nothing_and_closes_the_last(two: list[Reminder], text: MessageTemplate) -> None:
    ledger, _ = half_way(two, text)
    Reminder.objects.filter(pk=two[0].pk).update(texted_on=NOW.date())
    two[1].channel = Channel.SMS
    assert ledger.begin(two[1], text, NOW) is None
    assert list(Delivery.objects.values_list("reminder", "outcome")) == [(two[0].pk, "accepted")]


def test_a_lost_claim_takes_no_day(two: list[Reminder], text: MessageTemplate) -> None:
    claim(now=NOW + LEASE, limit=2)
    two[1].channel = Channel.SMS
    assert Ledger().begin(two[1], text, NOW) is None
    assert not Reminder.objects.filter(texted_on__isnull=False).exists()


def test_news_that_came_before_our_yes_is_heeded(two: list[Reminder], text: MessageTemplate) -> None:
    ledger, first = half_way(two, text)
    receipts.record(Delivery.objects.get(pk=first.pk), receipts.News(Receipt.FAILED, "It came back"), NOW)
    ledger.settle()
    done = Reminder.objects.get(pk=two[0].pk)
    assert (done.state, done.reason) == (State.REPLACED, "It came back. Text message instead")
