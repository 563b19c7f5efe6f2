"""What people type, good or bad, into every box and every question: no log tells any of it."""

import io
import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction
from django.test import Client

from clinic.middleware import choose_membership
from tests.addresses import STAFF
from tests.attacks.reading import Form
from tests.attacks.test_foreign_objects import forms_of, plausible
from tests.world import World

# What a name, a number, an address and an illness look like; none of it is in the code or in Harbour.
TYPED = ("Quibblethorpe", "+447700900987", "quibble@patients.example", "cluster headache since 1987")
# Nine digits and a blank: six of them stand in one of many thousand request ids.
TOLD = ("quibble", "700900987", "700 900987", "cluster headache")


def ways_to_fill(form: Form) -> Iterator[dict[str, list[str]]]:
    """Yield a form filled in well but for one word, badly everywhere, and with what it never asks for."""
    honest = {name: values[:1] or ["1"] for name, values in form.values.items()}
    honest |= {name: [plausible(name)] for name in form.free if not any(honest[name])}
    for number, name in enumerate(sorted(form.free)):
        yield honest | {name: [TYPED[number % len(TYPED)]]}
    yield {name: [TYPED[number % len(TYPED)]] for number, name in enumerate(sorted(form.values))}


def told(logged: io.StringIO) -> list[str]:
    """Return the lines with something that was typed; the page itself is no line."""
    return [line for line in logged.getvalue().splitlines() if any(word in line.lower() for word in TOLD)]


def test_no_log_tells_what_was_typed_into_a_form(
    world: World, insider: Client, logged: io.StringIO, settings: Any
) -> None:
    settings.DEMO = True
    insider.raise_request_exception = False
    sent = 0
    for action, form in forms_of(insider, world).items():
        for fields in ways_to_fill(form):
            with transaction.atomic():
                insider.post(action, fields)
                sent += 1
                transaction.set_rollback(True)
    assert told(logged) == []
    assert sent > 150
    assert len(logged.getvalue().splitlines()) >= sent  # each request has its line


def test_no_log_tells_what_was_asked_for_in_an_address(
    world: World, insider: Client, logged: io.StringIO, settings: Any
) -> None:
    settings.DEMO = True
    asked = dict.fromkeys(["q", "next", "date", "tab", "injector", "status", "lot", "patient", "after"], TYPED[0])
    for name in sorted(STAFF):
        insider.get(world.url(name), asked)
        insider.get(f"{world.url(name)}{TYPED[0]}/")  # an address that does not exist
    assert told(logged) == []
    assert len(logged.getvalue().splitlines()) > len(STAFF)


def test_no_log_tells_what_was_typed_when_a_page_breaks(
    world: World, insider: Client, logged: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*words: Any) -> Any:
        raise ValueError(f"{choose_membership(*words)} and {TYPED}")

    monkeypatch.setattr("clinic.middleware.choose_membership", broken)
    insider.raise_request_exception = False
    codes = {insider.post(world.url(name), dict.fromkeys("abc", TYPED[0])).status_code for name in sorted(STAFF)}
    assert codes == {500}
    assert told(logged) == []
    assert "builtins.ValueError" in {
        error["type"] for line in logged.getvalue().splitlines() for error in json.loads(line).get("errors", [])
    }
