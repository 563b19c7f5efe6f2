"""A session ends when nobody is there: whatever a person does moves its end on, what a page asks by itself does not."""

import datetime as dt
import re
from pathlib import Path
from typing import Any

import pytest
from django.contrib.sessions.backends import db
from django.contrib.sessions.backends.base import UpdateError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from clinic.models import Clinic, Invitation, Role, StaffSession, User
from clinic.signing_in.sessions import end_all
from tests.clinic.signing_in.test_log_in import sign_in

TEMPLATES = Path(__file__).parents[3] / "templates"
BY_ITSELF = {"headers": {"X-By-Itself": "1"}}
MINUTE = 60


def signed_in(user: User) -> Client:
    """Return a browser in which somebody has just signed in by the page."""
    client = Client()
    assert sign_in(client, user.email).status_code == 302
    return client


def test_a_session_ends_after_a_quarter_of_an_hour_of_rest(front_desk: User, frozen_clock: Any) -> None:
    client = signed_in(front_desk)
    frozen_clock.shift(15 * MINUTE + 1)
    response: Any = client.get(reverse("treatments:recall"))
    assert response.url == f"{reverse('account_login')}?next={reverse('treatments:recall')}"


def test_work_keeps_a_session_open(front_desk: User, frozen_clock: Any) -> None:
    client = signed_in(front_desk)
    for _ in range(4):
        frozen_clock.shift(14 * MINUTE)
        assert client.get(reverse("treatments:today")).status_code == 200


def test_a_page_that_refreshes_itself_keeps_nobody_signed_in(front_desk: User, frozen_clock: Any) -> None:
    client = signed_in(front_desk)
    for _ in range(15 * 3):
        assert client.get(reverse("treatments:today"), **BY_ITSELF).status_code == 200  # type: ignore[arg-type]
        frozen_clock.shift(20)
    frozen_clock.shift(1)
    assert client.get(reverse("treatments:today"), **BY_ITSELF).status_code == 302  # type: ignore[arg-type]


def test_a_clinic_s_shorter_rest_holds_from_the_first_page_on(
    front_desk: User, riverside: Clinic, frozen_clock: Any
) -> None:
    Clinic.objects.filter(pk=riverside.pk).update(rest_minutes=5)
    client = signed_in(front_desk)
    assert client.get(reverse("treatments:today")).status_code == 200
    frozen_clock.shift(5 * MINUTE + 1)
    assert client.get(reverse("treatments:today")).status_code == 302


def test_a_rest_that_is_made_shorter_holds_for_who_is_signed_in(
    front_desk: User, riverside: Clinic, frozen_clock: Any
) -> None:
    client = signed_in(front_desk)
    client.get(reverse("treatments:today"))
    Clinic.objects.filter(pk=riverside.pk).update(rest_minutes=5)
    client.get(reverse("treatments:today"))
    frozen_clock.shift(5 * MINUTE + 1)
    assert client.get(reverse("treatments:today")).status_code == 302


def test_whatever_a_page_asks_by_a_clock_says_that_it_does() -> None:
    pages = {path: path.read_text() for path in TEMPLATES.rglob("*.html")}
    asks = re.compile(r"hx-trigger=\"[^\"]*\bevery .{,100}", re.DOTALL)
    asked = [(path, found) for path, page in pages.items() for found in asks.findall(page)]
    assert asked
    assert [path for path, found in asked if "X-By-Itself" not in found] == []


def test_no_session_outlives_a_shift(front_desk: User, frozen_clock: Any) -> None:
    client = signed_in(front_desk)
    for _ in range(12 * 5):
        frozen_clock.shift(12 * MINUTE)
        status = client.get(reverse("treatments:today")).status_code
    assert status == 302


def test_a_clinic_says_how_long_its_browsers_may_rest(front_desk: User, riverside: Clinic, frozen_clock: Any) -> None:
    Clinic.objects.filter(pk=riverside.pk).update(rest_minutes=60)
    client = signed_in(front_desk)
    client.get(reverse("treatments:today"))
    frozen_clock.shift(59 * MINUTE)
    assert client.get(reverse("treatments:today")).status_code == 200


def test_staying_moves_the_end_on_and_asking_for_it_does_not(front_desk: User, frozen_clock: Any) -> None:
    client = signed_in(front_desk)
    asked = reverse("account_stay")
    before = client.get(asked, **BY_ITSELF).json()["ends_at"]  # type: ignore[arg-type]
    frozen_clock.shift(10 * MINUTE)
    assert client.get(asked, **BY_ITSELF).json()["ends_at"] == before  # type: ignore[arg-type]
    assert client.post(asked).json()["ends_at"] > before


def test_a_page_is_told_the_time_and_whose_session_it_is(front_desk: User, frozen_clock: Any) -> None:
    told = signed_in(front_desk).get(reverse("account_stay"), **BY_ITSELF).json()  # type: ignore[arg-type]
    assert dt.datetime.fromisoformat(told["now"]) == timezone.now()
    assert told["who"] == front_desk.pk


def test_who_is_signed_out_while_something_is_saved_is_not_told_that_nothing_was(
    admin: User, nurse: User, frozen_clock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    client, _colleague = signed_in(admin), signed_in(nurse)
    frozen_clock.shift(2 * MINUTE)
    # As by a press of Sign out in another window, or of a colleague, before the answer is ready.
    monkeypatch.setattr("clinic.staff.views._send", lambda *_: end_all(admin))
    answer: Any = client.post(reverse("staff:people"), {"email": "noor@riverside.example", "role": Role.FRONT_DESK})
    assert (answer.status_code, answer.headers.get("Location")) == (302, reverse("staff:people"))
    assert Invitation.objects.exists()
    assert client.get(reverse("staff:people")).status_code == 302
    assert StaffSession.objects.get().user == nurse


def test_a_session_that_cannot_be_written_is_not_lost_without_a_word(
    front_desk: User, frozen_clock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = signed_in(front_desk)
    frozen_clock.shift(2 * MINUTE)

    def busy(*_: object, **__: object) -> None:
        raise UpdateError

    monkeypatch.setattr(db.SessionStore, "save", busy)
    assert client.get(reverse("treatments:today")).status_code == 400


def test_a_busy_person_costs_one_write_a_minute(front_desk: User, django_assert_num_queries: Any) -> None:
    client = signed_in(front_desk)
    client.get(reverse("account_stay"))
    with django_assert_num_queries(2):  # the session, and who it is
        client.get(reverse("account_stay"))
