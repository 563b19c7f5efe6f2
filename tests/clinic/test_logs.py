"""What is written into logs: JSON, with the number of the request, and nothing that anybody is called, has or wrote."""

import io
import json
import logging
import uuid
from collections.abc import Callable
from typing import Any

import pytest
import structlog
from django.test import Client
from django.urls import reverse
from structlog.contextvars import bound_contextvars

from clinic import logs, middleware
from clinic.celery import app
from clinic.models import User
from patients.models import Patient
from tests.conftest import log_in

Lines = Callable[[], list[dict[str, Any]]]


@pytest.fixture
def written(logged: io.StringIO) -> Lines:
    """The lines that were logged so far."""
    return lambda: [json.loads(line) for line in logged.getvalue().splitlines()]


def test_our_own_lines_say_which_record(written: Lines) -> None:
    logging.getLogger("reminders.dispatch").warning("reminder %s could not be worked on", 4711)
    [line] = written()
    assert line["event"] == "reminder 4711 could not be worked on"
    assert (line["level"], line["logger"]) == ("warning", "reminders.dispatch")
    assert line["timestamp"].startswith("2026-11-23T10:00:00")


@pytest.mark.parametrize(
    ("template", "args", "kept"),
    [
        ("Error handling request %s", ("/patients/?q=Santos",), "Error handling request -"),
        ("Not Found: %s", ("/v/a-secret-of-a-link/",), "Not Found: -"),
        ("Booting worker with pid: %s", (4711,), "Booting worker with pid: 4711"),
        ("Task %(name)s[%(id)s] raised: %(exc)s", ({"name": "reminders.tick", "id": "7", "exc": "Maria"},), None),
        ("550 no such user maria@patients.example here", (), "550 no such user - here"),
        ("could not text +44 7700 900123", (), "could not text -"),
        ("could not text 07700900123.", (), "could not text -."),
        ("GET https://sms.example/Messages?To=Maria failed", (), "GET https://sms.example/Messages- failed"),
        ("lost redis://clinic:secret@10.0.0.5:6379/0", (), "lost redis://-10.0.0.5:6379/0"),
        ("Traceback:\n  Maria Santos", (), "Traceback:"),
        ("Invalid request line: 'GET /v/a-secret-of-a-link/'", (), "Invalid request line: -"),
        ('It isn\'t "Maria\'s" or "Tom".', (), "It isn't - or -."),
    ],
    ids=lambda value: str(value)[:24],
)
def test_lines_of_others_keep_fixed_words_and_numbers(
    written: Lines, template: str, args: tuple[Any, ...], kept: str | None
) -> None:
    logging.getLogger("somebody.elses").error(template, *args)
    [line] = written()
    assert line["event"] == (kept or "Task reminders.tick[7] raised: -")


def test_a_line_that_cannot_be_filled_in_is_kept_without_its_values() -> None:
    record = logging.LogRecord("somebody.elses", logging.ERROR, "", 0, "%d of %d", ("Maria", "Santos"), None)
    assert json.loads(logs.formatter().format(record))["event"] == "%d of %d"


def test_a_moment_and_a_uid_are_no_phone_numbers() -> None:
    for text in ("2026-11-23 10:00:00", "b8a7b1de-2367-4464-9999-123456789012", "10.0.0.5:6379"):
        assert logs.scrubbed(text) == text


def test_an_error_tells_its_type_and_place_and_never_a_value(written: Lines) -> None:
    name = "Maria Santos"
    try:
        try:
            int(name)
        except ValueError as error:
            raise KeyError(f"no row for {name}") from error
    except KeyError:
        logging.getLogger("clinic").exception("it broke")
        structlog.get_logger("clinic").exception("it broke")
        structlog.get_logger("django_structlog").error("task_failed", error=name, exception=ValueError(name))
    first, second, third = written()
    assert [error["type"] for error in first["errors"]] == ["builtins.KeyError", "builtins.ValueError"]
    assert first["errors"][0]["at"][0].startswith("tests/clinic/test_logs.py:")
    assert second["errors"] == first["errors"]
    assert "error" not in third
    assert "Santos" not in json.dumps([first, second, third])


def test_every_request_has_a_line_with_its_address_by_name(written: Lines, front_desk: User, maria: Patient) -> None:
    answer = log_in(front_desk).get(reverse("patients:detail", args=[maria.uid]), {"q": "Santos"})
    line = written()[-1]
    assert line["request"] == f"GET patients:detail uid={maria.uid}"
    assert (line["code"], line["user_id"]) == (200, front_desk.pk)
    assert line["request_id"] == answer["X-Request-ID"] == str(uuid.UUID(line["request_id"]))
    assert "ip" not in line


def test_the_secret_of_a_link_is_not_in_its_line(written: Lines, db: None) -> None:
    Client().get("/v/a-secret-of-a-link/")
    assert written()[-1]["request"] == "GET reminders:visit"
    assert "a-secret-of-a-link" not in json.dumps(written())


def test_a_page_that_breaks_tells_where_and_not_of_whom(
    written: Lines, front_desk: User, maria: Patient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*words: Any) -> None:
        raise ValueError(f"cannot choose for {maria.family_name}")

    client = log_in(front_desk)
    client.raise_request_exception = False
    monkeypatch.setattr(middleware, "choose_membership", broken)
    answer = client.get(reverse("patients:detail", args=[maria.uid]), {"q": "Santos"})
    assert answer.status_code == 500
    text = json.dumps(written())
    assert "ValueError" in text
    assert "clinic/middleware.py" in text
    assert not [word for word in ("Santos", "Maria", "cannot choose") if word in text]


def test_the_number_of_a_request_goes_with_the_task_it_sets_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(app.conf, "broker_url", "memory://")
    with app.connection("memory://") as broker, bound_contextvars(request_id="number-1"):
        app.send_task("reminders.tick", connection=broker)
        message: Any = broker.SimpleQueue("celery", no_ack=True).get(timeout=5)
    assert message.headers["__django_structlog__"]["request_id"] == "number-1"
