"""A booked visit at Riverside, and the pages that would strand it."""

import datetime as dt
from typing import Any

import pytest
from django.test import Client

from clinic.models import Injector, User
from tests.builders import NOW, make_course, make_patient, make_session
from tests.conftest import log_in
from treatments.models import Course, TreatmentSession

# Wednesday 2 December 2026, 10:00 in London.
VISIT_AT = dt.datetime(2026, 12, 2, 10, 0, tzinfo=dt.UTC)


@pytest.fixture
def ada(admin: User) -> Client:
    """Ada's browser: she is admin of Riverside."""
    return log_in(admin)


@pytest.fixture
def visit(course: Course, osei: Injector) -> TreatmentSession:
    """Maria's visit with Dr Osei, on Wednesday 2 December at ten."""
    return make_session(course, osei, VISIT_AT, due_on=NOW.date())


def more_visits(course: Course, injector: Injector, number: int) -> list[TreatmentSession]:
    """Book more people after Maria's visit, a quarter of an hour apart."""
    return [
        make_session(
            make_course(make_patient(course.clinic, f"Person{index}")),
            injector,
            VISIT_AT + dt.timedelta(minutes=15 * index),
            due_on=NOW.date(),
        )
        for index in range(1, number + 1)
    ]


def leave_form(first: str = "2026-12-02", last: str = "2026-12-02", **more: Any) -> dict[str, Any]:
    """Return what is typed for whole days of leave."""
    return {"first_day": first, "last_day": last, "starts": "", "ends": "", "label": "Leave"} | more


def hours_form(**more: Any) -> dict[str, Any]:
    """Return what is typed for Saturday mornings."""
    typed = {"weekdays": ["6"], "opens": "09:00", "closes": "12:00", "slot_minutes": "15", "room": ""}
    return typed | {"valid_from": "", "valid_until": ""} | more


def save_all(response: Any, **more: Any) -> dict[str, Any]:
    """Return what the page of stranded visits sends when nothing on it is touched."""
    context = response.context
    kept: dict[str, Any] = {}
    for name, value in context["kept"]:
        kept.setdefault(name, []).append(value)
    chosen = {row["name"]: row["chosen"] for row in context["rows"] if row["chosen"]}
    return kept | chosen | {"seen": context["seen"], "decision": "move"} | more
