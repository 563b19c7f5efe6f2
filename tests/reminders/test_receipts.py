"""News from gateways: each attempt is updated once, a bounce sends the message another way, old news changes nothing."""

import datetime as dt
import hashlib
import hmac
import json
import uuid
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from clinic.models import Clinic, Injector, User
from patients.actions import set_contact, stop_number, try_again
from patients.models import Channel, ContactPoint, Patient
from reminders import handling, texting
from reminders.channels import SendError
from reminders.dispatch import claim, outcome, send_due
from reminders.models import Delivery, Reminder, State
from reminders.models.delivery import Receipt
from tests.builders import NOW, TODAY, make_course, make_patient
from tests.conftest import log_in
from tests.reminders.calls import NUMBER, SECRET, call
from tests.reminders.conftest import Gateway

Gateways = dict[str, Gateway]
KEY = "a made-up signing key"
MAILBOX = "rv000001@patients.example"
NO_ANSWER = SendError("The mail server did not answer", permanent=False, in_doubt=True)
LATER = NOW + dt.timedelta(minutes=5)


@pytest.fixture(autouse=True)
def secrets(settings: Settings) -> None:
    """The gateway and the mail provider sign with these."""
    settings.SMS_GATEWAY_TOKEN = SECRET
    settings.ANYMAIL = settings.ANYMAIL | {"MAILGUN_WEBHOOK_SIGNING_KEY": KEY}


@pytest.fixture
def sent(reminder: Reminder, gateways: Gateways) -> Reminder:
    """The text three days before Maria's visit, taken by the gateway as id-1."""
    send_due(clock=lambda: NOW)
    return again(reminder)


@pytest.fixture
def mailing(reminder: Reminder, gateways: Gateways) -> Reminder:
    """The same by email, due now, through a server that cannot be asked what it took."""
    gateways["email"].can_answer = False
    Patient.objects.update(preferred_channel=Channel.EMAIL)
    Reminder.objects.filter(pk=reminder.pk).update(channel=Channel.EMAIL)
    return again(reminder)


@pytest.fixture
def mailed(mailing: Reminder) -> Reminder:
    """Taken by the server, under its Message-ID."""
    send_due(clock=lambda: NOW)
    Delivery.objects.update(provider_id=f"<{mailing.uid}@clinic.example>")
    return again(mailing)


def again(reminder: Reminder) -> Reminder:
    return Reminder.objects.get(pk=reminder.pk)


def status(what: str, *, sid: str = "id-1", code: str = "", query: str = "", to: str = NUMBER) -> int:
    """Hand over a status callback of Twilio's."""
    values = {"MessageSid": sid, "MessageStatus": what, "To": to} | ({"ErrorCode": code} if code else {})
    return int(call("reminders:text_status", values, query=query).status_code)


def mail_event(
    reminder: Reminder, event: str, *, key: str = KEY, to: str = MAILBOX, attempt: str = "1", **data: Any
) -> int:
    """Hand over an event in the form that Mailgun's documentation shows, signed as it says."""
    timestamp, token = str(int(NOW.timestamp())), uuid.uuid4().hex
    signature = hmac.new(key.encode(), f"{timestamp}{token}".encode(), hashlib.sha256).hexdigest()
    event_data = {
        "event": event,
        "id": "Ase7i2zsRYeDXztHGENqRA",
        "timestamp": NOW.timestamp() + 60,
        "log-level": "info",
        "recipient": to,
        "recipient-domain": "patients.example",
        "message": {"headers": {"message-id": f"{reminder.uid}@clinic.example", "to": to}},
        "user-variables": {"attempt": attempt} if attempt else {},
        "tags": [],
    } | data
    body = {"signature": {"timestamp": timestamp, "token": token, "signature": signature}, "event-data": event_data}
    url = reverse("reminders:mail_news")
    return int(Client().post(url, json.dumps(body), content_type="application/json").status_code)


BOUNCE: dict[str, Any] = {
    "severity": "permanent",
    "reason": "bounce",
    "delivery-status": {"code": 550, "message": "no such user"},
}


# Text messages


def test_a_delivered_text_is_shown_as_delivered(sent: Reminder, front_desk: User) -> None:
    assert [status(one) for one in ("queued", "sent", "delivered")] == [200, 200, 200]
    delivery = Delivery.objects.get()
    assert (delivery.receipt, delivery.receipt_at) == (Receipt.DELIVERED, NOW)
    assert (again(sent).state, again(sent).delivered_at) == (State.SENT, NOW)
    page = log_in(front_desk).get(reverse("patients:detail", args=[sent.patient.uid])).content.decode()
    assert "Delivered" in page


def test_news_out_of_order_or_twice_moves_an_attempt_forward_only(sent: Reminder) -> None:
    for one in ("delivered", "sent", "queued", "delivered"):
        assert status(one) == 200
    assert Delivery.objects.get().receipt == Receipt.DELIVERED


def test_a_text_told_as_delivered_again_an_hour_later_arrived_when_it_was_told_first(sent: Reminder) -> None:
    status("delivered")
    with time_machine.travel(NOW + dt.timedelta(hours=1), tick=False):
        status("delivered")
    assert again(sent).delivered_at == Delivery.objects.get().receipt_at == NOW


def test_a_text_that_did_not_arrive_goes_by_email(sent: Reminder, gateways: Gateways) -> None:
    assert status("undelivered", code="30003") == 200
    assert (again(sent).state, again(sent).reason) == (
        State.REPLACED,
        "The phone is off or out of reach. Email instead",
    )
    send_due(clock=lambda: LATER)
    assert [message.to for message in gateways["email"].taken] == [MAILBOX]
    assert ContactPoint.objects.usable().filter(channel=Channel.SMS).exists()


def test_bad_news_in_the_night_before_an_early_visit_is_put_before_a_person_at_once(sent: Reminder) -> None:
    Reminder.objects.update(useful_until=dt.datetime(2026, 11, 24, 7, tzinfo=dt.UTC))
    with time_machine.travel(NOW.replace(hour=21), tick=False):
        assert status("undelivered", code="30003") == 200
    assert (again(sent).state, again(sent).reason) == (State.FAILED, "The phone is off or out of reach")


def test_the_same_bad_news_twice_sends_one_email(sent: Reminder, gateways: Gateways) -> None:
    for _ in range(3):
        assert status("undelivered", code="30003") == 200
    send_due(clock=lambda: LATER)
    assert len(gateways["email"].taken) == 1


def test_a_text_that_did_not_arrive_frees_its_day(sent: Reminder) -> None:
    assert sent.texted_on == NOW.date()
    status("failed", code="30008")
    assert again(sent).texted_on is None


@pytest.mark.parametrize(("code", "words"), [("30005", "The number does not exist"), ("30006", "cannot take text")])
def test_a_dead_number_is_flagged(sent: Reminder, code: str, words: str) -> None:
    status("undelivered", code=code)
    point = ContactPoint.objects.get(channel=Channel.SMS)
    assert point.failed_at == NOW
    assert words in point.failed_reason


@pytest.mark.parametrize("to", ["447700900000", "07700900000", " 447700900000"])
def test_a_dead_number_is_flagged_however_the_gateway_writes_it(sent: Reminder, to: str) -> None:
    status("undelivered", code="30005", to=to)
    assert ContactPoint.objects.get(channel=Channel.SMS).failed_at == NOW


def test_a_number_that_was_changed_meanwhile_is_not_flagged(sent: Reminder, maria: Patient, front_desk: User) -> None:
    set_contact(patient=maria, channel=Channel.SMS, address="07700 900555", by=front_desk, at=NOW)
    status("undelivered", code="30005")
    assert ContactPoint.objects.get(channel=Channel.SMS).failed_at is None


def test_who_stopped_at_the_gateway_has_stopped_here(sent: Reminder) -> None:
    status("failed", code="21610")
    assert ContactPoint.objects.get(channel=Channel.SMS).trouble == "Do not text"


def test_that_a_number_was_dead_told_twice_does_not_undo_that_it_is_tried_again(
    sent: Reminder, front_desk: User
) -> None:
    status("failed", code="30005")
    try_again(patient=sent.patient, channel=Channel.SMS, by=front_desk, at=LATER)
    status("failed", code="30005")
    assert ContactPoint.objects.usable().filter(channel=Channel.SMS).exists()


@pytest.mark.parametrize("told_before", [True, False])
def test_late_news_of_a_stop_does_not_undo_that_they_want_texts_again(sent: Reminder, told_before: bool) -> None:
    if told_before:
        status("failed", code="21610")
    else:
        stop_number(number=NUMBER, source="by text message", by=None, at=NOW + dt.timedelta(minutes=1))
    set_contact(
        patient=sent.patient, channel="sms", address=NUMBER, by=None, at=LATER, consent_source="by text message"
    )
    with time_machine.travel(LATER + dt.timedelta(hours=1), tick=False):
        status("failed", code="21610")
    assert ContactPoint.objects.usable().filter(channel=Channel.SMS).exists()


def test_without_another_way_a_person_is_told(sent: Reminder) -> None:
    ContactPoint.objects.filter(channel=Channel.EMAIL).delete()
    status("undelivered", code="99999")
    assert (again(sent).state, again(sent).reason) == (State.FAILED, "The text message did not arrive (code 99999)")


def test_late_news_of_an_older_attempt_does_not_overturn_a_newer_one(sent: Reminder) -> None:
    Reminder.objects.filter(pk=sent.pk).update(attempts=2)
    Delivery.objects.create(
        clinic=sent.clinic, reminder=sent, attempt=2, started_at=NOW, outcome="accepted", provider_id="id-2"
    )
    assert status("undelivered", sid="id-1", code="30003") == 200
    assert again(sent).state == State.SENT
    assert Delivery.objects.get(attempt=1).receipt == Receipt.FAILED
    assert Delivery.objects.get(attempt=2).receipt == Receipt.NONE


@pytest.mark.parametrize("query", ["", "?key=x&attempt=y", f"?key={uuid.UUID(int=0)}&attempt=1", "?attempt=1"])
def test_unknown_ids_are_nothing_to_complain_about(sent: Reminder, query: str) -> None:
    assert status("undelivered", sid="nobody's", query=query) == 200
    assert again(sent).state == State.SENT


@pytest.mark.parametrize("sid", ["id-1\x00", "\x00"])
def test_odd_ids_and_codes_are_nothing_to_complain_about(sent: Reminder, sid: str) -> None:
    assert status("undelivered", sid=sid, code="9" * 5000) == 200


def test_an_unknown_status_changes_nothing(sent: Reminder) -> None:
    assert status("teleported") == 200
    assert Delivery.objects.get().receipt == Receipt.NONE


def test_an_id_that_a_gateway_gives_twice_tells_nothing_of_the_other_text(sent: Reminder) -> None:
    other = Reminder.objects.exclude(pk=sent.pk).latest("pk")
    Delivery.objects.create(clinic=other.clinic, reminder=other, attempt=7, started_at=NOW, provider_id="id-1")
    assert status("undelivered", code="30003", query=f"?key={sent.uid}&attempt=1") == 200
    assert again(sent).state == State.REPLACED


def test_forged_news_is_refused(sent: Reminder) -> None:
    values = {"MessageSid": "id-1", "MessageStatus": "undelivered"}
    assert call("reminders:text_status", values, secret="another").status_code == 403
    assert Client().post(reverse("reminders:text_status"), values).status_code == 403
    assert again(sent).state == State.SENT


def test_news_that_is_faster_than_our_own_note_is_heeded(
    reminder: Reminder, gateways: Gateways, monkeypatch: pytest.MonkeyPatch
) -> None:
    def send(message: Any) -> str:
        query = f"?key={message.key}&attempt={message.attempt}"
        assert status("undelivered", sid="id-1", code="30003", query=query) == 200
        return "id-1"

    monkeypatch.setattr(gateways["sms"], "send", send)
    send_due(clock=lambda: NOW)
    assert again(reminder).state == State.REPLACED
    assert Delivery.objects.filter(reminder=reminder).get().provider_id == "id-1"
    assert len(gateways["email"].taken) == 1


def test_news_under_a_name_longer_than_one_is_kept_is_heeded(in_doubt: Reminder) -> None:
    query = f"?key={in_doubt.uid}&attempt=1"
    assert [status(what, sid="S" * 5000, query=query) for what in ("sent", "delivered")] == [200, 200]
    assert Delivery.objects.get(reminder=in_doubt).receipt == Receipt.DELIVERED


def test_an_attempt_in_doubt_that_was_delivered_is_not_sent_again(reminder: Reminder, gateways: Gateways) -> None:
    (claimed,) = claim(now=NOW, limit=1)
    Delivery.objects.create(clinic=claimed.clinic, reminder=claimed, attempt=1, started_at=NOW)
    assert status("delivered", sid="id-9", query=f"?key={claimed.uid}&attempt=1") == 200
    assert (again(claimed).state, again(claimed).delivered_at) == (State.SENT, NOW)
    send_due(clock=lambda: NOW + dt.timedelta(seconds=301))
    assert gateways["sms"].taken == []


@pytest.mark.parametrize("state", [State.MISSED, State.CANCELLED])
def test_a_text_in_doubt_that_was_delivered_is_sent_though_it_was_taken_off_meanwhile(
    reminder: Reminder, gateways: Gateways, state: State
) -> None:
    gateways["sms"].answers = [NO_ANSWER]
    send_due(clock=lambda: NOW)
    Reminder.objects.filter(pk=reminder.pk).update(state=state, closed_at=NOW)
    status("delivered", sid="id-9", query=f"?key={reminder.uid}&attempt=1")
    assert (again(reminder).state, again(reminder).delivered_at) == (State.SENT, NOW)


def test_good_news_of_a_text_that_the_desk_took_back_leaves_the_one_it_asked_for_anew(
    rules: Clinic, osei: Injector, front_desk: User, gateways: Gateways
) -> None:
    overdue = make_course(make_patient(rules), last_given_on=TODAY - dt.timedelta(days=100), injector=osei)
    asked: dict[str, Any] = {"clinic": rules, "courses": {overdue.uid}, "by": front_desk}
    batch, _planned = texting.send(**asked, at=NOW)
    gateways["sms"].answers = [NO_ANSWER]
    send_due(clock=lambda: LATER)
    taken_back = Reminder.objects.get()
    texting.take_back(batch=batch, clinic=rules, by=front_desk, at=LATER)
    texting.send(**asked, at=LATER)
    assert status("delivered", sid="id-9", query=f"?key={taken_back.uid}&attempt=1") == 200
    assert list(Reminder.objects.order_by("pk").values_list("state", flat=True)) == [State.CANCELLED, State.WAITING]


def test_good_news_of_the_first_text_leaves_the_second_that_the_desk_wants_sent_all_the_same(
    reminder: Reminder, gateways: Gateways, front_desk: User
) -> None:
    gateways["sms"].answers = [NO_ANSWER]
    send_due(clock=lambda: NOW)
    Reminder.objects.filter(pk=reminder.pk).update(state=State.FAILED, reason=outcome.MAYBE_ARRIVED, closed_at=NOW)
    handling.send_again(reminder=again(reminder), by=front_desk, at=LATER)
    status("delivered", sid="id-9", query=f"?key={reminder.uid}&attempt=1")
    assert (again(reminder).state, again(reminder).delivered_at) == (State.WAITING, None)


def test_what_the_gateway_calls_a_text_in_doubt_is_kept_from_its_news(reminder: Reminder, gateways: Gateways) -> None:
    gateways["sms"].can_answer = False
    (claimed,) = claim(now=NOW, limit=1)
    Delivery.objects.create(clinic=claimed.clinic, reminder=claimed, attempt=1, started_at=NOW)
    query = f"?key={claimed.uid}&attempt=1"
    status("queued", sid="id-9", query=query)
    send_due(clock=lambda: NOW + dt.timedelta(seconds=301))
    assert (again(claimed).state, gateways["sms"].taken) == (State.SENT, [])
    status("undelivered", sid="id-9", code="30003", query=query)
    assert again(claimed).state == State.REPLACED


# Email


def test_a_letter_that_waits_at_the_provider_is_not_sent_again_and_its_bounce_is_heeded(
    mailing: Reminder, gateways: Gateways
) -> None:
    gateways["email"].answers = [NO_ANSWER]
    send_due(clock=lambda: NOW)
    mail_event(mailing, "failed", severity="temporary", reason="generic")
    send_due(clock=lambda: LATER)
    assert (again(mailing).state, gateways["email"].taken) == (State.SENT, [])
    mail_event(mailing, "failed", **BOUNCE)
    assert again(mailing).state == State.REPLACED


def test_a_letter_given_up_in_doubt_that_was_delivered_needs_nobody(
    mailing: Reminder, gateways: Gateways, settings: Settings
) -> None:
    settings.REMINDER_IN_DOUBT = {"email": "person"}
    gateways["email"].answers = [NO_ANSWER]
    send_due(clock=lambda: NOW)
    send_due(clock=lambda: LATER)
    assert again(mailing).state == State.FAILED
    mail_event(mailing, "delivered")
    assert (again(mailing).state, again(mailing).delivered_at) == (State.SENT, NOW)


def test_a_letter_in_doubt_that_was_delivered_is_not_sent_again(mailing: Reminder, gateways: Gateways) -> None:
    gateways["email"].answers = [NO_ANSWER]
    send_due(clock=lambda: NOW)
    assert mail_event(mailing, "delivered") == 200
    assert (again(mailing).state, again(mailing).delivered_at) == (State.SENT, NOW)
    send_due(clock=lambda: LATER)
    assert gateways["email"].taken == []


def test_a_letter_of_which_good_news_comes_after_the_next_attempt_is_not_sent_again(
    mailing: Reminder, gateways: Gateways
) -> None:
    gateways["email"].answers = [NO_ANSWER, SendError("The mail server did not answer", permanent=False)]
    send_due(clock=lambda: NOW)
    send_due(clock=lambda: LATER)
    assert mail_event(mailing, "delivered") == 200
    send_due(clock=lambda: NOW + dt.timedelta(hours=2))
    assert (again(mailing).state, gateways["email"].taken) == (State.SENT, [])


def test_a_delivered_email_is_shown_as_delivered(mailed: Reminder) -> None:
    assert mail_event(mailed, "delivered") == 200
    assert again(mailed).delivered_at == NOW


def test_a_bounce_flags_the_address_and_sends_it_as_a_text(mailed: Reminder, gateways: Gateways) -> None:
    assert mail_event(mailed, "failed", **BOUNCE) == 200
    point = ContactPoint.objects.get(channel=Channel.EMAIL)
    assert (point.failed_at, point.failed_reason) == (NOW, "The email address does not take our mail")
    assert again(mailed).state == State.REPLACED
    send_due(clock=lambda: LATER)
    assert [message.to for message in gateways["sms"].taken] == [NUMBER]


def test_a_bounce_because_the_server_shuns_us_leaves_the_address_usable(mailed: Reminder) -> None:
    shunned = {"delivery-status": {"code": 550, "message": "5.7.1 Our system has detected that this is unsolicited"}}
    mail_event(mailed, "failed", **BOUNCE | shunned)
    assert again(mailed).reason == "The email came back. Text message instead"
    assert ContactPoint.objects.usable().filter(channel=Channel.EMAIL).exists()


def test_a_letter_that_comes_back_after_delivery_is_heeded(mailed: Reminder) -> None:
    mail_event(mailed, "delivered")
    mail_event(mailed, "failed", **BOUNCE)
    assert again(mailed).state == State.REPLACED


def test_a_letter_that_is_late_is_only_late(mailed: Reminder) -> None:
    assert mail_event(mailed, "failed", severity="temporary", reason="generic") == 200
    assert (again(mailed).state, Delivery.objects.get().receipt) == (State.SENT, Receipt.QUEUED)


def test_a_refusal_that_says_nothing_about_the_address_leaves_it_usable(mailed: Reminder) -> None:
    mail_event(mailed, "failed", severity="permanent", reason="generic")
    assert again(mailed).reason == "The email came back. Text message instead"
    assert ContactPoint.objects.usable().filter(channel=Channel.EMAIL).exists()


@pytest.mark.parametrize("event", ["complained", "unsubscribed"])
def test_who_calls_our_mail_unwanted_gets_none(mailed: Reminder, event: str) -> None:
    assert mail_event(mailed, event) == 200
    assert ContactPoint.objects.get(channel=Channel.EMAIL).trouble == "Do not email"
    assert again(mailed).state == State.SENT


def test_a_complaint_told_again_does_not_undo_that_they_want_emails_again(mailed: Reminder) -> None:
    mail_event(mailed, "complained")
    set_contact(
        patient=mailed.patient, channel="email", address=MAILBOX, by=None, at=LATER, consent_source="their own page"
    )
    with time_machine.travel(LATER + dt.timedelta(hours=1), tick=False):
        mail_event(mailed, "complained")
    assert ContactPoint.objects.usable().filter(channel=Channel.EMAIL).exists()


def test_a_bounce_of_another_address_flags_nothing(mailed: Reminder) -> None:
    mail_event(mailed, "failed", to="old@patients.example", **BOUNCE)
    assert ContactPoint.objects.usable().filter(channel=Channel.EMAIL).exists()


@pytest.mark.parametrize(
    ("stored", "told"),
    [
        ("maria@bücher.example", "maria@xn--bcher-kva.example"),
        ("maria@xn--bcher-kva.example", "Maria@Bücher.example"),
        ("maria@faß.example", "maria@fass.example"),
        ("maria@faß.example", "maria@xn--fa-hia.example"),
    ],
)
def test_a_bounce_names_a_domain_by_letters_or_by_its_code(mailed: Reminder, stored: str, told: str) -> None:
    ContactPoint.objects.filter(channel=Channel.EMAIL).update(address=stored)
    mail_event(mailed, "failed", to=told, **BOUNCE)
    assert ContactPoint.objects.get(channel=Channel.EMAIL).failed_at == NOW


def test_a_complaint_names_a_domain_by_its_code(mailed: Reminder) -> None:
    ContactPoint.objects.filter(channel=Channel.EMAIL).update(address="maria@bücher.example")
    mail_event(mailed, "complained", to="maria@xn--bcher-kva.example")
    assert ContactPoint.objects.get(channel=Channel.EMAIL).trouble == "Do not email"


@pytest.mark.parametrize(
    "told", ["maria@xn--.example", "maria@xn--\u00fc.example", "maria@" + "ü" * 80 + ".example", "@"]
)
def test_a_domain_that_is_none_is_another_address(mailed: Reminder, told: str) -> None:
    ContactPoint.objects.filter(channel=Channel.EMAIL).update(address="maria@bücher.example")
    assert mail_event(mailed, "failed", to=told, **BOUNCE) == 200
    assert ContactPoint.objects.get(channel=Channel.EMAIL).failed_at is None


def test_late_news_of_an_older_letter_does_not_overturn_a_newer_one(mailed: Reminder) -> None:
    first = Delivery.objects.get()
    Reminder.objects.filter(pk=mailed.pk).update(attempts=2)
    Delivery.objects.create(
        clinic=mailed.clinic,
        reminder=mailed,
        attempt=2,
        started_at=LATER,
        outcome="accepted",
        provider_id=first.provider_id,
    )
    mail_event(mailed, "failed", attempt="1", **BOUNCE)
    assert again(mailed).state == State.SENT


def test_without_an_attempt_the_one_begun_by_then_is_meant(mailed: Reminder) -> None:
    first = Delivery.objects.get()
    Delivery.objects.create(
        clinic=mailed.clinic,
        reminder=mailed,
        attempt=2,
        started_at=LATER,
        outcome="accepted",
        provider_id=first.provider_id,
    )
    mail_event(mailed, "delivered", attempt="")
    assert [one.receipt for one in Delivery.objects.order_by("attempt")] == [Receipt.DELIVERED, Receipt.NONE]


def test_forged_mail_news_is_refused(mailed: Reminder, settings: Settings) -> None:
    assert mail_event(mailed, "failed", key="another key", **BOUNCE) == 403
    settings.ANYMAIL = settings.ANYMAIL | {"MAILGUN_WEBHOOK_SIGNING_KEY": ""}
    assert mail_event(mailed, "failed", key="", **BOUNCE) == 403
    assert again(mailed).state == State.SENT


@pytest.mark.parametrize(
    "body", ["", "{}", "[]", "nonsense", '{"signature": 1}', pytest.param("[" * 20_000, id="deep")]
)
def test_nonsense_is_refused(db: None, body: str) -> None:
    response = Client().post(reverse("reminders:mail_news"), body, content_type="application/json")
    assert response.status_code in {400, 403}


@pytest.mark.parametrize(
    ("odd", "answer"),
    [
        pytest.param({"timestamp": float("inf")}, 400, id="no moment"),
        pytest.param({"user-variables": {"attempt": float("inf")}}, 200, id="no number"),
        pytest.param({"recipient": ["x@patients.example"]}, 200, id="no address"),
        pytest.param({"delivery-status": {"code": 550, "message": 5}}, 200, id="no words"),
    ],
)
def test_odd_news_of_a_letter_is_answered(mailed: Reminder, odd: dict[str, Any], answer: int) -> None:
    assert mail_event(mailed, "failed", **BOUNCE | odd) == answer


def test_news_of_somebody_elses_letter_is_nothing_to_complain_about(mailed: Reminder) -> None:
    stranger = Reminder(uid=uuid.uuid4())
    assert mail_event(stranger, "failed", **BOUNCE) == 200
    assert again(mailed).state == State.SENT
