"""Attempts that may have arrived when nothing may be sent by their channel any more: nothing is told twice, nothing lost."""

import datetime as dt
import uuid
from collections.abc import Callable

import pytest
from django.core import mail
from pytest_django import Settings

from clinic.models import User
from patients.actions import set_contact, stop_number
from patients.models import Channel, ContactPoint, Patient
from reminders import handling
from reminders.channels import Message, SendError
from reminders.channels.silent import NO_TEXTS
from reminders.dispatch import claim, send_due
from reminders.dispatch.ledger import Ledger
from reminders.dispatch.outcome import MAYBE_ARRIVED
from reminders.models import Delivery, Reminder, ReminderRule, State
from reminders.models.delivery import Receipt
from reminders.planning import reconcile
from reminders.results import result_of
from reminders.wording.rendering import template_for
from tests.builders import NOW
from tests.reminders.conftest import Gateway
from treatments import booking
from treatments.models import Status, TreatmentSession

MINUTES_5, HOUR, DAY = dt.timedelta(minutes=5), dt.timedelta(hours=1), dt.timedelta(days=1)
NO_ANSWER = SendError("The gateway did not answer", permanent=False, in_doubt=True)
SILENCE = SendError("The gateway did not answer", permanent=False)
REFUSED = SendError("The gateway refused it (code 400)", permanent=True)
UNWANTED = "They do not want messages to this phone number"

Gateways = dict[str, Gateway]


@pytest.fixture
def unanswered(reminder: Reminder, gateways: Gateways) -> Reminder:
    """A text that was handed over at ten, and no answer came. It is due again five minutes later."""
    gateways["sms"].answers = [NO_ANSWER]
    send_due(clock=lambda: NOW)
    reminder.refresh_from_db()
    assert (reminder.state, reminder.due_at) == (State.WAITING, NOW + MINUTES_5)
    return reminder


@pytest.fixture
def stopped(unanswered: Reminder) -> Reminder:
    """The same, and a minute later its person sends STOP."""
    stop(NOW + dt.timedelta(minutes=1))
    return unanswered


def stop(at: dt.datetime) -> None:
    point = ContactPoint.objects.get(channel=Channel.SMS)
    stop_number(number=point.address, source="by text message", by=None, at=at)


def work(at: dt.datetime = NOW + MINUTES_5) -> Reminder:
    send_due(clock=lambda: at)
    return Reminder.objects.get(rule__days_before=3, channel=Channel.SMS)


def counts(gateways: Gateways) -> tuple[int, int]:
    return len(gateways["sms"].taken), len(gateways["email"].taken)


NEWS: dict[str, Callable[[Reminder], object]] = {
    "stopped": lambda one: stop(NOW),
    "dead": lambda one: ContactPoint.objects.filter(channel=Channel.SMS).update(failed_at=NOW, failed_reason="test"),
    "no consent": lambda one: ContactPoint.objects.filter(channel=Channel.SMS).update(
        consented_at=None, consent_source=""
    ),
}


@pytest.mark.parametrize("news", NEWS.values(), ids=NEWS)
def test_a_text_in_doubt_that_the_gateway_has_is_no_letter_whatever_became_of_the_number(
    unanswered: Reminder, gateways: Gateways, news: Callable[[Reminder], object]
) -> None:
    gateways["sms"].knows = "id-of-the-first"
    news(unanswered)
    assert work().state == State.SENT
    assert counts(gateways) == (0, 0)
    found = Delivery.objects.get(attempt=2)
    assert (found.outcome, found.provider_id) == ("found", "id-of-the-first")


@pytest.mark.parametrize("news", NEWS.values(), ids=NEWS)
def test_a_text_in_doubt_that_the_gateway_never_got_goes_by_letter_once_the_number_takes_none(
    unanswered: Reminder, gateways: Gateways, news: Callable[[Reminder], object]
) -> None:
    news(unanswered)
    assert work().state == State.REPLACED
    assert counts(gateways) == (0, 1)
    assert [message.to for message in gateways["sms"].asked_for] == ["+447700900000"]


@pytest.mark.parametrize("setting", ["once", "person"])
def test_a_text_in_doubt_of_which_nobody_can_be_asked_is_a_persons_once_the_number_is_stopped(
    stopped: Reminder, gateways: Gateways, settings: Settings, setting: str
) -> None:
    settings.REMINDER_IN_DOUBT = {"sms": setting}
    gateways["sms"].can_answer = False
    left = work()
    assert (left.state, left.reason) == (State.FAILED, f"{MAYBE_ARRIVED}. {UNWANTED}")
    assert counts(gateways) == (0, 0)
    assert list(Reminder.objects.needs_person()) == [stopped]


def test_who_wants_all_in_doubt_sent_again_has_it_sent_by_letter_where_nobody_can_be_asked(
    stopped: Reminder, gateways: Gateways, settings: Settings
) -> None:
    settings.REMINDER_IN_DOUBT = {"sms": "send"}
    gateways["sms"].can_answer = False
    assert work().state == State.REPLACED
    assert counts(gateways) == (0, 1)


def test_what_was_left_to_a_person_goes_by_letter_when_that_person_says_so(
    stopped: Reminder, gateways: Gateways, front_desk: User
) -> None:
    gateways["sms"].can_answer = False
    handling.send_again(reminder=work(), by=front_desk, at=NOW + HOUR)
    assert work(NOW + HOUR).state == State.REPLACED
    assert counts(gateways) == (0, 1)


@pytest.mark.parametrize("address", ["", "07700 900555"], ids=["taken out", "another one"])
def test_a_text_in_doubt_is_asked_about_under_the_number_that_it_went_to(
    unanswered: Reminder, gateways: Gateways, front_desk: User, address: str
) -> None:
    later = NOW + dt.timedelta(minutes=1)
    set_contact(patient=unanswered.patient, channel=Channel.SMS, address=address, by=front_desk, at=later)
    gateways["sms"].knows = "id-of-the-first"
    assert work().state == State.SENT
    assert [message.to for message in gateways["sms"].asked_for] == ["+447700900000"]


def test_a_number_that_was_erased_cannot_be_asked_about(unanswered: Reminder, gateways: Gateways) -> None:
    ContactPoint.objects.filter(channel=Channel.SMS).delete()
    ContactPoint.history.all().delete()
    left = work()
    assert (left.state, left.reason) == (State.FAILED, f"{MAYBE_ARRIVED}. There is no phone number")
    assert counts(gateways) == (0, 0)


@pytest.mark.parametrize("outcome", ["started", "unreachable"])
def test_what_the_gateway_has_told_of_is_no_letter_though_it_cannot_be_asked(
    stopped: Reminder, gateways: Gateways, outcome: str
) -> None:
    gateways["sms"].can_answer = False
    Delivery.objects.update(outcome=outcome, receipt=Receipt.QUEUED, provider_id="id-1")
    assert work().state == State.SENT
    assert counts(gateways) == (0, 0)


def test_a_text_that_had_left_is_found_though_its_person_had_another_text_since(
    stopped: Reminder, gateways: Gateways
) -> None:
    other = Reminder.objects.get(pk=stopped.pk)
    other.pk, other.uid, other.session_version = None, uuid.uuid4(), 0
    other.state, other.closed_at, other.texted_on = State.SENT, NOW, NOW.date() + DAY
    other.save()
    gateways["sms"].knows = "id-of-the-text"
    send_due(clock=lambda: NOW + DAY - HOUR)
    stopped.refresh_from_db()
    assert (stopped.state, stopped.texted_on, counts(gateways)) == (State.SENT, NOW.date(), (0, 0))


def test_what_a_gateway_took_is_written_down_before_another_one_is_asked(
    stopped: Reminder, gateways: Gateways, monkeypatch: pytest.MonkeyPatch
) -> None:
    letter = Reminder.objects.filter(rule__days_before=1)
    letter.update(channel=Channel.EMAIL, due_at=NOW)
    seen: list[str] = []

    def answer(message: Message, *, since: dt.date) -> list[str]:
        seen.append(letter.get().state)
        return ["id-of-the-text"]

    monkeypatch.setattr(gateways["sms"], "find", answer)
    assert (work().state, seen) == (State.SENT, [State.SENT])


def test_what_the_gateway_told_of_as_lost_goes_by_letter_without_a_question(
    stopped: Reminder, gateways: Gateways
) -> None:
    Delivery.objects.update(receipt=Receipt.FAILED, provider_id="id-1")
    assert work().state == State.REPLACED
    assert (counts(gateways), gateways["sms"].asked_for) == ((0, 1), [])


# No texts any more


def test_where_texts_were_switched_off_the_gateway_that_is_still_set_is_asked(
    unanswered: Reminder, gateways: Gateways, settings: Settings
) -> None:
    settings.SEND_TEXTS = False
    gateways["sms"].knows = "id-of-the-first"
    assert work().state == State.SENT
    assert counts(gateways) == (0, 0)


def test_where_texts_were_switched_off_with_their_gateway_a_person_reads_why(
    reminder: Reminder, settings: Settings
) -> None:
    (claimed,) = claim(now=NOW, limit=1)
    Ledger().begin(claimed, template_for(claimed, Channel.SMS), NOW)
    settings.SEND_TEXTS, settings.SMS_GATEWAY_URL = False, ""
    left = work(NOW + MINUTES_5)
    assert (left.state, left.reason) == (State.FAILED, f"{MAYBE_ARRIVED}. {NO_TEXTS}")
    assert mail.outbox == []


# A gateway that does not answer now


def test_a_silent_gateway_is_asked_again_and_no_letter_leaves_before_it_answers(
    stopped: Reminder, gateways: Gateways
) -> None:
    gateways["sms"].silence = SILENCE
    waiting = work()
    assert (waiting.state, waiting.due_at) == (State.WAITING, NOW + MINUTES_5 + HOUR)
    assert counts(gateways) == (0, 0)
    gateways["sms"].silence = None
    assert work(waiting.due_at).state == State.REPLACED
    assert counts(gateways) == (0, 1)


def test_what_waits_for_an_answer_is_shown_as_in_doubt(stopped: Reminder, gateways: Gateways) -> None:
    gateways["sms"].silence = SILENCE
    waiting = work()
    assert result_of(waiting, list(waiting.deliveries.all()), NOW + MINUTES_5, dt.UTC).word == "In doubt"


def test_a_gateway_that_stays_silent_leaves_it_to_a_person_and_not_to_a_letter(
    unanswered: Reminder, gateways: Gateways
) -> None:
    gateways["sms"].silence = SILENCE
    at = NOW + MINUTES_5
    while (now := work(at)).state == State.WAITING:
        at = now.due_at
    assert (now.state, now.reason) == (State.FAILED, f"{MAYBE_ARRIVED}. {SILENCE.text}")
    assert counts(gateways) == (0, 0)


def test_a_gateway_that_refuses_the_question_has_not_refused_the_text(unanswered: Reminder, gateways: Gateways) -> None:
    gateways["sms"].silence = REFUSED
    assert work().state == State.FAILED
    assert counts(gateways) == (0, 0)


def test_a_question_without_an_answer_leaves_the_text_with_the_day_that_it_took(
    unanswered: Reminder, gateways: Gateways
) -> None:
    gateways["sms"].silence = SILENCE
    assert work(NOW + DAY).texted_on == NOW.date()


# The last try


@pytest.mark.parametrize(
    ("knows", "answers", "state", "letters"),
    [("id-1", True, State.SENT, 0), (None, True, State.REPLACED, 1), (None, False, State.FAILED, 0)],
    ids=["has it", "never got it", "cannot say"],
)
def test_a_text_that_is_not_to_be_tried_again_is_asked_about_before_it_goes_by_letter(
    reminder: Reminder, gateways: Gateways, knows: str | None, answers: bool, state: State, letters: int
) -> None:
    Reminder.objects.update(useful_until=NOW + dt.timedelta(minutes=4))
    gateways["sms"].answers, gateways["sms"].knows, gateways["sms"].can_answer = [NO_ANSWER], knows, answers
    assert work(NOW).state == state
    assert counts(gateways) == (0, letters)


def test_the_last_try_in_doubt_that_arrived_is_the_attempt_that_is_billed(
    reminder: Reminder, gateways: Gateways
) -> None:
    Reminder.objects.update(useful_until=NOW + dt.timedelta(minutes=4))
    gateways["sms"].answers, gateways["sms"].knows = [NO_ANSWER], "id-1"
    work(NOW)
    attempt = Delivery.objects.get()
    assert (attempt.outcome, attempt.provider_id, attempt.texts) == ("accepted", "id-1", 1)


def test_a_letter_in_doubt_that_is_not_to_be_tried_again_is_no_text_where_a_person_decides(
    reminder: Reminder, gateways: Gateways, settings: Settings
) -> None:
    settings.REMINDER_IN_DOUBT = {"email": "person"}
    Patient.objects.update(preferred_channel=Channel.EMAIL)
    Reminder.objects.update(channel=Channel.EMAIL, useful_until=NOW + dt.timedelta(minutes=4))
    gateways["email"].answers, gateways["email"].can_answer = [NO_ANSWER], False
    send_due(clock=lambda: NOW)
    left = Reminder.objects.get(rule__days_before=3)
    assert (left.state, left.reason) == (State.FAILED, f"{MAYBE_ARRIVED}. {NO_ANSWER.text}")
    assert counts(gateways) == (0, 0)


def test_a_text_in_doubt_that_would_be_one_too_many_is_no_letter_while_the_gateway_is_silent(
    unanswered: Reminder, gateways: Gateways
) -> None:
    another = Reminder.objects.get(rule__days_before=1)
    Reminder.objects.filter(pk=another.pk).update(
        state=State.SENT, closed_at=NOW, texted_on=NOW.date() + DAY, due_at=NOW
    )
    tomorrow = NOW + DAY
    Reminder.objects.filter(pk=unanswered.pk).update(useful_until=tomorrow + 2 * HOUR)
    gateways["sms"].silence = SILENCE
    assert work(tomorrow).state == State.WAITING
    assert counts(gateways) == (0, 0)


# While it is asked


def test_who_says_stop_while_the_gateway_is_asked_gets_a_letter_and_no_text(
    unanswered: Reminder, gateways: Gateways, monkeypatch: pytest.MonkeyPatch
) -> None:
    def slowly(message: Message, *, since: dt.date) -> list[str]:
        if not ContactPoint.objects.filter(withdrawn_at__isnull=False).exists():
            stop(NOW + MINUTES_5)
        return []

    monkeypatch.setattr(gateways["sms"], "find", slowly)
    assert work().state == State.REPLACED
    assert counts(gateways) == (0, 1)


def test_a_visit_that_is_cancelled_while_the_gateway_is_asked_is_not_announced(
    unanswered: Reminder, visit: TreatmentSession, nurse: User, gateways: Gateways, monkeypatch: pytest.MonkeyPatch
) -> None:
    def slowly(message: Message, *, since: dt.date) -> list[str]:
        TreatmentSession.objects.filter(pk=visit.pk).update(status=Status.CANCELLED)
        return []

    monkeypatch.setattr(gateways["sms"], "find", slowly)
    assert work().state == State.CANCELLED
    assert counts(gateways) == (0, 0)


# What it is about is no more


@pytest.fixture
def left_behind(reminder: Reminder, gateways: Gateways) -> Reminder:
    """A text whose worker died in the middle of its first attempt, to a number that is stopped by now."""
    (claimed,) = claim(now=NOW, limit=1)
    Delivery.objects.create(clinic=claimed.clinic, reminder=claimed, attempt=1, started_at=NOW)
    stop(NOW)
    return claimed


@pytest.mark.parametrize(("knows", "state"), [("id-1", State.SENT), (None, State.CANCELLED)])
@pytest.mark.parametrize("change", ["cancelled", "moved", "switched off", "closed"])
def test_what_is_about_nothing_any_more_is_asked_about_and_goes_no_other_way(
    left_behind: Reminder,
    visit: TreatmentSession,
    nurse: User,
    gateways: Gateways,
    change: str,
    knows: str,
    state: State,
) -> None:
    if change == "cancelled":
        booking.change_status(session=visit, to=Status.CANCELLED, by=nurse, at=NOW, reason="ill")
    elif change == "moved":
        TreatmentSession.objects.update(version=2)
    elif change == "switched off":
        ReminderRule.objects.filter(pk=left_behind.rule_id).update(active=False)
    else:
        Patient.objects.update(closed="died", closed_on=NOW.date())
    gateways["sms"].knows = knows
    assert work().state == state
    assert counts(gateways) == (0, 0)


def test_a_visit_that_is_back_has_its_text_in_doubt_asked_about_and_not_repeated(
    unanswered: Reminder, visit: TreatmentSession, nurse: User, gateways: Gateways
) -> None:
    off = booking.change_status(session=visit, to=Status.CANCELLED, by=nurse, at=NOW, reason="ill")
    reconcile(now=NOW)
    booking.change_status(session=off, to=Status.BOOKED, by=nurse, at=NOW)
    reconcile(now=NOW)
    gateways["sms"].knows = "id-1"
    assert work(NOW + HOUR).state == State.SENT
    assert counts(gateways) == (0, 0)


# Letters, of which nobody can be asked


@pytest.fixture
def letter(reminder: Reminder, gateways: Gateways) -> Reminder:
    """A letter without an answer, to somebody who wants no more of them by now."""
    Patient.objects.update(preferred_channel=Channel.EMAIL)
    Reminder.objects.update(channel=Channel.EMAIL)
    gateways["email"].answers = [NO_ANSWER]
    gateways["email"].can_answer = False
    send_due(clock=lambda: NOW)
    ContactPoint.objects.filter(channel=Channel.EMAIL).update(withdrawn_at=NOW, withdrawn_source="test")
    reminder.refresh_from_db()
    return reminder


@pytest.mark.parametrize(
    ("setting", "state", "texts"), [("send", State.REPLACED, 1), ("once", State.FAILED, 0), ("person", State.FAILED, 0)]
)
def test_a_letter_in_doubt_to_an_address_that_was_withdrawn_goes_as_the_clinic_set(
    letter: Reminder, gateways: Gateways, settings: Settings, setting: str, state: State, texts: int
) -> None:
    settings.REMINDER_IN_DOUBT = {"email": setting}
    send_due(clock=lambda: NOW + MINUTES_5)
    letter.refresh_from_db()
    assert letter.state == state
    assert counts(gateways) == (texts, 0)


def test_a_letter_in_doubt_that_came_back_is_a_text_whatever_the_clinic_set(
    letter: Reminder, gateways: Gateways, settings: Settings
) -> None:
    settings.REMINDER_IN_DOUBT = {"email": "person"}
    Delivery.objects.update(receipt=Receipt.FAILED)
    send_due(clock=lambda: NOW + MINUTES_5)
    assert counts(gateways) == (1, 0)
