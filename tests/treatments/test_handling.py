"""Two people at the recall list: each sees what the other is on, and may act all the same."""

import datetime as dt

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from clinic.models import Clinic, Injector, Role, User
from patients.models import Patient
from tests.builders import NOW, TODAY, make_course, make_user
from tests.conftest import log_in
from treatments.models import ContactAttempt, Course


@pytest.fixture
def late(maria: Patient, osei: Injector) -> Course:
    """Maria, due 16 days ago."""
    return make_course(maria, last_given_on=TODAY - dt.timedelta(days=100), injector=osei)


@pytest.fixture
def desk(front_desk: User) -> Client:
    """Fran's browser."""
    return log_in(front_desk)


@pytest.fixture
def ben(riverside: Clinic) -> Client:
    """The browser of Ben, who works the same list."""
    return log_in(make_user("ben@riverside.example", "Ben Ode", (riverside, Role.FRONT_DESK)))


def listed(client: Client) -> str:
    """Return the overdue tab."""
    text: str = client.get(reverse("treatments:recall")).content.decode()
    return " ".join(text.split())


def at(minutes: int) -> time_machine.travel:
    """Let so many minutes pass."""
    return time_machine.travel(NOW + dt.timedelta(minutes=minutes), tick=False)


@pytest.mark.parametrize("name", ["book", "snooze", "let_go"])
def test_a_row_says_who_is_on_it_and_for_how_long(desk: Client, ben: Client, late: Course, name: str) -> None:
    assert "is on this" not in listed(desk)
    ben.get(reverse(f"treatments:{name}", args=[late.uid]))
    assert "Ben Ode is on this (1 min)" in listed(desk)
    with at(3):
        assert "Ben Ode is on this (3 min)" in listed(desk)


def test_after_five_minutes_nothing_is_said_any_more(desk: Client, ben: Client, late: Course) -> None:
    ben.get(reverse("treatments:book", args=[late.uid]))
    with at(5):
        assert "is on this" not in listed(desk)


def test_nobody_is_told_of_themselves(ben: Client, late: Course) -> None:
    ben.get(reverse("treatments:book", args=[late.uid]))
    assert "is on this" not in listed(ben)


def test_only_looking_at_the_list_is_no_work_on_anybody(desk: Client, ben: Client, late: Course) -> None:
    listed(ben)
    assert "is on this" not in listed(desk)


def test_acting_all_the_same_works(desk: Client, ben: Client, late: Course) -> None:
    ben.get(reverse("treatments:book", args=[late.uid]))
    desk.post(reverse("treatments:tried", args=[late.uid]), {"outcome": "no_answer"})
    assert ContactAttempt.objects.filter(course=late).count() == 1
    assert "16 days late" not in listed(desk)
