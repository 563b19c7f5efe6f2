"""A call ends, however slowly its answer drips: to another program, a gateway, a mail provider, encrypted or not."""

import datetime as dt
import multiprocessing
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from pytest_django import Settings
from urllib3.util import Timeout

from clinic.deadline import Deadline, Plain, Secure, _watch
from interface.hooks import delivery
from interface.hooks.signature import new_secret
from interface.models import Hook
from reminders.channels import Carrier, SendError, carrier_for
from reminders.channels.base import Message
from tests.builders import NOW
from tests.engines import once
from tests.servers.dripping import dripping

pytestmark = [pytest.mark.stack, once("what goes over the line asks no database")]

# The answers of the slow server take half a minute; a busy machine alone takes some seconds.
SOON = 15
# How long each piece of an answer may take: longer than one does on such a machine, or that would end the call.
PIECE = Timeout(connect=10, read=10)
TEXT = Message(key="k", to="+447700900123", subject="", body="Riverside Clinic: see you on Thursday.")
LETTER = Message(key="k", to="maria@patients.example", subject="Hello", body="See you.")
# What a mail server answers: to whoever connects, and to a letter up to its end. The last word of each is still to come.
GREETING, LETTER_TAKEN = b"220 mail.example\r\n", b"250 ok\r\n250 ok\r\n250 ok\r\n354 go on\r\n"
BODY = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 9999\r\n\r\n"


@contextmanager
def ends_soon() -> Iterator[None]:
    began = time.monotonic()
    yield
    assert time.monotonic() - began < SOON


def test_another_program_that_drips_is_left(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.DEMO = True
    monkeypatch.setattr(delivery, "CONNECT_SECONDS", 0.5)
    monkeypatch.setattr(delivery, "READ_SECONDS", 0.5)
    with dripping() as port, ends_soon(), pytest.raises(delivery.TooSlow):
        delivery.send(Hook(url=f"http://127.0.0.1:{port}/", secret=new_secret()), "1", b"{}", NOW)


@pytest.mark.parametrize("begin", [b"HTTP/1.1 201 Created\r\n", BODY], ids=["in its headers", "in its body"])
@pytest.mark.parametrize("keep_open", [False, True])
def test_a_gateway_that_drips_leaves_a_text_in_doubt(settings: Settings, begin: bytes, keep_open: bool) -> None:
    settings.SMS_TIMEOUT_SECONDS = 1
    with dripping(begin) as port, ends_soon():
        settings.SMS_GATEWAY_URL = f"http://127.0.0.1:{port}"
        carrier = carrier_for("sms", keep_open=keep_open)
        with pytest.raises(SendError) as caught:
            carrier.send(TEXT)
        carrier.close()
    assert (caught.value.permanent, caught.value.in_doubt) == (False, True)


def test_a_mail_provider_that_drips_leaves_a_letter_in_doubt(settings: Settings) -> None:
    settings.EMAIL_BACKEND = "reminders.channels.mailgun.EmailBackend"
    with dripping(BODY) as port, ends_soon():
        settings.ANYMAIL = {
            "MAILGUN_API_KEY": "key",
            "MAILGUN_API_URL": f"http://127.0.0.1:{port}/v3",
            "MAILGUN_SENDER_DOMAIN": "clinic.example",
            "REQUESTS_TIMEOUT": 1,
        }
        with pytest.raises(SendError) as caught:
            carrier_for("email").send(LETTER)
    assert caught.value.in_doubt


@pytest.mark.parametrize(
    ("answers", "in_doubt"),
    [(b"", False), (GREETING + LETTER_TAKEN, True)],
    ids=["while it lets us in", "with the letter"],
)
@pytest.mark.parametrize("keep_open", [False, True])
def test_a_mail_server_that_drips_is_left(settings: Settings, answers: bytes, in_doubt: bool, keep_open: bool) -> None:
    with dripping(answers + b"250-", b"x", greets=True) as port, ends_soon():
        carrier = mail_over(settings, port, keep_open=keep_open)
        with pytest.raises(SendError) as caught:
            carrier.send(LETTER)
        carrier.close()
    assert (caught.value.permanent, caught.value.in_doubt) == (False, in_doubt)


def test_a_mail_server_that_drips_with_the_second_letter_is_left_too(settings: Settings) -> None:
    answers = GREETING + LETTER_TAKEN + b"250 ok\r\n" + LETTER_TAKEN.removeprefix(b"250 ok\r\n")
    with dripping(answers + b"250-", b"x", greets=True) as port, ends_soon():
        carrier = mail_over(settings, port, keep_open=True)
        assert carrier.send(LETTER)
        with pytest.raises(SendError) as caught:
            carrier.send(LETTER)
        carrier.close()
    assert caught.value.in_doubt


def test_a_letter_that_was_taken_is_sent_however_slowly_the_server_says_goodbye(settings: Settings) -> None:
    with dripping(GREETING + LETTER_TAKEN + b"250 ok\r\n221-", b"x", greets=True) as port, ends_soon():
        assert mail_over(settings, port).send(LETTER)


def test_a_mail_server_that_drips_while_the_line_is_encrypted_is_left(settings: Settings) -> None:
    with dripping(b"\x16\x03\x03\x40\x00", b"x", greets=True) as port, ends_soon():
        carrier = mail_over(settings, port)
        settings.EMAIL_USE_SSL = True
        with pytest.raises(SendError) as caught:
            carrier.send(LETTER)
    assert not caught.value.in_doubt


def mail_over(settings: Settings, port: int, *, keep_open: bool = False) -> Carrier:
    settings.EMAIL_BACKEND = "reminders.channels.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", port, 1
    return carrier_for("email", keep_open=keep_open)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> ssl.SSLContext:
    """A server's own certificate, signed by itself."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([])
    now, file = dt.datetime.now(dt.UTC), tmp_path_factory.mktemp("certificate") / "own.pem"
    made = x509.CertificateBuilder(
        name, name, key.public_key(), x509.random_serial_number(), now, now + dt.timedelta(1)
    )
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    file.write_bytes(private + made.sign(key, hashes.SHA256()).public_bytes(Encoding.PEM))
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(file)
    return context


@pytest.mark.filterwarnings("ignore::urllib3.exceptions.InsecureRequestWarning")
def test_an_encrypted_line_is_cut_too(certificate: ssl.SSLContext) -> None:
    with dripping(secure=certificate) as port, ends_soon(), pytest.raises(TimeoutError), Deadline(1):
        Secure("127.0.0.1", port, cert_reqs="CERT_NONE", timeout=PIECE).urlopen("GET", "/", retries=False)


@pytest.mark.filterwarnings("ignore::urllib3.exceptions.InsecureRequestWarning")
@pytest.mark.parametrize("encrypted", [False, True])
def test_a_line_kept_open_from_before_is_cut_too(encrypted: bool, certificate: ssl.SSLContext) -> None:
    answer = b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n"
    how: dict[str, Any] = {"cert_reqs": "CERT_NONE"} if encrypted else {}
    served = dripping(answer, secure=certificate if encrypted else None)
    with served as port, (Secure if encrypted else Plain)("127.0.0.1", port, timeout=PIECE, **how) as pool:
        with Deadline(5):
            assert pool.urlopen("GET", "/", retries=False).status == 200
        with ends_soon(), pytest.raises(TimeoutError), Deadline(1):
            pool.urlopen("GET", "/", retries=False)
        assert pool.num_connections == 1


def test_a_call_that_ends_in_time_keeps_no_line_and_no_clock() -> None:
    with dripping(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n") as port, Deadline(60) as deadline:
        assert Plain("127.0.0.1", port).urlopen("GET", "/").status == 200
    assert (deadline._lines, deadline in _watch._running) == ([], False)


def test_a_short_deadline_is_kept_while_a_longer_one_runs_and_after_many_that_were_met() -> None:
    for _ in range(100):
        with Deadline(30):
            pass
    with Deadline(30), dripping() as port, ends_soon(), pytest.raises(TimeoutError), Deadline(1):
        Plain("127.0.0.1", port).urlopen("GET", "/", retries=False)


def test_a_deadline_cuts_no_line_of_another_thread() -> None:
    answers: list[int] = []

    def ask(port: int) -> None:
        with Deadline(60):
            time.sleep(1)
            answers.append(Plain("127.0.0.1", port).urlopen("GET", "/", retries=False).status)

    well = b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n"
    with dripping(well) as good, dripping() as slow:
        other = threading.Thread(target=ask, args=[good])
        other.start()
        with pytest.raises(TimeoutError), Deadline(0.5):
            Plain("127.0.0.1", slow).urlopen("GET", "/", retries=False)
        other.join()
    assert answers == [200]


def test_a_process_that_was_forked_keeps_its_deadlines_too() -> None:
    with Deadline(60):  # the parent's clock runs
        child = multiprocessing.get_context("fork").Process(target=_is_left)
        child.start()
        child.join(SOON)
        assert child.exitcode == 0


def _is_left() -> None:
    """Ask a server that drips."""
    with dripping() as port, pytest.raises(TimeoutError), Deadline(1):
        Plain("127.0.0.1", port).urlopen("GET", "/", retries=False)
