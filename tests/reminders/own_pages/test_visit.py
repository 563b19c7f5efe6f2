"""The page of a visit: what can still be changed on it, where it is, and the receipt."""

import datetime as dt

import pytest
import time_machine
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from clinic.models import Room
from tests.reminders.reading import answer, words
from treatments.models import SessionEvent, TreatmentSession

DAY = dt.timedelta(days=1)
Answer = TreatmentSession.Answer


def test_within_a_day_of_the_visit_one_can_only_call(phone: Client, link: str, visit: TreatmentSession) -> None:
    with time_machine.travel(visit.starts_at - DAY + dt.timedelta(minutes=1), tick=False):
        page = words(phone.get(link).content)
        refused = phone.post(f"{link}ask/", {"version": "1", "suits": "mon_am"})
        assert answer(phone, link, "yes") == 302
        answered = words(phone.get(link).content)
    assert "Yes, I will come" in page
    for shown in (page, answered):
        assert "It is too late to change this here. If you cannot come, please call us." in shown
        assert "I cannot come" not in shown
    assert refused.status_code == 409
    assert "too late to change this here" in words(refused.content)
    assert not SessionEvent.objects.filter(after__answer=Answer.ASKED_TO_MOVE).exists()


def test_a_day_before_to_the_minute_it_can_still_be_changed(phone: Client, link: str, visit: TreatmentSession) -> None:
    with time_machine.travel(visit.starts_at - DAY, tick=False):
        assert "I cannot come" in words(phone.get(link).content)


def test_the_place_is_shown_on_a_map(phone: Client, link: str) -> None:
    assert "https://www.openstreetmap.org/search?query=12%20River%20Road" in phone.get(link).content.decode()


def test_a_room_whose_name_tells_what_happens_there_is_not_named(phone: Client, link: str) -> None:
    Room.objects.update(name="Room 4")
    assert "12 River Road, Room 4" in words(phone.get(link).content)
    Room.objects.update(name="Injection room")
    page = words(phone.get(link).content)
    assert "12 River Road with Dr Osei" in page
    assert "Injection" not in page


def test_a_theme_chosen_on_an_answered_page_leads_back_to_the_visit(phone: Client, link: str) -> None:
    TreatmentSession.objects.update(version=2)
    page = phone.post(f"{link}yes/", {"version": "1"}).content.decode()
    assert f'name="next" value="{link}"' in page


def test_the_receipt_says_what_to_do_and_can_be_opened_again(phone: Client, link: str) -> None:
    answer(phone, link, "yes")
    page = words(phone.get(f"{link}done/").content)
    for part in (
        "Thank you",
        "12 River Road",
        "with Dr Osei",
        "Before you come",
        "Add to my calendar",
        "020 7946 0000",
    ):
        assert part in page


def test_who_said_that_they_will_come_finds_the_visit_for_their_calendar_behind_the_link(
    phone: Client, link: str
) -> None:
    calendar = f'href="{link}calendar.ics"'
    assert calendar not in phone.get(link).content.decode()
    answer(phone, link, "yes")
    assert calendar in phone.get(link).content.decode()


@pytest.mark.parametrize("path", ["", "ask/", "done/"])
def test_a_page_asks_the_database_four_times_at_most(
    phone: Client, link: str, path: str, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_max_num_queries(4):  # limit, link, course, what was answered
        phone.get(f"{link}{path}")
