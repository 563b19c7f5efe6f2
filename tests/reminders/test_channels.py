"""The channels against real servers: what goes over the wire, and what each answer means."""

import datetime as dt
import json
import select
import smtplib
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import requests
from anymail.exceptions import AnymailAPIError
from django.core.mail import EmailMessage
from pytest_django import Settings

from reminders.channels import CannotAnswer, Carriers, Message, SendError, carrier_for
from reminders.channels.base import Blame
from reminders.channels.email import EmailCarrier, letter_of, message_id
from reminders.channels.files import FileCarrier
from reminders.channels.silent import NO_TEXTS
from reminders.channels.sms import SmsCarrier
from reminders.channels.smtp import EmailBackend
from reminders.models.delivery import LONGEST_NAME
from tests.engines import once
from tests.servers.processes import Server, free_port, mail_server, sms_gateway

TODAY = dt.datetime.now(dt.UTC).date()
KEY = str(uuid.uuid4())
NUMBER, MAILBOX = "+447700900123", "maria@patients.example"
TEXT = Message(key=KEY, to=NUMBER, subject="", body="Riverside Clinic: Maria, see you + & é Thursday.")
LETTER = Message(key=KEY, to=MAILBOX, subject="Your visit on Thursday", body="Hello Siobhán,\n\nsee you.\n")

pytestmark = [pytest.mark.stack, once("what goes over the line asks no database")]


@contextmanager
def gateway(settings: Settings, folder: Path, *options: str) -> Iterator[Server]:
    """Run a gateway and point the settings to it."""
    with sms_gateway(folder, *options) as server:
        for name, value in server.environment.items():
            setattr(settings, name, value)
        settings.SMS_TIMEOUT_SECONDS = 1
        yield server


@contextmanager
def mail(settings: Settings, folder: Path, *options: str) -> Iterator[Server]:
    """Run a mail server and point the settings to it."""
    with mail_server(folder, *options) as server:
        settings.EMAIL_BACKEND = "reminders.channels.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", server.port, 5
        yield server


def refusal(carrier: SmsCarrier | EmailCarrier, message: Message) -> SendError:
    with pytest.raises(SendError) as caught:
        carrier.send(message)
    return caught.value


def test_a_text_message_arrives_and_can_be_found(settings: Settings, tmp_path: Path) -> None:
    with gateway(settings, tmp_path) as server:
        carrier = carrier_for("sms")
        assert carrier.find(TEXT, since=TODAY) == []
        sid = carrier.send(TEXT)
        (arrived,) = server.received()
        assert (arrived["to"], arrived["from"], arrived["body"]) == (NUMBER, settings.SMS_FROM, TEXT.body)
        assert carrier.find(TEXT, since=TODAY) == [sid] == [arrived["sid"]]
        assert carrier.find(Message(KEY, NUMBER, "", "other words"), since=TODAY) == []


def test_a_text_of_the_same_words_that_was_taken_before_is_another(settings: Settings, tmp_path: Path) -> None:
    with gateway(settings, tmp_path):
        SmsCarrier().send(TEXT)
        assert SmsCarrier().find(TEXT, since=dt.date(9999, 1, 1)) == []


def test_a_text_is_found_by_its_link_though_the_name_in_it_was_corrected(settings: Settings, tmp_path: Path) -> None:
    before = replace(
        TEXT, body="Riverside Clinic: Mria, see you Thursday. http://127.0.0.1/v/hers/", link="http://127.0.0.1/v/hers/"
    )
    with gateway(settings, tmp_path):
        sid = SmsCarrier().send(before)
        assert SmsCarrier().find(replace(before, body=before.body.replace("Mria", "Maria")), since=TODAY) == [sid]
        assert SmsCarrier().find(replace(TEXT, link="http://127.0.0.1/v/his/"), since=TODAY) == []


def answers(monkeypatch: pytest.MonkeyPatch, status: int, body: str) -> SmsCarrier:
    """Return a carrier whose gateway answers every call so."""
    answer = requests.Response()
    answer.status_code, answer._content = status, body.encode()
    monkeypatch.setattr(SmsCarrier, "_call", lambda *_, **__: answer)
    return SmsCarrier()


@pytest.mark.parametrize("sid", ["S" * 5000, "SM\x001"], ids=["too long", "nul"])
def test_a_name_that_no_database_takes_is_kept_as_far_as_one_does(monkeypatch: pytest.MonkeyPatch, sid: str) -> None:
    carrier = answers(monkeypatch, 201, json.dumps({"sid": sid, "messages": [{"sid": sid, "body": TEXT.body}]}))
    name = carrier.send(TEXT)
    assert [name] == carrier.find(TEXT, since=TODAY)
    assert 0 < len(name) <= LONGEST_NAME
    assert "\x00" not in name


def test_a_number_that_does_not_exist_is_a_permanent_fault_of_the_address(settings: Settings, tmp_path: Path) -> None:
    with gateway(settings, tmp_path, "--unknown", NUMBER):
        error = refusal(SmsCarrier(), TEXT)
    assert (error.permanent, error.blame, error.text) == (True, Blame.ADDRESS, "The number does not exist")


def test_a_number_that_replied_stop_is_a_matter_of_consent(settings: Settings, tmp_path: Path) -> None:
    with gateway(settings, tmp_path, "--stopped", NUMBER):
        error = refusal(SmsCarrier(), TEXT)
    assert (error.permanent, error.blame, error.text) == (True, Blame.CONSENT, "They replied STOP")


@pytest.mark.parametrize(
    ("code", "blame", "words"),
    [
        ('"21610"', Blame.CONSENT, "They replied STOP"),
        (f'"{NUMBER} is no number"', Blame.NOTHING, "The text message gateway refused it (code 400)"),
        ("9" * 5000, Blame.NOTHING, "The text message gateway refused it (code 400)"),
        ('["21610"]', Blame.NOTHING, "The text message gateway refused it (code 400)"),
        ("[" * 100_000, Blame.NOTHING, "The text message gateway refused it (code 400)"),
    ],
    ids=["as a text", "as words", "too long", "as a list", "too deep"],
)
def test_a_refusal_is_read_however_the_gateway_writes_its_code(
    monkeypatch: pytest.MonkeyPatch, code: str, blame: Blame, words: str
) -> None:
    error = refusal(answers(monkeypatch, 400, f'{{"code": {code}}}'), TEXT)
    assert (error.permanent, error.blame, error.text) == (True, blame, words)


@pytest.mark.parametrize(
    ("known", "names"),
    [
        ("{}", None),
        ('"none"', None),
        ("[]", []),
        ('["none", 5]', []),
        (json.dumps([{"body": TEXT.body, "status": ["sent"]}]), [KEY]),
    ],
    ids=["parts", "words", "nothing", "nothing of ours", "no name"],
)
def test_of_what_a_gateway_says_that_it_has_only_texts_are_looked_at(
    monkeypatch: pytest.MonkeyPatch, known: str, names: list[str] | None
) -> None:
    carrier = answers(monkeypatch, 200, f'{{"messages": {known}}}')
    with nullcontext() if names is not None else pytest.raises(SendError, match="did not answer"):
        assert carrier.find(TEXT, since=TODAY) == names


@pytest.mark.parametrize(
    ("status", "permanent"),
    [
        *[(status, False) for status in ("301", "401", "402", "403", "404", "408", "429", "500", "503")],
        *[(code, False) for code in ("21606", "21611")],
        ("400", True),
        ("21612", True),
    ],
)
def test_a_gateways_refusal_says_whether_to_ask_again(
    settings: Settings, tmp_path: Path, status: str, permanent: bool
) -> None:
    with gateway(settings, tmp_path, "--fail", f"{status}:1") as server:
        error = refusal(SmsCarrier(), TEXT)
        assert (error.permanent, error.blame) == (permanent, Blame.NOTHING)
        assert SmsCarrier().send(TEXT) == server.received()[0]["sid"]


def test_a_gateway_that_hangs_is_left_after_the_time_out(settings: Settings, tmp_path: Path) -> None:
    with gateway(settings, tmp_path, "--fail", "hang:1"):
        error = refusal(SmsCarrier(), TEXT)
    assert (error.permanent, error.text) == (False, "The text message gateway did not answer")


def test_a_gateway_that_is_not_there_is_a_temporary_fault(settings: Settings) -> None:
    settings.SMS_GATEWAY_URL = f"http://127.0.0.1:{free_port()}"
    error = refusal(SmsCarrier(), TEXT)
    assert (error.permanent, error.in_doubt) == (False, False)


def test_mail_arrives_in_plain_text_under_the_reminders_own_message_id(settings: Settings, tmp_path: Path) -> None:
    with mail(settings, tmp_path) as server:
        carrier = carrier_for("email")
        first, second = carrier.send(LETTER), carrier.send(LETTER)
        one, two = server.received()
    assert first == second == one["message_id"] == two["message_id"] == f"<{KEY}@clinic.example>"
    assert one["to"] == [MAILBOX]
    assert one["subject"] == LETTER.subject
    assert one["body"].replace("\r\n", "\n") == LETTER.body
    with pytest.raises(CannotAnswer):
        carrier.find(LETTER, since=TODAY)


def test_a_batch_uses_one_connection(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    greeted: list[object] = []
    greet = smtplib.SMTP.ehlo_or_helo_if_needed

    def count(line: smtplib.SMTP) -> None:
        greeted.append(line)
        greet(line)

    monkeypatch.setattr(smtplib.SMTP, "ehlo_or_helo_if_needed", count)
    with mail(settings, tmp_path, "--refuse", "gone@patients.example") as server, Carriers() as carriers:
        carriers.on("email").send(LETTER)
        with pytest.raises(SendError):
            carriers.on("email").send(Message(KEY, "gone@patients.example", "Hello", "Hello"))
        carriers.on("email").send(LETTER)
        assert len(server.received()) == 2
    assert len(set(map(id, greeted))) == 1


def letters(*names: str) -> list[Message]:
    """Return messages of different sizes."""
    return [Message(name, f"{name}@patients.example", "Hello", name * 10**size) for size, name in enumerate(names)]


def test_the_server_hears_who_writes_next_while_the_last_letter_is_written_down(
    settings: Settings, tmp_path: Path
) -> None:
    one, two = letters("ann", "ben")
    with mail(settings, tmp_path) as server, Carriers() as carriers:
        carrier = carriers.on("email")
        assert isinstance(carrier, EmailCarrier)
        carrier.prepare([one, two])
        carrier.send(one)
        assert select.select([carrier._line.connection.sock], [], [], 10)[0]  # it has answered
        server.tell("451")  # nobody begins a letter any more
        carrier.send(two)
        assert refusal(carrier, one).permanent is False
        server.tell("")
        carrier.send(one)
        assert [letter["to"][0] for letter in server.received()] == [one.to, two.to, one.to]


@pytest.mark.parametrize("code", ["530", "550", "553"])
def test_a_server_that_takes_no_mail_from_us_is_asked_again_once_somebody_has_mended_that(
    settings: Settings, tmp_path: Path, code: str
) -> None:
    with mail(settings, tmp_path) as server:
        server.tell(code)
        error = refusal(EmailCarrier(), LETTER)
        server.tell("")
        EmailCarrier().send(LETTER)
        assert len(server.received()) == 1
    assert (error.permanent, error.in_doubt, error.blame) == (False, False, Blame.NOTHING)
    assert error.text == f"The mail server takes no mail from us (code {code})"


def test_a_letter_that_does_not_go_after_all_leaves_the_next_one_whole(settings: Settings, tmp_path: Path) -> None:
    one, two, three = letters("ann", "ben", "cid")
    with mail(settings, tmp_path) as server, Carriers() as carriers:
        carriers.on("email").prepare([one, two, three])
        carriers.on("email").send(one)
        carriers.on("email").send(three)
        assert [letter["body"].strip() for letter in server.received()] == [one.body, three.body]


def test_a_text_that_a_server_has_no_room_for_leaves_the_next_letter_alone(settings: Settings, tmp_path: Path) -> None:
    with mail(settings, tmp_path) as server:
        carrier = EmailCarrier(keep_open=True)
        server.tell("full")
        full = refusal(carrier, LETTER)
        server.tell("")
        carrier.send(LETTER)
        carrier.close()
        assert len(server.received()) == 1
    assert (full.permanent, full.in_doubt) == (False, False)


def test_a_letter_of_another_sender_goes_out_as_theirs(settings: Settings, tmp_path: Path) -> None:
    one, two = letters("ann", "ben")
    with mail(settings, tmp_path) as server, Carriers() as carriers:
        carriers.on("email").prepare([one, two])
        carriers.on("email").send(one)
        settings.DEFAULT_FROM_EMAIL = "desk@clinic.example"
        carriers.on("email").prepare([two])
        carriers.on("email").send(two)
        assert [letter["from"] for letter in server.received()] == ["clinic@clinic.example", "desk@clinic.example"]


@pytest.mark.parametrize("how", ["refuse", "421"])
@pytest.mark.parametrize("said_early", [False, True])
def test_a_server_that_ends_the_line_between_two_letters_puts_none_in_doubt(
    settings: Settings, tmp_path: Path, how: str, said_early: bool
) -> None:
    one, two, three = letters("ann", "ben", "cid")
    with mail(settings, tmp_path) as server, Carriers() as carriers:
        carrier = carriers.on("email")
        assert isinstance(carrier, EmailCarrier)
        carrier.send(one)
        server.tell(how)
        if said_early:
            carrier.prepare([three, two])
            carrier._say_next()
            carrier.prepare([two])
        fault = refusal(carrier, two)
        server.tell("")
        carrier.send(two)
        assert [letter["to"][0] for letter in server.received()] == [one.to, two.to]
    assert (fault.permanent, fault.in_doubt) == (False, False)


def test_a_letter_prepared_beforehand_is_what_would_have_been_written_at_its_turn(
    settings: Settings, tmp_path: Path
) -> None:
    changed = replace(LETTER, to="new@patients.example")
    with mail(settings, tmp_path) as server:
        carrier = EmailCarrier(keep_open=True)
        carrier.send(LETTER)
        carrier.prepare([LETTER])
        carrier.send(LETTER)
        carrier.send(changed)
        carrier.close()
        now, before, other = ({**letter, "at": None} for letter in server.received())
    assert now == before
    assert other["to"] == [changed.to]


@pytest.mark.parametrize(
    "subject",
    [
        "Hello",
        "Eich apwyntiad: dydd Llun, 10:30 – Llŷr",
        "two  spaces =?utf-8?q?and_a_code?=",
        "x" * 69,
        "x" * 70,
        "long " * 40,
    ],
)
def test_a_letter_goes_over_the_line_as_the_frameworks_own_backend_writes_it(settings: Settings, subject: str) -> None:
    message = replace(LETTER, subject=subject)
    letter = letter_of(message)
    sent: list[tuple[Any, ...]] = []
    backend: Any = EmailBackend(host="127.0.0.1", port=1)
    backend.connection = SimpleNamespace(sendmail=lambda *words: sent.append(words))
    EmailMessage(
        subject, LETTER.body, None, [MAILBOX], headers={"Message-ID": message_id(KEY)}, connection=backend
    ).send()
    ((sender, recipients, content),) = sent
    assert (letter.sender, [letter.recipient]) == (sender, recipients)
    assert without_date(letter.content) == without_date(content)


def without_date(content: bytes) -> list[bytes]:
    return [line for line in content.splitlines(keepends=True) if not line.startswith(b"Date:")]


def test_a_line_that_breaks_is_made_anew_for_the_next_letter(settings: Settings, tmp_path: Path) -> None:
    with mail(settings, tmp_path, "--drop", "1") as server, Carriers() as carriers:
        with pytest.raises(SendError) as caught:
            carriers.on("email").send(LETTER)
        assert (caught.value.permanent, caught.value.in_doubt) == (False, True)
        carriers.on("email").send(LETTER)
        assert [letter["message_id"] for letter in server.received()] == [f"<{KEY}@clinic.example>"] * 2


@pytest.mark.parametrize(
    ("failure", "in_doubt"), [("drop", True), ("500", True), ("200", True), ("429", False), ("301", False)]
)
def test_whether_a_text_may_have_arrived_all_the_same(
    settings: Settings, tmp_path: Path, failure: str, in_doubt: bool
) -> None:
    with gateway(settings, tmp_path, "--fail", f"{failure}:1"):
        assert refusal(SmsCarrier(), TEXT).in_doubt is in_doubt


def test_a_text_that_was_taken_before_the_line_broke_can_be_found(settings: Settings, tmp_path: Path) -> None:
    with gateway(settings, tmp_path, "--fail", "drop:1") as server, Carriers() as carriers:
        with pytest.raises(SendError):
            carriers.on("sms").send(TEXT)
        assert carriers.on("sms").find(TEXT, since=TODAY) == [server.received()[0]["sid"]]


def test_a_gateway_without_the_question_cannot_answer(settings: Settings, tmp_path: Path) -> None:
    with gateway(settings, tmp_path, "--mute"), pytest.raises(CannotAnswer):
        SmsCarrier().find(TEXT, since=TODAY)


def test_a_mailbox_that_does_not_exist_is_a_permanent_fault_of_the_address(settings: Settings, tmp_path: Path) -> None:
    with mail(settings, tmp_path, "--refuse", MAILBOX):
        error = refusal(EmailCarrier(), LETTER)
    assert (error.permanent, error.blame, error.text) == (True, Blame.ADDRESS, "The email address does not exist")


@pytest.mark.parametrize(
    ("code", "reply", "blame"),
    [
        (550, b"5.1.1 User unknown", Blame.ADDRESS),
        (550, b"no such user here", Blame.ADDRESS),
        (550, b"5.2.1 The mailbox is disabled", Blame.ADDRESS),
        (550, b"5.7.1 Client host [192.0.2.1] blocked", Blame.NOTHING),
        (550, b"relay not permitted, authentication required", Blame.NOTHING),
        (550, b"Sender verify failed", Blame.NOTHING),
        (550, b"No such user here", Blame.ADDRESS),
        (553, b"5.7.1 Sender address rejected: not owned by user", Blame.NOTHING),
        (550, b"5.1.8 Sender domain not found", Blame.NOTHING),
        (550, b"5.2.2 Mailbox full", Blame.NOTHING),
        (550, b"Mailbox is full: quota exceeded", Blame.NOTHING),
        (550, b"Too many letters within an hour, try again later", Blame.NOTHING),
    ],
)
def test_only_a_refusal_about_the_mailbox_takes_the_address_for_dead(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int, reply: bytes, blame: Blame
) -> None:
    def refuse(_line: smtplib.SMTP, _sender: str, to: str, _content: bytes) -> None:
        raise smtplib.SMTPRecipientsRefused({to: (code, reply)})

    monkeypatch.setattr(smtplib.SMTP, "sendmail", refuse)
    with mail(settings, tmp_path):
        error = refusal(EmailCarrier(), LETTER)
    assert (error.permanent, error.blame) == (True, blame)


def test_a_mail_server_that_asks_for_patience_gets_it(settings: Settings, tmp_path: Path) -> None:
    with mail(settings, tmp_path, "--later", MAILBOX):
        error = refusal(EmailCarrier(), LETTER)
    assert (error.permanent, error.blame) == (False, Blame.NOTHING)


def test_a_mail_server_that_is_not_there_is_a_temporary_fault(settings: Settings) -> None:
    settings.EMAIL_BACKEND = "reminders.channels.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", free_port()
    error = refusal(EmailCarrier(), LETTER)
    assert (error.permanent, error.in_doubt) == (False, False)


def test_a_mail_server_that_refuses_our_password_is_a_temporary_fault(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_self: EmailBackend) -> None:
        raise smtplib.SMTPAuthenticationError(535, b"5.7.8 Bad credentials")

    settings.EMAIL_BACKEND = "reminders.channels.smtp.EmailBackend"
    monkeypatch.setattr(EmailBackend, "open", refuse)
    error = refusal(EmailCarrier(), LETTER)
    assert (error.permanent, error.in_doubt, error.blame) == (False, False, Blame.NOTHING)


@pytest.mark.parametrize(
    ("status", "permanent", "in_doubt"),
    [
        (200, False, True),  # a yes that cannot be read
        *[(status, False, False) for status in (401, 404, 408, 429)],
        (400, True, False),
        (502, False, True),
    ],
)
def test_a_mail_providers_refusal_says_whether_to_ask_again(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, status: int, permanent: bool, in_doubt: bool
) -> None:
    def refuse(_self: EmailMessage) -> None:
        raise AnymailAPIError("no", status_code=status)

    settings.EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
    monkeypatch.setattr(EmailMessage, "send", refuse)
    error = refusal(EmailCarrier(), LETTER)
    assert (error.permanent, error.in_doubt) == (permanent, in_doubt)


def test_without_a_gateway_text_messages_become_files(settings: Settings, tmp_path: Path) -> None:
    settings.SMS_GATEWAY_URL, settings.OUTBOX_DIR = "", tmp_path
    carrier = carrier_for("sms")
    assert isinstance(carrier, FileCarrier)
    assert carrier.find(TEXT, since=TODAY) == []
    name = carrier.send(TEXT)
    assert json.loads((tmp_path / "sms" / name).read_text())["body"] == TEXT.body
    assert carrier.find(TEXT, since=TODAY) == [name]


def test_where_texts_were_switched_off_none_leaves_and_the_gateway_is_asked_as_long_as_it_is_set(
    settings: Settings, tmp_path: Path
) -> None:
    with gateway(settings, tmp_path) as server:
        sid = carrier_for("sms").send(TEXT)
        settings.SEND_TEXTS = False
        with Carriers() as carriers:
            carrier = carriers.on("sms")
            assert carrier.find(TEXT, since=TODAY) == [sid]
            with pytest.raises(SendError, match=NO_TEXTS):
                carrier.send(TEXT)
        assert len(server.received()) == 1
    settings.SMS_GATEWAY_URL = ""
    with pytest.raises(CannotAnswer):
        carrier_for("sms").find(TEXT, since=TODAY)


def test_an_error_text_holds_no_address(settings: Settings, tmp_path: Path) -> None:
    with gateway(settings, tmp_path, "--unknown", NUMBER):
        assert NUMBER not in refusal(SmsCarrier(), TEXT).text
