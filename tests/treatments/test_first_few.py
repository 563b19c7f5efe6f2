"""A list that holds only the first few says so: else the others seem not to be there."""

import datetime as dt

import pytest
from django.test import Client
from django.urls import reverse

from clinic.models import Clinic, Injector, User
from tests.builders import NOW, TODAY, make_cancelled, make_course, make_patient, room_of
from tests.conftest import log_in
from tests.pages import text
from treatments.recall import candidates
from treatments.slots import Slot
from treatments.views import free_time, offers, walkins

TOMORROW = NOW + dt.timedelta(days=1)


@pytest.fixture
def desk(riverside: Clinic, osei: Injector, front_desk: User) -> Client:
    """Fran, with three people of one name who are overdue."""
    for given in ("Ann", "Ben", "Cid"):
        patient = make_patient(riverside, given, "Test")
        make_course(patient, last_given_on=TODAY - dt.timedelta(days=100), injector=osei)
    return log_in(front_desk)


@pytest.fixture
def code(osei: Injector) -> str:
    """Tomorrow at ten."""
    return Slot(osei, room_of(osei), TOMORROW, TOMORROW + dt.timedelta(minutes=15)).code


@pytest.mark.parametrize("most", [2, 3])
@pytest.mark.parametrize(
    ("typed", "words"),
    [("", "The first 2, the longest overdue first."), ("test", "The first 2 who match. Type more of the name")],
)
def test_whom_a_free_time_may_be_for(
    desk: Client, code: str, monkeypatch: pytest.MonkeyPatch, most: int, typed: str, words: str
) -> None:
    monkeypatch.setattr(free_time, "MOST", most)
    page = text(desk.get(reverse("treatments:calendar_free"), {"time": code, "q": typed}))
    assert (words in page) is (most == 2)
    assert ("Cid Test" in page) is (most == 3)


@pytest.mark.parametrize("most", [2, 3])
def test_who_walks_in(desk: Client, monkeypatch: pytest.MonkeyPatch, most: int) -> None:
    monkeypatch.setattr(walkins, "MOST", most)
    page = text(desk.get(reverse("treatments:walk_in"), {"q": "test"}))
    assert ("The first 2 who match. Type more of the name" in page) is (most == 2)
    assert ("Cid Test" in page) is (most == 3)


@pytest.mark.parametrize("most", [2, 3])
def test_whom_to_offer_a_time(desk: Client, code: str, monkeypatch: pytest.MonkeyPatch, most: int) -> None:
    monkeypatch.setattr(candidates, "MOST", most)
    page = text(desk.get(reverse("treatments:offer"), {"slot": code}))
    assert ("The first 2; 1 more could take it too." in page) is (most == 2)


@pytest.mark.parametrize("most", [1, 2])
def test_which_times_became_free(
    desk: Client, riverside: Clinic, osei: Injector, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    for days in (0, 1):
        make_cancelled(make_course(make_patient(riverside)), osei, TOMORROW + dt.timedelta(days=days))
    monkeypatch.setattr(offers, "MOST", most)
    page = text(desk.get(reverse("treatments:offers")))
    assert ("The next 1; 1 more later." in page) is (most == 1)
    assert page.count("Offer this time<") == most
