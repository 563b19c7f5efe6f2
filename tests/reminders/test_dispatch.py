"""Dispatch: each due message once, checked at the last moment, and every failure ends with a person."""

import datetime as dt
import uuid
from collections.abc import Callable
from itertools import chain, repeat
from pathlib import Path

import pytest
from django.core import mail
from pytest_django import Settings

from clinic.models import User
from patients.models import Channel, ContactPoint, Patient
from reminders import handling
from reminders.channels import SendError
from reminders.channels.base import Blame
from reminders.dispatch import claim, outcome, release, send_claimed, send_due
from reminders.models import Delivery, InboundMessage, MessageTemplate, OneOff, Reminder, ReminderRule, State
from reminders.planning import reconcile
from reminders.standing import ASKED_TO_MOVE, CANCELLED, MOVED, SWITCHED_OFF
from tests.builders import NOW, TODAY
from tests.reminders.conftest import Gateway
from treatments import booking
from treatments.models import OfferInvitation, Status, TreatmentSession

HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
LEASE = dt.timedelta(seconds=300)
Gateways = dict[str, Gateway]

BUSY = SendError("The gateway asked to try later", permanent=False)
NO_NUMBER = SendError("The number does not exist", permanent=True, blame=Blame.ADDRESS)


def work(at: dt.datetime = NOW) -> Reminder:
    """Let a worker do all that is due, and return the text message as it stands then."""
    send_due(clock=lambda: at)
    return Reminder.objects.get(rule__days_before=3, channel=Channel.SMS)


def by_email() -> Reminder:
    return Reminder.objects.get(rule__days_before=3, channel=Channel.EMAIL)


# Claiming


def test_a_claim_takes_what_is_due_and_no_more(reminder: Reminder) -> None:
    assert claim(now=NOW, limit=10) == [reminder]
    reminder.refresh_from_db()
    assert (reminder.state, reminder.attempts, reminder.lease_until) == (State.SENDING, 1, NOW + LEASE)


def test_a_message_that_was_switched_off_after_it_was_claimed_does_not_leave(
    reminder: Reminder, gateways: Gateways
) -> None:
    (claimed,) = claim(now=NOW, limit=10)
    ReminderRule.objects.filter(pk=reminder.rule_id).update(active=False)
    send_claimed(claimed, now=NOW)
    reminder.refresh_from_db()
    assert (reminder.state, reminder.reason, gateways["sms"].taken) == (State.CANCELLED, SWITCHED_OFF, [])


def test_what_is_claimed_is_not_claimed_again(reminder: Reminder) -> None:
    claim(now=NOW, limit=10)
    assert claim(now=NOW + LEASE / 2, limit=10) == []


def test_a_dead_workers_claim_passes_on_when_its_lease_ends(reminder: Reminder) -> None:
    claim(now=NOW, limit=10)
    (again,) = claim(now=NOW + LEASE, limit=10)
    assert again.attempts == 2


def test_a_claim_takes_no_more_than_its_limit_and_the_longest_due_first(reminder: Reminder) -> None:
    (first,) = claim(now=NOW + 3 * DAY, limit=1)
    assert first == reminder


def test_what_is_given_back_can_be_claimed_at_once_under_a_new_number(reminder: Reminder) -> None:
    release(claim(now=NOW, limit=10))
    (again,) = claim(now=NOW, limit=10)
    assert again.attempts == 2


def test_a_worker_that_lost_its_claim_gives_nothing_back(reminder: Reminder, gateways: Gateways) -> None:
    slow = claim(now=NOW, limit=10)
    sent = work(NOW + LEASE)
    release(slow)
    assert (sent.state, work(NOW + HOUR).state, len(gateways["sms"].taken)) == (State.SENT, State.SENT, 1)
    (other,) = claim(now=NOW + 3 * DAY, limit=1)
    claim(now=NOW + 4 * DAY, limit=1)
    release([other])
    assert claim(now=NOW + 4 * DAY, limit=1) == []


ENDS: dict[str, Callable[[Reminder], object]] = {
    "put off": lambda one: outcome.put_off(one, NOW + HOUR, "test"),
    "given up": lambda one: outcome.give_up(one, "test", NOW),
    "sent another way": lambda one: outcome.go_another_way(one, "test", NOW),
}


@pytest.mark.parametrize("end", ENDS.values(), ids=ENDS)
def test_a_worker_that_lost_its_claim_ends_nothing_that_another_sent(
    reminder: Reminder, gateways: Gateways, end: Callable[[Reminder], object]
) -> None:
    (slow,) = claim(now=NOW, limit=10)
    assert work(NOW + LEASE).state == State.SENT
    end(slow)
    assert Reminder.objects.get(rule__days_before=3).state == State.SENT, "and there is no second one"


def test_a_worker_that_lost_its_claim_sends_nothing(reminder: Reminder, gateways: Gateways) -> None:
    (slow,) = claim(now=NOW, limit=10)
    claim(now=NOW + LEASE, limit=10)
    send_claimed(slow, now=NOW + LEASE)
    assert gateways["sms"].taken == []


# Sending


def test_a_due_message_goes_out_once(reminder: Reminder, gateways: Gateways) -> None:
    sent = work()
    assert (sent.state, sent.closed_at, sent.lease_until) == (State.SENT, NOW, None)
    work(NOW + HOUR)
    assert [message.to for message in gateways["sms"].taken] == ["+447700900000"]
    delivery = Delivery.objects.get()
    assert (delivery.attempt, delivery.outcome, delivery.provider_id) == (1, "accepted", "id-1")


def test_nothing_due_is_a_quiet_run(rules: None) -> None:
    assert send_due(clock=lambda: NOW) == 0


def test_an_attempt_is_written_down_before_anything_leaves(
    reminder: Reminder, gateways: Gateways, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[str] = []

    def look(message: object) -> str:
        seen.extend(Delivery.objects.values_list("outcome", flat=True))
        return "id"

    monkeypatch.setattr(gateways["sms"], "send", look)
    work()
    assert seen == ["started"]


def test_email_goes_through_the_mail_server_with_a_message_id_of_its_own(visit: TreatmentSession) -> None:
    ContactPoint.objects.filter(channel=Channel.SMS).delete()
    reconcile(now=NOW)
    send_due(clock=lambda: NOW)
    (letter,) = mail.outbox
    assert letter.to == ["rv000001@patients.example"]
    assert letter.extra_headers["Message-ID"] == f"<{by_email().uid}@clinic.example>"


# The last look


def test_a_visit_cancelled_after_planning_is_not_announced(
    reminder: Reminder, visit: TreatmentSession, nurse: User, gateways: Gateways
) -> None:
    booking.change_status(session=visit, to=Status.CANCELLED, by=nurse, at=NOW, reason="ill")
    assert (work().state, work().reason) == (State.CANCELLED, CANCELLED)
    assert gateways["sms"].taken == []


@pytest.mark.parametrize(
    ("changes", "reason"), [({"version": 2}, MOVED), ({"answer": "asked_to_move", "answered_at": NOW}, ASKED_TO_MOVE)]
)
def test_a_visit_that_changed_after_planning_is_not_announced(
    reminder: Reminder, gateways: Gateways, changes: dict[str, object], reason: str
) -> None:
    TreatmentSession.objects.update(**changes)
    assert (work().state, work().reason) == (State.CANCELLED, reason)
    assert gateways["sms"].taken == []


def test_a_message_past_its_use_is_missed_and_not_sent(reminder: Reminder, gateways: Gateways) -> None:
    late = work(reminder.useful_until)
    assert late.state == State.MISSED
    assert not late.deliveries.exists()


def test_nothing_leaves_in_quiet_hours(reminder: Reminder, gateways: Gateways) -> None:
    night = NOW.replace(hour=23)
    waiting = work(night)
    assert (waiting.state, waiting.due_at) == (State.WAITING, dt.datetime(2026, 11, 24, 8, tzinfo=dt.UTC))
    assert gateways["sms"].taken == []
    assert work(waiting.due_at).state == State.SENT


def test_what_the_night_keeps_back_until_it_is_too_late_is_before_a_person_tonight(
    reminder: Reminder, gateways: Gateways
) -> None:
    Reminder.objects.update(useful_until=dt.datetime(2026, 11, 24, 7, tzinfo=dt.UTC))
    assert work(NOW.replace(hour=23)).state == State.MISSED


def test_nothing_leaves_while_a_change_can_be_undone(reminder: Reminder, gateways: Gateways) -> None:
    TreatmentSession.objects.update(placed_at=NOW - dt.timedelta(seconds=60))
    waiting = work()
    assert (waiting.state, waiting.due_at) == (State.WAITING, NOW + dt.timedelta(seconds=120))


def test_withdrawn_consent_sends_it_the_other_way(reminder: Reminder, gateways: Gateways) -> None:
    ContactPoint.objects.filter(channel=Channel.SMS).update(withdrawn_at=NOW, withdrawn_source="test")
    assert work().state == State.REPLACED
    assert gateways["sms"].taken == []
    assert by_email().state == State.SENT


@pytest.mark.parametrize("chosen_by", ["person", "clinic"])
def test_who_is_to_have_emails_by_now_has_one_though_a_text_was_planned(
    reminder: Reminder, gateways: Gateways, chosen_by: str
) -> None:
    if chosen_by == "person":
        Patient.objects.update(preferred_channel=Channel.EMAIL)
    else:
        ReminderRule.objects.update(channel_order=ReminderRule.Order.EMAIL_FIRST)
    assert (work().state, by_email().state) == (State.REPLACED, State.SENT)
    assert (len(gateways["sms"].taken), len(gateways["email"].taken)) == (0, 1)


@pytest.mark.parametrize("how", ["sent by hand", "sent again by hand", "tried before"])
def test_what_was_begun_as_a_text_goes_on_as_a_text_though_emails_come_first_by_now(
    reminder: Reminder, gateways: Gateways, how: str
) -> None:
    text = MessageTemplate.objects.filter(rule=reminder.rule, channel=Channel.SMS).last()
    begun: dict[str, dict[str, object]] = {
        "sent by hand": {"batch": uuid.uuid4()},
        "sent again by hand": {"restarted_at": NOW},
        "tried before": {"template": text},
    }
    Reminder.objects.filter(pk=reminder.pk).update(**begun[how])
    Patient.objects.update(preferred_channel=Channel.EMAIL)
    assert work().state == State.SENT
    assert (len(gateways["sms"].taken), len(gateways["email"].taken)) == (1, 0)


@pytest.fixture
def letters_only(reminder: Reminder) -> None:
    """The clinic tells of visits by email alone, since Maria's text was planned, and she has no mailbox."""
    ContactPoint.objects.filter(channel=Channel.EMAIL).delete()
    ReminderRule.objects.update(channel_order=ReminderRule.Order.EMAIL_ONLY)


def test_a_text_that_was_planned_does_not_leave_once_the_clinic_sends_that_message_by_email_only(
    letters_only: None, gateways: Gateways
) -> None:
    left = work()
    assert (left.state, left.reason) == (State.FAILED, "This message goes by email only by now")
    assert gateways["sms"].taken == []


def test_what_staff_send_again_leaves_though_the_clinic_sends_that_message_another_way_by_now(
    letters_only: None, reminder: Reminder, gateways: Gateways, nurse: User
) -> None:
    work()
    handling.send_again(reminder=reminder, by=nurse, at=NOW)
    assert work().state == State.SENT


def test_where_no_texts_are_sent_a_letter_goes_instead_and_no_file_is_written(
    reminder: Reminder, settings: Settings, tmp_path: Path
) -> None:
    settings.SEND_TEXTS, settings.OUTBOX_DIR = False, tmp_path
    assert (work().state, by_email().state) == (State.REPLACED, State.SENT)
    assert len(mail.outbox) == 1
    assert list(tmp_path.iterdir()) == []


def test_where_no_texts_are_sent_who_has_no_mailbox_is_left_to_a_person(reminder: Reminder, settings: Settings) -> None:
    settings.SEND_TEXTS = False
    ContactPoint.objects.filter(channel=Channel.EMAIL).delete()
    left = work()
    assert (left.state, left.reason) == (State.FAILED, "No text messages are sent from here")


def test_what_staff_send_the_other_way_goes_the_other_way(reminder: Reminder, gateways: Gateways, nurse: User) -> None:
    handling.send_other_way(reminder=reminder, by=nurse, at=NOW)
    assert (work().state, by_email().state) == (State.REPLACED, State.SENT)


def test_a_message_that_goes_another_way_is_about_all_that_it_was_about(reminder: Reminder) -> None:
    reminder.one_off, reminder.reply_to, reminder.invitation = OneOff(), InboundMessage(), OfferInvitation()
    reminder.occasion, reminder.batch, reminder.due_date, reminder.asked_on = "test", uuid.uuid4(), TODAY, TODAY
    other = outcome.twin(reminder, Channel.EMAIL, NOW)
    its_own = {"id", "uid", "channel", "template", "state", "attempts", "due_at", "created_at"}
    columns = {field.name for field in Reminder._meta.concrete_fields} - its_own
    assert {name: getattr(other, name) for name in columns} == {name: getattr(reminder, name) for name in columns}


@pytest.mark.parametrize("about", ["another rule", "another time", "another occasion"])
def test_an_email_about_something_else_keeps_no_text_from_going_by_email(
    reminder: Reminder, gateways: Gateways, about: str
) -> None:
    before = Reminder.objects.get(pk=reminder.pk)
    before.pk, before.uid, before.channel = None, uuid.uuid4(), Channel.EMAIL
    before.state, before.closed_at = State.SENT, NOW
    if about == "another rule":
        before.rule = ReminderRule.objects.get(days_before=14, kind="visit")
    elif about == "another time":
        before.session_version = 0
    else:
        before.occasion = "test"
    before.save()
    gateways["sms"].answers = [NO_NUMBER]
    send_due(clock=lambda: NOW)
    assert len(gateways["email"].taken) == 1


def test_what_staff_send_as_a_text_instead_goes_though_the_clinic_writes_emails_alone(
    reminder: Reminder, gateways: Gateways, nurse: User
) -> None:
    ReminderRule.objects.update(channel_order=ReminderRule.Order.EMAIL_ONLY)
    Reminder.objects.update(channel=Channel.EMAIL, state=State.FAILED, closed_at=NOW)
    handling.send_other_way(reminder=by_email(), by=nurse, at=NOW)
    assert work().state == State.SENT


def test_without_any_consent_a_person_is_told(reminder: Reminder, gateways: Gateways) -> None:
    ContactPoint.objects.update(withdrawn_at=NOW, withdrawn_source="test")
    failed = work()
    assert (failed.state, failed.reason) == (State.FAILED, "They do not want messages to this phone number")


def test_a_rule_without_a_text_is_put_before_a_person(reminder: Reminder, gateways: Gateways) -> None:
    MessageTemplate.objects.all().delete()
    assert (work().state, work().reason) == (State.FAILED, "No text has been written for this message")


def test_a_second_text_message_waits_for_the_next_day(reminder: Reminder, gateways: Gateways) -> None:
    another = Reminder.objects.get(rule__days_before=1)
    Reminder.objects.filter(pk=another.pk).update(state=State.SENT, closed_at=NOW - HOUR, texted_on=NOW.date())
    waiting = work()
    assert (waiting.state, waiting.due_at) == (State.WAITING, NOW + DAY)


def test_a_text_message_that_cannot_wait_until_tomorrow_goes_by_email(reminder: Reminder, gateways: Gateways) -> None:
    another = Reminder.objects.get(rule__days_before=1)
    Reminder.objects.filter(pk=another.pk).update(state=State.SENT, closed_at=NOW - HOUR, texted_on=NOW.date())
    Reminder.objects.filter(pk=reminder.pk).update(useful_until=NOW + 3 * HOUR)
    assert work().state == State.REPLACED
    assert by_email().state == State.SENT


# Failures


def test_temporary_failures_are_tried_again_after_5_minutes_1_hour_and_6_hours_then_the_other_way(
    reminder: Reminder, gateways: Gateways
) -> None:
    gateways["sms"].answers = [BUSY] * 4
    at = NOW - 2 * HOUR  # 08:00
    Reminder.objects.filter(pk=reminder.pk).update(due_at=at)
    for wait in (dt.timedelta(minutes=5), HOUR, 6 * HOUR):
        waiting = work(at)
        assert (waiting.state, waiting.due_at) == (State.WAITING, at + wait)
        assert waiting.reason == BUSY.text
        at = waiting.due_at
    assert work(at).state == State.REPLACED
    assert by_email().state == State.SENT
    assert Delivery.objects.filter(reminder=reminder, outcome="unreachable").count() == 4


def test_what_could_only_be_tried_again_after_the_night_and_too_late_goes_the_other_way_tonight(
    reminder: Reminder, gateways: Gateways
) -> None:
    tonight, morning = NOW.replace(hour=19, minute=58), NOW.replace(hour=8) + DAY
    gateways["sms"].answers = [BUSY]
    Reminder.objects.filter(pk=reminder.pk).update(useful_until=morning)
    assert work(tonight).state == State.REPLACED
    assert (by_email().state, by_email().closed_at) == (State.SENT, tonight)


@pytest.mark.parametrize("useful_for", [HOUR, HOUR + dt.timedelta(minutes=5)], ids=["before", "to-the-minute"])
def test_what_could_only_be_tried_again_too_late_goes_the_other_way_at_once(
    reminder: Reminder, gateways: Gateways, useful_for: dt.timedelta
) -> None:
    gateways["sms"].answers = [BUSY] * 2
    Reminder.objects.filter(pk=reminder.pk).update(useful_until=NOW + useful_for)
    assert work().state == State.WAITING
    at = NOW + dt.timedelta(minutes=5)  # the next try would be an hour later
    assert work(at).state == State.REPLACED
    assert (by_email().state, by_email().closed_at) == (State.SENT, at)


def test_what_could_only_be_tried_again_too_late_is_put_before_a_person_at_once_where_there_is_no_other_way(
    reminder: Reminder, gateways: Gateways
) -> None:
    ContactPoint.objects.filter(channel=Channel.EMAIL).delete()
    gateways["sms"].answers = [BUSY]
    Reminder.objects.filter(pk=reminder.pk).update(useful_until=NOW + dt.timedelta(minutes=4))
    assert (work().state, work().reason) == (State.FAILED, BUSY.text)


def test_an_attempt_that_failed_is_written_down_with_its_wait_or_not_at_all(
    reminder: Reminder, gateways: Gateways, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*arguments: object, **named: object) -> None:
        raise KeyboardInterrupt

    gateways["sms"].answers = [BUSY]
    monkeypatch.setattr("reminders.dispatch.outcome.put_off", killed)
    with pytest.raises(KeyboardInterrupt):
        work()
    assert Delivery.objects.get().finished_at is None


def test_what_fails_on_both_channels_is_put_before_a_person(reminder: Reminder, gateways: Gateways) -> None:
    gateways["sms"].answers, gateways["email"].answers = [NO_NUMBER], [SendError("Refused", permanent=True)]
    assert work().state == State.REPLACED
    assert (by_email().state, by_email().reason) == (State.FAILED, "Refused")
    assert list(Reminder.objects.needs_person()) == [by_email()]


def test_a_number_that_does_not_exist_is_not_written_to_again(reminder: Reminder, gateways: Gateways) -> None:
    gateways["sms"].answers = [NO_NUMBER]
    assert work().reason == "The number does not exist. Email instead"
    phone = ContactPoint.objects.get(channel=Channel.SMS)
    assert phone.failed_at == NOW
    assert phone.history.count() == 2


def test_who_replied_stop_has_withdrawn_consent(reminder: Reminder, gateways: Gateways) -> None:
    gateways["sms"].answers = [SendError("They replied STOP", permanent=True, blame=Blame.CONSENT)]
    work()
    assert ContactPoint.objects.get(channel=Channel.SMS).withdrawn_at == NOW


def test_a_refusal_that_says_nothing_about_the_address_leaves_it_usable(reminder: Reminder, gateways: Gateways) -> None:
    gateways["sms"].answers = [SendError("Refused (code 401)", permanent=True)]
    work()
    assert ContactPoint.objects.usable().filter(channel=Channel.SMS).exists()


def test_a_fault_in_our_own_code_harms_only_its_own_message(
    reminder: Reminder, gateways: Gateways, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(message: object) -> str:
        raise RuntimeError("boom")

    monkeypatch.setattr(gateways["sms"], "send", broken)
    waiting = work()
    assert (waiting.state, waiting.due_at) == (State.WAITING, NOW + dt.timedelta(minutes=5))


# In doubt: a worker died between the gateway's yes and our record of it


def test_what_the_gateway_already_has_is_not_sent_again(in_doubt: Reminder, gateways: Gateways) -> None:
    gateways["sms"].knows = "id-of-the-first"
    assert work(NOW + LEASE).state == State.SENT
    assert gateways["sms"].taken == []
    assert Delivery.objects.get(attempt=2).outcome == "found"
    assert Delivery.objects.get(attempt=2).provider_id == "id-of-the-first"


def test_what_the_gateway_does_not_know_is_sent_again_word_for_word(in_doubt: Reminder, gateways: Gateways) -> None:
    assert work(NOW + LEASE).state == State.SENT
    assert gateways["sms"].taken == gateways["sms"].asked_for
    assert len(gateways["sms"].taken) == 1


def test_a_gateway_that_does_not_answer_the_question_is_sent_nothing(
    in_doubt: Reminder, gateways: Gateways, monkeypatch: pytest.MonkeyPatch
) -> None:
    def silent(message: object, *, since: dt.date) -> str:
        raise BUSY

    monkeypatch.setattr(gateways["sms"], "find", silent)
    assert work(NOW + LEASE).state == State.WAITING
    assert gateways["sms"].taken == []


def test_a_first_attempt_asks_nothing(reminder: Reminder, gateways: Gateways) -> None:
    work()
    assert gateways["sms"].asked_for == []


def test_a_repeated_message_is_the_same_to_the_letter(reminder: Reminder, gateways: Gateways) -> None:
    gateways["sms"].answers = [BUSY]
    work()
    work(NOW + HOUR)
    assert gateways["sms"].asked_for == gateways["sms"].taken


def test_a_late_workers_answer_does_not_overturn_a_newer_one(reminder: Reminder, gateways: Gateways) -> None:
    (slow,) = claim(now=NOW, limit=1)
    (quick,) = claim(now=NOW + LEASE, limit=1)
    send_claimed(quick, now=NOW + LEASE)
    gateways["sms"].answers = [BUSY]
    send_claimed(slow, now=NOW + LEASE)
    reminder.refresh_from_db()
    assert reminder.state == State.SENT


# The loop


def test_a_worker_stops_in_time_and_gives_the_rest_back(
    reminder: Reminder, gateways: Gateways, settings: Settings
) -> None:
    Reminder.objects.update(due_at=NOW)
    moments = chain([NOW] * 4, repeat(NOW + LEASE))
    clock: Callable[[], dt.datetime] = lambda: next(moments)  # noqa: E731 (a clock that moves)
    assert send_due(clock=clock) == 1
    assert sorted(Reminder.objects.values_list("state", flat=True)) == ["sent", "waiting"]
