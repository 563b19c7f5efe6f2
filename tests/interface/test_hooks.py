"""Telling other programs: what, once, signed, tried again, given up visibly, and to nobody inside our own network."""

import datetime as dt
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import time_machine
from cryptography.fernet import Fernet
from django.core.exceptions import PermissionDenied
from django.core.management import CommandError, call_command
from django.db import connection
from django.urls import reverse
from pytest_django import Settings
from urllib3.util import Timeout

from clinic.models import AuditEntry, Clinic, Injector, Role, User
from interface.hooks import addresses, calling, delivery, gathering, keeping, signature
from interface.hooks.calling import call_due
from interface.hooks.events import NAMES, name_of
from interface.hooks.gathering import gather
from interface.models import Hook, HookCall
from reminders.models import Heartbeat
from tests.builders import NOW, make_course, make_injector, make_patient, make_session, make_user
from tests.conftest import log_in
from tests.interface.listener import Listener, listening
from treatments import booking, undoing
from treatments.models import Course, Status, TreatmentSession
from treatments.slots import Slot

SOON = NOW + dt.timedelta(minutes=1)


@pytest.fixture(scope="module")
def _server() -> Iterator[Listener]:
    with listening() as listener:
        yield listener


@pytest.fixture
def listener(_server: Listener, settings: Settings) -> Listener:
    """A program on this machine, which only a demo may call."""
    settings.DEMO = True
    _server.heard.clear()
    _server.answers.clear()
    return _server


@pytest.fixture
def hook(riverside: Clinic, admin: User, listener: Listener) -> Hook:
    """Riverside tells the listener everything."""
    return keeping.make(clinic=riverside, url=listener.url + "visits?from=us", events=NAMES, by=admin, at=NOW)


@pytest.fixture
def booked(course: Course, osei: Injector, front_desk: User) -> TreatmentSession:
    """Maria's visit, booked at the desk just now."""
    session = make_session(course, osei, NOW + dt.timedelta(days=3, minutes=30), due_on=NOW.date())
    session.events.create(clinic=session.clinic, at=NOW, kind="booked", by=front_desk)
    return session


def tell(at: dt.datetime = SOON) -> None:
    """Let a minute of the worker pass."""
    with time_machine.travel(at, tick=False):
        gather(now=at)
        call_due(clock=lambda: dt.datetime.now(dt.UTC))


def test_a_booking_is_told_in_ids_alone(hook: Hook, listener: Listener, booked: TreatmentSession) -> None:
    tell()
    [heard] = listener.heard
    assert heard.path == "/visits?from=us"
    assert json.loads(heard.body) == {
        "type": "appointment.booked",
        "timestamp": "2026-11-23T10:00:00+00:00",
        "data": {"clinic": str(hook.clinic.uid), "appointment": f"Appointment/{booked.uid}"},
    }
    assert HookCall.objects.get().state == "told"


def test_every_step_of_a_visit_is_told_once(
    hook: Hook, listener: Listener, booked: TreatmentSession, front_desk: User
) -> None:
    slot = Slot(booked.injector, booked.room, NOW + dt.timedelta(hours=2), NOW + dt.timedelta(minutes=135))  # type: ignore[arg-type]
    moved = booking.move(session=booked, version=1, slot=slot, by=front_desk, at=NOW)
    undoing.undo(session=moved, event=moved.events.order_by("pk").reverse()[0], by=front_desk, at=NOW)
    booked = TreatmentSession.objects.select_related("clinic", "course", "injector", "room").get()
    for status in (Status.ARRIVED, Status.NO_SHOW, Status.BOOKED, Status.CANCELLED):
        booking.change_status(session=booked, to=status, by=front_desk, at=booked.starts_at, reason="x")
    for _ in range(3):
        tell()
    names = [json.loads(heard.body)["type"].removeprefix("appointment.") for heard in listener.heard]
    assert names == ["booked", "moved", "moved", "arrived", "no-show", "booked", "cancelled"]
    assert len({heard.headers["webhook-id"] for heard in listener.heard}) == 7


@pytest.mark.parametrize(
    ("kind", "after", "name"),
    [
        ("signed", {"status": "done"}, "appointment.given"),
        ("undone", {"status": "booked"}, "appointment.booked"),
        ("status", {"status": "in_room"}, None),
        ("answered", {"answer": "confirmed"}, None),
        ("corrected", {}, None),
    ],
)
def test_what_is_nobody_else_s_business_has_no_name(kind: str, after: dict[str, str], name: str | None) -> None:
    assert name_of(kind, after) == name


def test_only_what_was_asked_for_is_told(
    riverside: Clinic, admin: User, listener: Listener, booked: TreatmentSession
) -> None:
    keeping.make(clinic=riverside, url=listener.url, events=["appointment.given"], by=admin, at=NOW)
    tell()
    assert not listener.heard


def test_another_clinic_s_visits_are_not_told(
    hook: Hook, listener: Listener, lakeside: Clinic, front_desk: User
) -> None:
    theirs = make_session(make_course(make_patient(lakeside)), make_injector(lakeside), NOW + dt.timedelta(days=1))
    theirs.events.create(clinic=lakeside, at=NOW, kind="booked")
    tell()
    assert not listener.heard


def test_of_two_clinics_that_tell_programs_each_tells_its_own_visits(
    hook: Hook, booked: TreatmentSession, lakeside: Clinic
) -> None:
    eve = make_user("eve@lakeside.example", "Eve Else", (lakeside, Role.ADMIN))
    other = keeping.make(clinic=lakeside, url="https://lake.example/", events=list(NAMES), by=eve, at=NOW)
    theirs = make_session(make_course(make_patient(lakeside)), make_injector(lakeside), NOW + dt.timedelta(days=1))
    theirs.events.create(clinic=lakeside, at=NOW, kind="booked")
    gather(now=SOON)
    told = HookCall.objects.values_list("hook", "event__session")
    assert set(told) == {(hook.pk, booked.pk), (other.pk, theirs.pk)}


def test_nobody_but_an_admin_of_the_clinic_has_programs_told(
    hook: Hook, booked: TreatmentSession, front_desk: User, lakeside: Clinic
) -> None:
    gather(now=SOON)
    HookCall.objects.update(state="failed")
    call = HookCall.objects.select_related("hook__clinic", "clinic").get()
    eve = make_user("eve@lakeside.example", "Eve Else", (lakeside, Role.ADMIN))
    acts: list[Callable[..., Any]] = [
        lambda **who: keeping.make(clinic=hook.clinic, url="https://new.example/", events=list(NAMES), **who),
        lambda **who: keeping.rotate(hook=hook, **who),
        lambda **who: keeping.end(hook=hook, **who),
        lambda **who: keeping.send_again(call=call, **who),
    ]
    for act in acts:
        for by in (front_desk, eve):
            with pytest.raises(PermissionDenied):
                act(by=by, at=NOW)


def test_what_a_slow_transaction_wrote_late_is_told_all_the_same(
    hook: Hook, listener: Listener, booked: TreatmentSession
) -> None:
    tell()
    booked.events.create(clinic=booked.clinic, at=NOW, kind="status", after={"status": "arrived"})
    tell(SOON + dt.timedelta(minutes=30))
    assert len(listener.heard) == 2


def test_more_than_one_reading_is_told_in_the_end(
    hook: Hook, listener: Listener, booked: TreatmentSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("interface.hooks.gathering.AT_ONCE", 2)
    for number in range(5):
        at = NOW + dt.timedelta(hours=2 * number)
        booked.events.create(clinic=booked.clinic, at=at, kind="status", after={"status": "arrived"})
    for _ in range(6):
        gather(now=NOW + dt.timedelta(days=1))
    assert HookCall.objects.count() == 6


def test_more_lines_of_one_moment_than_are_read_at_once_keep_none_behind_them_waiting(
    riverside: Clinic, admin: User, listener: Listener, booked: TreatmentSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("interface.hooks.gathering.AT_ONCE", 2)
    keeping.make(clinic=riverside, url=listener.url, events=["appointment.given"], by=admin, at=NOW)
    for _ in range(5):
        booked.events.create(clinic=booked.clinic, at=NOW, kind="status", after={"status": "arrived"})
    booked.events.create(clinic=booked.clinic, at=NOW, kind="signed", after={"status": "done"})
    for _ in range(4):
        gather(now=SOON)
    assert HookCall.objects.get().name == "appointment.given"


def test_a_call_is_signed_so_that_whoever_hears_it_can_check(
    hook: Hook, listener: Listener, booked: TreatmentSession
) -> None:
    tell()
    heard = listener.heard[0]
    identity, timestamp, signed = (heard.headers[f"webhook-{part}"] for part in ("id", "timestamp", "signature"))
    now = int(SOON.timestamp())
    assert signature.is_genuine(identity, timestamp, heard.body, signed, hook.secret, now)
    other = signature.new_secret()
    for wrong in (
        (identity, timestamp, heard.body, signed, other, now),
        (identity, timestamp, heard.body + b" ", signed, hook.secret, now),
        ("another", timestamp, heard.body, signed, hook.secret, now),
        (identity, str(now - 1), heard.body, signed, hook.secret, now),
        (identity, timestamp, heard.body, signed, hook.secret, now + 301),  # sent again later by a stranger
        (identity, "x", heard.body, signed, hook.secret, now),
        (identity, timestamp, heard.body, "", hook.secret, now),
        (identity, timestamp, heard.body, "v1,é", hook.secret, now),
    ):
        assert not signature.is_genuine(*wrong)


def test_the_signature_is_the_one_of_the_specification() -> None:
    # The example of the specification's own libraries.
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    signed = signature.sign("msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}', [secret])
    assert signed == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_a_new_secret_goes_beside_the_old_one_for_a_day(
    hook: Hook, listener: Listener, booked: TreatmentSession, admin: User
) -> None:
    new = keeping.rotate(hook=hook, by=admin, at=NOW)
    call = HookCall(uid=hook.uid)
    assert new.secret != hook.secret
    for at, holds in ((SOON, True), (NOW + dt.timedelta(hours=24), False)):
        headers = delivery.headers_of(new, str(call.uid), b"{}", at)
        parts = (str(call.uid), headers["webhook-timestamp"], b"{}", headers["webhook-signature"])
        assert signature.is_genuine(*parts, new.secret, int(at.timestamp()))
        assert signature.is_genuine(*parts, hook.secret, int(at.timestamp())) == holds


def test_a_secret_asked_for_twice_leaves_the_one_in_use_its_day(hook: Hook, admin: User) -> None:
    unread = keeping.rotate(hook=hook, by=admin, at=NOW)  # pressed twice, or the page with it loaded again
    last = keeping.rotate(hook=unread, by=admin, at=SOON)
    for at, holds in ((SOON, True), (SOON + dt.timedelta(hours=24), False)):
        headers = delivery.headers_of(last, str(hook.uid), b"{}", at)
        parts = (str(hook.uid), headers["webhook-timestamp"], b"{}", headers["webhook-signature"])
        assert signature.is_genuine(*parts, last.secret, int(at.timestamp()))
        assert {signature.is_genuine(*parts, one.secret, int(at.timestamp())) for one in (hook, unread)} == {holds}


def test_secrets_are_unreadable_in_the_database(hook: Hook) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT secret FROM interface_hook")
        assert hook.secret not in cursor.fetchone()[0]


def test_who_does_not_take_it_is_tried_again_with_the_same_id(
    hook: Hook, listener: Listener, booked: TreatmentSession
) -> None:
    listener.answers = [500, 302, 204]
    tell()
    tell()  # not due yet
    tell(SOON + dt.timedelta(minutes=1))
    tell(SOON + dt.timedelta(minutes=6))
    assert len({heard.headers["webhook-id"] for heard in listener.heard}) == 1
    assert [heard.path for heard in listener.heard] == ["/visits?from=us"] * 3  # and no redirect was followed
    assert HookCall.objects.get().state == "told"


def test_after_a_day_it_is_given_up_where_an_admin_sees_it(
    hook: Hook, listener: Listener, booked: TreatmentSession, admin: User
) -> None:
    listener.answers = [503] * 7
    at = SOON
    for wait in (dt.timedelta(), *calling.BACK_OFF):
        at += wait
        tell(at)
    call = HookCall.objects.get()
    assert (call.state, call.tries, call.answer) == ("failed", 7, "It answered 503.")
    browser = log_in(admin)
    assert "It answered 503." in browser.get(reverse("hooks:list")).content.decode()
    browser.post(reverse("hooks:send_again", args=[call.uid]))
    assert list(AuditEntry.objects.filter(kind="webhook").values_list("action", flat=True)) == ["create", "change"]
    tell(at + dt.timedelta(minutes=1))
    call.refresh_from_db()
    assert not keeping.send_again(call=call, by=admin, at=at)  # it is told by now
    assert (call.state, call.tries, call.attempts) == ("told", 1, 9)  # a caller of before writes nothing over it
    assert listener.heard[-1].headers["webhook-id"] == str(call.uid)


def test_one_that_does_not_answer_in_time_keeps_no_other_waiting(
    hook: Hook, admin: User, booked: TreatmentSession, frozen_clock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(11):
        booked.events.create(clinic=booked.clinic, at=NOW, kind="status", after={"status": "arrived"})
    gather(now=SOON)
    other = keeping.make(clinic=hook.clinic, url=f"{hook.url}&other", events=NAMES, by=admin, at=NOW)
    gather(now=SOON + dt.timedelta(seconds=1))
    asked = []

    def post(target: addresses.Target, *_: object) -> int:
        asked.append(target.path)
        if target.path.endswith("other"):
            return 204
        frozen_clock.shift(20)
        raise TimeoutError

    monkeypatch.setattr(delivery, "_post", post)
    for minute in (2, 3):
        frozen_clock.move_to(NOW + dt.timedelta(minutes=minute))
        call_due(clock=lambda: dt.datetime.now(dt.UTC))
    assert HookCall.objects.filter(hook=other).exclude(state="told").count() == 0
    assert asked.count("/visits?from=us") == 2  # once in each round
    late = HookCall.objects.filter(hook=hook)
    assert set(late.values_list("state", flat=True)) == {"waiting"}
    assert sum(late.values_list("tries", flat=True)) == 2  # what was not tried has all its tries


def test_a_caller_that_died_is_followed_by_another(hook: Hook, listener: Listener, booked: TreatmentSession) -> None:
    gather(now=SOON)
    [dead] = calling._claim(SOON)
    assert calling._claim(SOON) == []
    tell(SOON + calling.LEASE)
    assert HookCall.objects.get().state == "told"
    calling._tell(dead, SOON)  # it was only slow, and its word no longer counts
    assert HookCall.objects.get().attempts == 2
    assert {heard.headers["webhook-id"] for heard in listener.heard} == {str(dead.uid)}


def test_nothing_is_told_after_the_end(hook: Hook, listener: Listener, booked: TreatmentSession, admin: User) -> None:
    gather(now=SOON)
    keeping.end(hook=hook, by=admin, at=NOW)
    tell()
    assert not listener.heard


def test_the_end_of_one_address_is_of_no_other(hook: Hook, riverside: Clinic, admin: User) -> None:
    other = keeping.make(clinic=riverside, url="https://other.example/", events=list(NAMES), by=admin, at=NOW)
    keeping.end(hook=hook, by=admin, at=NOW)
    other.refresh_from_db()
    assert other.ended_at is None


def test_a_server_that_is_not_there_is_told_later(hook: Hook, booked: TreatmentSession) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        Hook.objects.update(url=f"http://127.0.0.1:{free.getsockname()[1]}/")
        tell()
    call = HookCall.objects.get()
    assert (call.state, call.answer) == ("waiting", "It could not be reached.")


@pytest.mark.parametrize(
    "url",
    [
        "http://hospital.example/",
        "ftp://hospital.example/",
        "file:///etc/passwd",
        "https://",
        "https://me:secret@hospital.example/",
        "https://hospital.example/#part",
        "https://hospital.example:99999/",
        "https://127.0.0.1/",
        "https://2130706433/",
        "https://0x7f.1/",
        "https://127.1/",
        "https://[::1]/",
        "https://[::ffff:127.0.0.1]/",
        "https://169.254.169.254/latest/",
        "https://10.0.0.1/",
        "https://203.0.113.9/",
        "http://127.0.0.1/",
        "https://hospital.example\\@127.0.0.1/",
        "https://hospital.example/\r\nX: y",
        "https://hospitäl.example/",
        "javascript:alert(1)",
    ],
)
def test_addresses_that_may_never_be_called_are_refused(url: str, admin: User) -> None:
    with pytest.raises(addresses.Unfit):
        addresses.read(url)
    page = log_in(admin).post(reverse("hooks:list"), {"url": url, "events": ["appointment.booked"]})
    assert page.status_code == 422
    assert not Hook.objects.exists()


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",  # noqa: S104
        "224.0.0.1",
        "255.255.255.255",
        "::1",
        "::",
        "fe80::1%eth0",
        "fd00::1",
        "::ffff:10.0.0.1",
        "64:ff9b::a00:1",
        "64:ff9b:1::a00:1",  # NAT64 of one house
        "::10.0.0.1",
        "::ffff:0:10.0.0.1",
        "fec0::1",
        "2002:a00:1::",
        "ff02::1",
    ],
)
def test_a_name_that_leads_into_our_own_network_is_not_called(
    hook: Hook, booked: TreatmentSession, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def look_up(*_: object, **__: object) -> list[Any]:
        return [(0, 0, 0, "", ("93.184.215.14", 443)), (0, 0, 0, "", (address, 443))]

    monkeypatch.setattr("interface.hooks.addresses.socket.getaddrinfo", look_up)
    Hook.objects.update(url="https://rebinding.example/")
    tell()
    assert HookCall.objects.get().answer == "The name leads to a private network."


@pytest.mark.parametrize("address", ["93.184.215.14", "::ffff:93.184.215.14", "2606:2800:21f:cb07::1", "2a00:1450::1"])
def test_an_address_of_the_open_internet_is_one(address: str) -> None:
    assert addresses.public(address)


def test_a_public_name_is_called_at_the_address_that_was_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[object] = []

    def look_up(host: str, *_: object, **__: object) -> list[Any]:
        asked.append(host)
        return [(0, 0, 0, "", ("93.184.215.14", 443))]

    monkeypatch.setattr("interface.hooks.addresses.socket.getaddrinfo", look_up)
    target = addresses.read("https://hospital.example/visits")
    pool: Any = delivery._pool(target, addresses.resolve(target), Timeout(1))
    assert (pool.host, pool.assert_hostname, pool.conn_kw["server_hostname"]) == (
        "93.184.215.14",
        "hospital.example",
        "hospital.example",
    )
    assert asked == ["hospital.example"]


def test_a_name_that_nobody_knows_is_tried_again(
    hook: Hook, booked: TreatmentSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    def look_up(*_: object, **__: object) -> list[Any]:
        raise socket.gaierror

    monkeypatch.setattr("interface.hooks.addresses.socket.getaddrinfo", look_up)
    Hook.objects.update(url="https://gone.example/")
    tell()
    assert HookCall.objects.get().answer == "The name of the server is not known."


def test_where_no_name_server_answers_the_rest_of_its_calls_wait(
    hook: Hook, booked: TreatmentSession, front_desk: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = list[object]()

    def look_up(host: object, *_: object, **__: object) -> list[Any]:
        asked.append(host)
        raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")

    monkeypatch.setattr("interface.hooks.addresses.socket.getaddrinfo", look_up)
    Hook.objects.update(url="https://slow.example/")
    booking.change_status(session=booked, to=Status.CANCELLED, by=front_desk, at=NOW, reason="x")
    tell()
    assert HookCall.objects.count() == 2
    assert len(asked) == 1
    assert "The name of the server could not be looked up." in HookCall.objects.values_list("answer", flat=True)


def test_a_name_server_that_takes_long_is_not_waited_for(
    hook: Hook, booked: TreatmentSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    answered = threading.Event()

    def look_up(*_: object, **__: object) -> list[Any]:
        answered.wait(30)
        return [(0, 0, 0, "", ("93.184.215.14", 443))]

    monkeypatch.setattr("interface.hooks.addresses.socket.getaddrinfo", look_up)
    monkeypatch.setattr(addresses, "LOOK_UP_SECONDS", 0.1)
    Hook.objects.update(url="https://slow.example/")
    began = time.monotonic()
    tell()
    answered.set()
    assert time.monotonic() - began < 10
    assert HookCall.objects.get().answer == "The name of the server could not be looked up."


def test_before_an_address_ends_a_page_says_what_ends_and_changes_nothing(
    hook: Hook, booked: TreatmentSession, admin: User
) -> None:
    gather(now=SOON)
    browser, address = log_in(admin), reverse("hooks:end", args=[hook.uid])
    assert f'href="{address}"' in browser.get(reverse("hooks:list")).content.decode()
    assert "nothing is told there, nor what still waits (1)." in browser.get(address).content.decode()
    assert Hook.objects.get().ended_at is None
    browser.post(address)
    assert "It has ended already." in browser.get(address).content.decode()


def test_an_admin_adds_an_address_and_sees_its_secret_once(admin: User, riverside: Clinic) -> None:
    browser = log_in(admin)
    posted = {"url": "https://hospital.example/visits", "events": ["appointment.booked", "appointment.given"]}
    page = browser.post(reverse("hooks:list"), posted).content.decode()
    hook = Hook.objects.get()
    assert hook.secret in page
    assert hook.secret not in browser.get(reverse("hooks:list")).content.decode()
    assert browser.post(reverse("hooks:list"), posted).status_code == 422  # told already
    rotated = browser.post(reverse("hooks:rotate", args=[hook.uid])).content.decode()
    assert Hook.objects.get().secret in rotated
    browser.post(reverse("hooks:end", args=[hook.uid]))
    assert Hook.objects.get().ended_by == admin
    assert AuditEntry.objects.filter(kind="webhook", subject=hook.uid).count() == 3


def test_without_a_broker_too_one_that_cannot_be_worked_on_keeps_no_call_waiting_and_is_noted(
    hook: Hook, listener: Listener, booked: TreatmentSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    gather(now=NOW)

    def fails(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(gathering, "_of", fails)
    with pytest.raises(CommandError, match="1 could not be worked on"):
        call_command("call_webhooks")
    assert len(listener.heard) == 1
    assert Heartbeat.objects.get(part="hooks").failing_since == NOW


def test_one_whose_secret_no_key_reads_keeps_no_other_waiting_and_is_shown(
    hook: Hook, listener: Listener, booked: TreatmentSession, admin: User, settings: Settings
) -> None:
    key, browser = settings.FIELD_ENCRYPTION_KEYS, log_in(admin)
    settings.FIELD_ENCRYPTION_KEYS = [Fernet.generate_key().decode()]
    lost = keeping.make(clinic=hook.clinic, url=listener.url + "lost", events=NAMES, by=admin, at=NOW)
    settings.FIELD_ENCRYPTION_KEYS = key
    with pytest.raises(CommandError, match="1 could not be worked on"):
        call_command("call_webhooks")
    assert [heard.path for heard in listener.heard] == ["/visits?from=us"]
    assert Heartbeat.objects.get(part="hooks").failing_since == NOW
    waiting = HookCall.objects.get(hook=lost)
    assert (waiting.state, waiting.answer) == ("waiting", "Its secret cannot be read here any more.")
    assert browser.get(reverse("hooks:list")).content.decode().count("Its secret cannot be read") == 1
    HookCall.objects.filter(hook=lost).update(state="failed")
    assert browser.get(reverse("hooks:list")).content.decode().count("Its secret cannot be read") == 2

    browser.post(reverse("hooks:rotate", args=[lost.uid]))
    browser.post(reverse("hooks:send_again", args=[waiting.uid]))
    tell()
    assert [heard.path for heard in listener.heard] == ["/visits?from=us", "/lost"]
    assert "Its secret cannot be read" not in browser.get(reverse("hooks:list")).content.decode()


def test_a_visit_whose_note_no_key_reads_is_told_all_the_same(
    hook: Hook, listener: Listener, booked: TreatmentSession, settings: Settings
) -> None:
    key = settings.FIELD_ENCRYPTION_KEYS
    settings.FIELD_ENCRYPTION_KEYS = [Fernet.generate_key().decode()]
    TreatmentSession.objects.update(note="Prefers the left room")
    settings.FIELD_ENCRYPTION_KEYS = key
    tell()
    assert len(listener.heard) == 1


def test_it_runs_without_a_broker_too(
    hook: Hook, listener: Listener, booked: TreatmentSession, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("call_webhooks")
    assert len(listener.heard) == 1
    assert "1 found, 1 calls made." in capsys.readouterr().out
