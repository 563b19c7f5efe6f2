"""A quarter's work to count."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.urls import reverse

from clinic.models import Clinic, Injector, User
from reminders import defaults
from reminders.models import Reminder, ReminderRule, State
from reports.page import Report
from tests.builders import make_course, make_patient, make_session
from tests.conftest import log_in
from treatments.models import Status, TreatmentSession

FIRST, LAST = dt.date(2026, 7, 1), dt.date(2026, 9, 30)
DAYS = {"first": str(FIRST), "last": str(LAST)}

Visit = Callable[..., TreatmentSession]


@pytest.fixture
def visit(riverside: Clinic, osei: Injector) -> Visit:
    """Return a way to make a visit of somebody new: one every quarter of an hour from the first of July on."""
    made = iter(range(10_000))

    def make(status: Status = Status.DONE, day: dt.date | None = None, **fields: Any) -> TreatmentSession:
        number = next(made)
        date = day or FIRST + dt.timedelta(days=number // 30)
        at = dt.datetime.combine(date, dt.time(8), dt.UTC) + dt.timedelta(minutes=15 * (number % 30))
        if status in (Status.DONE, Status.GIVEN_BEFORE):
            fields.setdefault("given_on", date)
        injector = fields.pop("injector", osei)
        course = fields.pop("course", None) or make_course(make_patient(injector.clinic))
        return make_session(course, injector, at, status=status, **{"due_on": date} | fields)

    return make


def shown(user: User, key: str, **query: str) -> Report:
    """Return a report as this person gets it."""
    found: Report = log_in(user).get(reverse("reports:report", args=[key]), DAYS | query).context["report"]
    return found


def figure(report: Report, label: str) -> str:
    """Return the value of one of its numbers."""
    return next(one.value for one in report.figures if one.label == label)


def table(report: Report, title: str) -> list[tuple[str, ...]]:
    """Return the cells of one of its tables."""
    return [row.cells for one in report.tables if one.title == title for row in one.rows]


def remind(session: TreatmentSession, state: State, **fields: Any) -> Reminder:
    """Write down what became of a reminder about a visit."""
    if not ReminderRule.objects.filter(clinic=session.clinic).exists():
        defaults.install(session.clinic)
    due = session.starts_at - dt.timedelta(days=3)
    usual = {
        "rule": ReminderRule.objects.get(clinic=session.clinic, kind="visit", days_before=3),
        "session_version": 1,
        "channel": "sms",
        "due_at": due,
        "useful_until": due,
        "created_at": due,
        "closed_at": None if state == State.WAITING else due,
    }
    return Reminder.objects.create(
        clinic=session.clinic,
        patient=session.course.patient,
        course=session.course,
        session=session,
        state=state,
        **usual | fields,
    )
