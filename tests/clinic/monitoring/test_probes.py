"""/healthz and /readyz: what a machine is told, and who is told nothing."""

import datetime as dt
import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from clinic.celery import app
from clinic.monitoring import readiness
from patients.models import Patient
from reminders import defaults
from reminders.models import Heartbeat, Reminder, ReminderRule
from reminders.watching.facts import LIVING
from tests.builders import NOW, make_course
from treatments.models import TreatmentSession

NOBODY_LISTENS = "redis://127.0.0.1:1/0"
NEIGHBOUR, STRANGER = "127.0.0.1", "203.0.113.9"
# What a RabbitMQ says first, and to a wrong password (AMQP 0-9-1, connection.start and connection.close).
_START = struct.pack(">HHBBII5sI5s", 10, 10, 0, 9, 0, 5, b"PLAIN", 5, b"en_US")
_CLOSE = struct.pack(">HHH15pHH", 10, 50, 403, b"ACCESS_REFUSED", 0, 0)


def ask(path: str, **headers: str) -> Any:
    """Ask as a machine does: by address, without HTTPS and without the right host."""
    caller: Any = {"HTTP_HOST": "10.0.0.7:8000", "REMOTE_ADDR": NEIGHBOUR} | headers
    return Client().get(path, **caller)


@pytest.fixture
def all_well(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything that has to live gave a sign of life just now."""
    monkeypatch.setitem(app.conf, "broker_url", "memory://")
    for part in Heartbeat.Part:
        Heartbeat.note(part, NOW)


def make_due(patient: Patient, due_at: dt.datetime) -> Reminder:
    """Return a reminder that waits."""
    defaults.install(patient.clinic)
    return Reminder.objects.create(
        clinic=patient.clinic,
        rule=ReminderRule.objects.get(kind="due", clinic=patient.clinic, days_before=14),
        patient=patient,
        course=make_course(patient),
        due_date=due_at.date(),
        channel="email",
        due_at=due_at,
        useful_until=due_at + dt.timedelta(days=1),
        created_at=due_at,
    )


def test_a_living_process_says_so_without_asking_the_database(settings: Settings) -> None:
    settings.SECURE_SSL_REDIRECT = True
    answer = ask("/healthz")
    assert (answer.status_code, answer.json()) == (200, {"ok": True})
    assert "no-store" in answer["Cache-Control"]


def test_a_cookie_makes_it_ask_no_database_either() -> None:
    client = Client(headers={"cookie": "session=abcdefgh"})
    assert client.get("/healthz").status_code == 200


def test_all_checks_pass_where_all_is_well(all_well: None) -> None:
    answer = ask("/readyz")
    assert answer.status_code == 200, answer.json()
    assert set(answer.json()["checks"]) == {
        "database", "migrations", "rules", "broker", "beat", "worker", "background", "reminders"
    }  # fmt: skip


def test_it_costs_few_queries(all_well: None, django_assert_max_num_queries: DjangoAssertNumQueries) -> None:
    ask("/readyz")
    with django_assert_max_num_queries(8):
        ask("/readyz")


@pytest.mark.parametrize("part", LIVING)
def test_a_part_that_is_silent_is_named(all_well: None, part: Heartbeat.Part) -> None:
    Heartbeat.note(part, NOW - dt.timedelta(minutes=4))
    answer = ask("/readyz")
    assert answer.status_code == 503
    assert {name for name, check in answer.json()["checks"].items() if not check["ok"]} == {part}
    assert answer.json()["checks"][part]["age_seconds"] == 240


def test_a_part_that_never_lived_is_not_ready(all_well: None) -> None:
    Heartbeat.objects.all().delete()
    assert ask("/readyz").json()["checks"]["beat"] == {"ok": False, "age_seconds": None}


def test_a_reminder_that_waits_too_long_is_named_by_its_number(all_well: None, maria: Patient) -> None:
    late = make_due(maria, NOW - dt.timedelta(minutes=6))
    answer = ask("/readyz")
    assert answer.json()["checks"]["reminders"] == {"ok": False, "oldest_id": late.pk, "age_seconds": 360}
    assert "Maria" not in answer.content.decode()


def test_a_database_without_a_rule_is_not_ready(all_well: None) -> None:
    rule = next(one for one in TreatmentSession._meta.constraints if "NoOverlap" in type(one).__name__)
    with connection.schema_editor() if connection.vendor == "postgresql" else connection.cursor() as editor:
        if connection.vendor == "postgresql":
            editor.execute(f'ALTER TABLE treatments_treatmentsession DROP CONSTRAINT "{rule.name}"')
        else:
            editor.execute(f'DROP TRIGGER "{rule.name}_insert"')
            editor.execute(f'DROP TRIGGER "{rule.name}_update"')
    answer = ask("/readyz")
    assert answer.status_code == 503
    assert answer.json()["checks"]["rules"] == {"ok": False, "missing": [rule.name]}


def test_a_migration_that_has_not_run_is_named(all_well: None, monkeypatch: pytest.MonkeyPatch) -> None:
    known = readiness._known_migrations() | {("clinic", "9999_tomorrow")}
    monkeypatch.setattr(readiness, "_known_migrations", lambda: known)
    assert ask("/readyz").json()["checks"]["migrations"] == {"ok": False, "missing": ["clinic.9999_tomorrow"]}


def test_a_step_of_what_is_one_migration_now_is_named_where_it_has_not_run(all_well: None) -> None:
    MigrationRecorder(connection).record_unapplied("treatments", "0009_stock_lots_without_blanks")
    said = ask("/readyz").json()["checks"]["migrations"]
    assert said == {"ok": False, "missing": ["treatments.0009_stock_lots_without_blanks"]}


def test_a_database_that_took_those_steps_one_by_one_is_ready(all_well: None) -> None:
    MigrationRecorder(connection).record_unapplied("interface", "0001_initial")
    assert ask("/readyz").status_code == 200


def test_a_broker_that_is_away_fails_one_check(all_well: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(app.conf, "broker_url", NOBODY_LISTENS)
    answer = ask("/readyz")
    assert answer.status_code == 503
    assert answer.json()["checks"]["broker"] == {"ok": False, "error": "OperationalError"}
    assert answer.json()["checks"]["database"]["ok"]


@pytest.fixture
def rabbit() -> Iterator[int]:
    """The port of a RabbitMQ, as far as it has to be one to refuse a password."""

    def refuse() -> None:
        while True:
            try:
                line, _ = listener.accept()
            except OSError:  # the test is over
                return
            with line, suppress(OSError):
                line.settimeout(5)
                for method in (_START, _CLOSE):
                    line.recv(4096)
                    line.sendall(struct.pack(">BHI", 1, 0, len(method)) + method + b"\xce")
                line.recv(4096)

    listener = socket.create_server(("127.0.0.1", 0))
    threading.Thread(target=refuse, daemon=True).start()
    yield listener.getsockname()[1]
    listener.shutdown(socket.SHUT_RDWR)
    listener.close()


def test_a_broker_that_refuses_the_password_fails_one_check(
    all_well: None, rabbit: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.conf, "broker_url", f"amqp://clinic:wrong@127.0.0.1:{rabbit}//")
    answer = ask("/readyz")
    assert answer.status_code == 503
    checks = answer.json()["checks"]
    assert checks.pop("broker") == {"ok": False, "error": "AccessRefused"}
    assert all(check["ok"] for check in checks.values())


def test_a_broker_whose_address_is_wrong_fails_one_check(all_well: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(app.conf, "broker_url", "redis://127.0.0.1:1/first")
    assert ask("/readyz").json()["checks"]["broker"] == {"ok": False, "error": "ValueError"}


def test_a_balancer_leaves_out_what_the_pages_do_not_need(all_well: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(app.conf, "broker_url", NOBODY_LISTENS)
    Heartbeat.objects.all().delete()
    assert ask("/readyz?exclude=broker,beat,worker,background,reminders").status_code == 200


def test_a_database_that_is_away_is_an_answer_not_a_crash(all_well: None, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*words: Any) -> None:
        raise OperationalError("connection to server at 10.0.0.5 failed: password of twelveweeks")

    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(connection, "cursor", away)
        answer = ask("/readyz?exclude=broker")
    assert answer.status_code == 503
    assert answer.json()["checks"]["database"] == {"ok": False, "error": "OperationalError"}
    assert "password" not in answer.content.decode()


@pytest.mark.parametrize("path", ["/readyz", "/metrics"])
class TestWhoMayAsk:
    def test_a_stranger_finds_nothing(self, path: str) -> None:
        answer = ask(path, REMOTE_ADDR=STRANGER)
        assert (answer.status_code, answer.content) == (404, b"Not found")

    def test_somebody_behind_our_own_proxy_is_a_stranger(self, path: str, settings: Settings) -> None:
        settings.BEHIND_PROXY = True
        assert ask(path, HTTP_X_FORWARDED_FOR=STRANGER).status_code == 404

    @pytest.mark.parametrize("address", [f"{NEIGHBOUR}:50123", f"::ffff:{NEIGHBOUR}", "[::1]:50123"])
    @pytest.mark.parametrize("proxied", [True, False])
    def test_a_neighbour_is_one_however_the_address_is_written(
        self, path: str, address: str, proxied: bool, all_well: None, settings: Settings
    ) -> None:
        settings.BEHIND_PROXY = proxied
        where = {"HTTP_X_FORWARDED_FOR": address} if proxied else {"REMOTE_ADDR": address}
        assert ask(path, **where).status_code == 200

    def test_a_stranger_stays_one_however_the_address_is_written(self, path: str) -> None:
        assert ask(path, REMOTE_ADDR=f"::ffff:{STRANGER}").status_code == 404
        assert ask(path, REMOTE_ADDR=f"{STRANGER}:50123").status_code == 404

    def test_nobody_is_a_neighbour_by_saying_so(self, path: str, settings: Settings) -> None:
        assert ask(path, REMOTE_ADDR=STRANGER, HTTP_X_FORWARDED_FOR=NEIGHBOUR).status_code == 404
        settings.BEHIND_PROXY = True
        assert ask(path, HTTP_X_FORWARDED_FOR=f"{NEIGHBOUR}, {STRANGER}").status_code == 404

    def test_a_wrong_secret_opens_nothing_even_here(self, path: str, settings: Settings) -> None:
        settings.MONITOR_TOKEN = "s" * 40
        assert ask(path, HTTP_AUTHORIZATION="Bearer wrong").status_code == 404

    def test_no_secret_is_no_secret(self, path: str) -> None:
        assert ask(path, REMOTE_ADDR=STRANGER, HTTP_AUTHORIZATION="Bearer ").status_code == 404

    def test_the_secret_opens_it_from_anywhere(self, path: str, all_well: None, settings: Settings) -> None:
        settings.MONITOR_TOKEN = "s" * 40
        assert ask(path, REMOTE_ADDR=STRANGER, HTTP_AUTHORIZATION=f"Bearer {'s' * 40}").status_code == 200

    def test_it_only_answers_to_looking(self, path: str) -> None:
        assert Client().post(path).status_code == 405
