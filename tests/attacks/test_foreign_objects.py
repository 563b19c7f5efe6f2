"""Naming what belongs to another clinic, in every box of every form: nothing of it is shown, used or changed."""

import datetime as dt
import re
from collections.abc import Iterator
from functools import cache
from types import SimpleNamespace
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest
from django.apps import apps
from django.db import connection, transaction
from django.test import Client
from django.urls import resolve

from clinic.models import Clinic
from tests.addresses import STAFF
from tests.attacks.reading import Form, body_of, page_of
from tests.attacks.rows import changed, of_clinic
from tests.builders import NOW, TODAY, make_course, make_injector, make_patient, make_session, room_of
from tests.world import World

WRITES = re.compile(r"\s*(INSERT|UPDATE|DELETE)\b(?!\W+(INTO|FROM)?\W*(clinic_auditentry|django_session))", re.I)
NAME = "Quillfeather"
# Names under which forms and pages name rows, beside those that the pages of Harbour show.
NAMES = "patient course session visit injector injectors room slot owner record_number lot offer booking moving clinic"


class Writes:
    """Whether anything was written, a trace of reading and the log-in aside."""

    seen = False

    def __call__(self, execute: Any, sql: str, *args: Any) -> Any:
        self.seen = self.seen or bool(WRITES.match(sql))
        return execute(sql, *args)


@pytest.fixture
def victim(lakeside: Clinic) -> SimpleNamespace:
    """What somebody at Harbour must never touch."""
    patient = make_patient(lakeside, "Zephyrine", NAME, record_number="LK000001")
    injector = make_injector(lakeside, f"Dr {NAME}")
    course = make_course(patient, last_given_on=TODAY - dt.timedelta(days=90), injector=injector)
    session = make_session(course, injector, NOW + dt.timedelta(hours=6))
    room = room_of(injector)
    slot = f"{injector.uid}.{room.uid}.20261130T1430.15"
    named: dict[str, list[str]] = {
        "patient": [str(patient.uid), patient.record_number, str(patient.pk)],
        "course": [str(course.uid)],
        "session": [str(session.uid)],
        "injector": [str(injector.uid), str(injector.pk)],
        "room": [str(room.uid), str(room.pk)],
        "slot": [slot],
        "clinic": [str(lakeside.uid), str(lakeside.pk)],
    }
    return SimpleNamespace(clinic=lakeside, named=named, everything=[one for many in named.values() for one in many])


def names_something(name: str, values: list[str]) -> bool:
    """Return whether a box of a form says which row is meant."""
    return name in NAMES.split() or any(len(value) >= 36 and value.count("-") >= 4 for value in values)


def attempts(form: Form, victim: SimpleNamespace) -> Iterator[dict[str, list[str]]]:
    """Yield the form as sent from the page, with one box after the other naming what is foreign."""
    honest = {name: values[:1] or ["1"] for name, values in form.values.items()}
    honest |= {name: [plausible(name)] for name in form.free if not any(honest[name])}
    for name, values in form.values.items():
        if names_something(name, values):
            wanted = [value for kind, many in victim.named.items() if kind in name for value in many]
            for value in wanted[:2] or victim.everything[:1]:
                yield honest | {name: [value]}
    yield honest | {name: victim.named.get(name, victim.everything)[:1] for name in NAMES.split()}


def plausible(name: str) -> str:
    if any(part in name for part in ("first", "last", "date", "_on", "from", "day")):
        return TODAY.isoformat()
    return "09:30" if any(part in name for part in ("opens", "closes", "time", "start", "end")) else "1"


def test_no_box_of_any_form_takes_what_belongs_to_another_clinic(
    world: World, insider: Client, victim: SimpleNamespace, settings: Any
) -> None:
    settings.DEMO = True
    before, told, tried = of_clinic(victim.clinic.pk), [], 0
    for action, form in forms_of(insider, world).items():
        for fields in attempts(form, victim):
            # The next attempt meets Harbour as it was.
            writes = Writes()
            with transaction.atomic(), connection.execute_wrapper(writes):
                told += [(action, fields)] if _shows(insider.post(action, fields)) else []
                tried += 1
                if writes.seen:
                    assert changed(before, of_clinic(victim.clinic.pk)) == set(), (action, fields)
                    assert crossing(world.clinic) == [], (action, fields)
                transaction.set_rollback(True)
    assert told == []
    assert tried > 60


def test_no_question_in_an_address_shows_what_belongs_to_another_clinic(
    world: World, insider: Client, victim: SimpleNamespace, settings: Any
) -> None:
    settings.DEMO = True
    before, told = of_clinic(victim.clinic.pk), []
    for name in sorted(STAFF):
        for place in range(2):  # by uid, then by number
            asked = {one: victim.named.get(one, victim.everything)[:2][-place] for one in NAMES.split()}
            told += [(name, asked)] if _shows(insider.get(world.url(name), asked)) else []
    assert told == []
    assert changed(before, of_clinic(victim.clinic.pk)) == set()


def forms_of(client: Client, world: World) -> dict[str, Form]:
    """Return the forms of all pages of Harbour by where they go."""
    found: dict[str, Form] = {}
    seen: set[str] = set()
    for url in (world.url(name) for name in sorted(STAFF)):
        page = page_of(client.get(url))
        for form in page.forms if page else ():
            action = urljoin(url, form.action)
            target = resolve(urlsplit(action).path).view_name
            if form.method == "post" and target in STAFF and target not in seen:  # once each, not for every row
                found[action] = form
                seen.add(target)
    return found


def _shows(answer: Any) -> bool:
    return NAME.encode() in body_of(answer)


def crossing(clinic: Clinic) -> list[str]:
    """Return where a row of a clinic points to one of another."""
    found = []
    with connection.cursor() as cursor:
        for name, sql, parameters in _ways_across(clinic.pk):
            cursor.execute(sql, parameters)
            found += [name] if cursor.fetchone() else []
    return found


@cache
def _ways_across(clinic_id: int) -> list[tuple[str, str, tuple[Any, ...]]]:
    """Return the name of each column that points to what belongs to a clinic, with the question for one that crosses."""
    found = []
    for model in apps.get_models():
        fields = [field for field in model._meta.concrete_fields if field.is_relation and field.name != "clinic"]
        if not any(field.name == "clinic" for field in model._meta.concrete_fields):
            continue
        for field in fields:
            related: Any = field.related_model
            if any(one.name == "clinic" for one in related._meta.concrete_fields):
                rows = model._base_manager.filter(clinic=clinic_id, **{f"{field.name}__isnull": False})
                across = rows.exclude(**{f"{field.name}__clinic": clinic_id})
                found.append((f"{model.__name__}.{field.name}", *across.query.sql_with_params()))
    return found
