"""Attempts that may have arrived: asked about first, and where nobody can be asked, as the clinic decided."""

import datetime as dt

import pytest
from pytest_django import Settings

from clinic.models import User
from patients.models import Channel
from reminders import handling
from reminders.channels import SendError
from reminders.dispatch import send_due
from reminders.dispatch.outcome import MAYBE_ARRIVED
from reminders.models import Delivery, Reminder, State
from reminders.models.delivery import Receipt
from tests.builders import NOW, make_patient
from tests.reminders.conftest import Gateway

MINUTES_5, DAY = dt.timedelta(minutes=5), dt.timedelta(days=1)
LEASE = dt.timedelta(seconds=300)
NO_ANSWER = SendError("The gateway did not answer", permanent=False, in_doubt=True)
NOT_THERE = SendError("The gateway did not answer", permanent=False)

Gateways = dict[str, Gateway]


@pytest.fixture
def mute(gateways: Gateways) -> Gateway:
    """The gateway for text messages, which cannot be asked what it took."""
    gateways["sms"].can_answer = False
    return gateways["sms"]


@pytest.fixture
def of_the_family(reminder: Reminder) -> Delivery:
    """A text to somebody else with the same number and the same words, which the gateway took a minute ago."""
    other = make_patient(reminder.clinic, "Maria", "Lopez-Quinn")
    sent = Reminder.objects.create(
        clinic=reminder.clinic,
        rule=reminder.rule,
        patient=other,
        occasion="one-off",
        channel=Channel.SMS,
        state=State.SENT,
        due_at=NOW,
        useful_until=NOW + LEASE,
        created_at=NOW,
        closed_at=NOW,
        attempts=1,
    )
    return Delivery.objects.create(
        clinic=reminder.clinic,
        reminder=sent,
        attempt=1,
        started_at=NOW,
        outcome="accepted",
        provider_id="id-of-the-other",
    )


def work(at: dt.datetime) -> Reminder:
    send_due(clock=lambda: at)
    return Reminder.objects.get(rule__days_before=3, channel=Channel.SMS, session__isnull=False)


def test_a_line_that_breaks_after_the_words_leaves_the_attempt_in_doubt(reminder: Reminder, mute: Gateway) -> None:
    mute.answers = [NO_ANSWER]
    work(NOW)
    assert Delivery.objects.get().outcome == Delivery.Outcome.UNANSWERED


def test_a_gateway_that_was_never_reached_leaves_no_doubt(
    reminder: Reminder, mute: Gateway, settings: Settings
) -> None:
    settings.REMINDER_IN_DOUBT = {"sms": "person"}
    mute.answers = [NOT_THERE]
    work(NOW)
    assert work(NOW + MINUTES_5).state == State.SENT


@pytest.mark.parametrize(("setting", "sent"), [("send", 1), ("once", 1), ("person", 0)])
def test_one_attempt_in_doubt_is_handled_as_the_clinic_set(
    in_doubt: Reminder, mute: Gateway, settings: Settings, setting: str, sent: int
) -> None:
    settings.REMINDER_IN_DOUBT = {"sms": setting}
    now = work(NOW + LEASE)
    assert len(mute.taken) == sent
    assert (now.state, now.reason) == ((State.SENT, "") if sent else (State.FAILED, MAYBE_ARRIVED))


@pytest.mark.parametrize(("setting", "state"), [("send", State.SENT), ("once", State.FAILED)])
def test_a_second_attempt_in_doubt_is_one_too_many_for_once(
    in_doubt: Reminder, mute: Gateway, settings: Settings, setting: str, state: State
) -> None:
    settings.REMINDER_IN_DOUBT = {"sms": setting}
    mute.answers = [NO_ANSWER]
    work(NOW + LEASE)
    assert work(NOW + LEASE + MINUTES_5 * 13).state == state
    assert len(mute.taken) == (state == State.SENT)


def test_what_is_left_to_a_person_says_so_attempt_by_attempt(
    in_doubt: Reminder, mute: Gateway, settings: Settings
) -> None:
    settings.REMINDER_IN_DOUBT = {"sms": "person"}
    work(NOW + LEASE)
    assert list(Delivery.objects.values_list("outcome", flat=True)) == ["started", "held"]
    assert Reminder.objects.needs_person().count() == 1


@pytest.mark.parametrize("setting", ["once", "person"])
def test_what_was_left_to_a_person_goes_out_when_that_person_says_so(
    in_doubt: Reminder, mute: Gateway, settings: Settings, front_desk: User, setting: str
) -> None:
    settings.REMINDER_IN_DOUBT = {"sms": setting}
    mute.answers = [NO_ANSWER] if setting == "once" else []
    work(NOW + LEASE)
    later = NOW + LEASE + MINUTES_5 * 13
    assert work(later).state == State.FAILED
    handling.send_again(reminder=in_doubt, by=front_desk, at=later)
    assert work(later).state == State.SENT
    assert len(mute.taken) == 1


def test_what_arrived_after_all_is_sent_and_not_missed_when_it_is_found_too_late(
    in_doubt: Reminder, gateways: Gateways
) -> None:
    gateways["sms"].knows = "id-of-the-first"
    Reminder.objects.update(useful_until=NOW + LEASE)
    assert work(NOW + LEASE).state == State.SENT


def test_what_is_in_doubt_and_unknown_when_it_is_too_late_is_missed(in_doubt: Reminder, gateways: Gateways) -> None:
    Reminder.objects.update(useful_until=NOW + LEASE)
    assert work(NOW + LEASE).state == State.MISSED
    assert gateways["sms"].taken == []


def test_a_gateway_that_takes_and_never_confirms_is_sent_each_message_once(
    reminder: Reminder, gateways: Gateways, monkeypatch: pytest.MonkeyPatch
) -> None:
    def swallow(message: object) -> str:
        gateways["sms"].knows = "taken"
        raise NO_ANSWER

    monkeypatch.setattr(gateways["sms"], "send", swallow)
    assert work(NOW).state == State.WAITING
    assert work(NOW + MINUTES_5).state == State.SENT
    assert list(Delivery.objects.values_list("outcome", flat=True)) == ["unanswered", "found"]


def test_what_a_person_wanted_repeated_is_not_held_back_by_what_arrived_before(
    in_doubt: Reminder, gateways: Gateways
) -> None:
    gateways["sms"].knows = "id-of-the-first"
    Reminder.objects.update(repeat_from=NOW + LEASE)
    work(NOW + LEASE)
    assert len(gateways["sms"].taken) == 1


def test_a_repeat_in_doubt_is_not_taken_for_what_had_arrived_before(reminder: Reminder, gateways: Gateways) -> None:
    work(NOW)
    gateways["sms"].knows = "id-1"
    again = NOW + MINUTES_5
    Reminder.objects.update(state=State.WAITING, closed_at=None, repeat_from=again, restarted_at=again)
    gateways["sms"].answers = [NO_ANSWER]
    work(NOW + MINUTES_5)
    work(NOW + 2 * MINUTES_5)
    assert len(gateways["sms"].taken) == 2


def test_a_text_in_doubt_is_not_taken_for_another_one_with_the_same_words(
    in_doubt: Reminder, gateways: Gateways, of_the_family: Delivery
) -> None:
    gateways["sms"].knows = "id-of-the-other"
    work(NOW + LEASE)
    assert len(gateways["sms"].taken) == 1


def test_a_refusal_leaves_no_doubt_where_nobody_can_be_asked(
    reminder: Reminder, mute: Gateway, gateways: Gateways, settings: Settings
) -> None:
    settings.REMINDER_IN_DOUBT = {"sms": "person", "email": "person"}
    mute.answers = [SendError("Refused", permanent=True)]
    assert work(NOW).state == State.REPLACED
    assert len(gateways["email"].taken) == 1


def test_a_text_in_doubt_whose_name_is_known_already_is_found_by_it(in_doubt: Reminder, gateways: Gateways) -> None:
    Delivery.objects.update(provider_id="id-1")
    gateways["sms"].knows = "id-1"
    assert work(NOW + LEASE).state == State.SENT
    assert gateways["sms"].taken == []


def test_the_gateway_is_asked_from_the_day_of_the_first_attempt_on(in_doubt: Reminder, gateways: Gateways) -> None:
    """It takes the first, and nobody answers for two days."""
    Reminder.objects.update(useful_until=NOW + 3 * DAY)
    for day in (1, 2):
        gateways["sms"].answers = [NO_ANSWER]
        work(NOW + day * DAY)
    assert gateways["sms"].asked_since == [NOW.date(), NOW.date()]


@pytest.mark.parametrize("receipt", [Receipt.QUEUED, Receipt.ON_ITS_WAY])
def test_what_the_gateway_has_told_of_is_not_sent_again(in_doubt: Reminder, mute: Gateway, receipt: Receipt) -> None:
    Delivery.objects.update(receipt=receipt, provider_id="id-1")
    assert work(NOW + LEASE).state == State.SENT
    assert mute.taken == []
    assert list(Delivery.objects.values_list("outcome", "provider_id")) == [("started", "id-1"), ("found", "id-1")]


def test_what_the_gateway_told_of_as_not_delivered_is_in_doubt_no_more(
    in_doubt: Reminder, mute: Gateway, settings: Settings
) -> None:
    settings.REMINDER_IN_DOUBT = {"sms": "person"}
    Delivery.objects.update(receipt=Receipt.FAILED, provider_id="id-1")
    assert work(NOW + LEASE).state == State.SENT
    assert len(mute.taken) == 1
