"""Filters, list or board, and what is remembered for the person."""

from typing import Any

import pytest
from django.test import Client

from clinic.models import User
from tests.builders import NOW, room_of
from tests.conftest import log_in
from tests.pages import text
from tests.treatments.today.conftest import TODAY_URL
from treatments import booking
from treatments.models import DayView, Status, TreatmentSession


@pytest.mark.parametrize("name", ["injector", "room", "status"])
def test_the_day_can_be_narrowed_in_its_address(
    visit: TreatmentSession, toms: TreatmentSession, client: Client, front_desk: User, name: str
) -> None:
    booking.change_status(session=visit, to=Status.ARRIVED, by=front_desk, at=NOW)
    value = {"injector": visit.injector.uid, "room": room_of(visit.injector).uid, "status": "arrived"}[name]
    page = text(client.get(TODAY_URL, {name: str(value)}))
    assert "Maria Santos" in page
    assert "Tom Reid" not in page


def test_the_filter_that_is_set_stays_chosen(visit: TreatmentSession, client: Client) -> None:
    page = text(client.get(TODAY_URL, {"injector": str(visit.injector.uid), "status": "booked"}))
    assert f'<option value="{visit.injector.uid}" selected>{visit.injector.name}</option>' in page
    assert '<option value="booked" selected>' in page
    assert page.count(" selected>") == 3  # and all rooms
    assert '<details class="fold" open>' in page
    assert '<details class="fold" >' in text(client.get(TODAY_URL))


def test_opening_the_day_costs_a_fixed_number_of_queries(
    visit: TreatmentSession, toms: TreatmentSession, client: Client, django_assert_num_queries: Any
) -> None:
    client.get(TODAY_URL)
    with django_assert_num_queries(16):
        client.get(TODAY_URL)


def test_a_filter_that_makes_no_sense_hides_nobody(visit: TreatmentSession, client: Client) -> None:
    assert "Maria Santos" in text(client.get(TODAY_URL, {"injector": "somebody"}))


def test_the_board_has_five_columns_and_is_remembered_for_the_person(
    visit: TreatmentSession, client: Client, front_desk: User, nurse: User
) -> None:
    client.post("/today/view/", {"board": "on"})
    page = text(log_in(front_desk).get(TODAY_URL))
    assert page.count('class="board-column"') == page.count('href="#column-') == 5
    assert 'class="board-column"' not in text(log_in(nurse).get(TODAY_URL))


def test_switching_one_choice_keeps_the_other(client: Client, front_desk: User) -> None:
    client.post("/today/view/", {"board": "on"})
    client.post("/today/view/", {"auto_refresh": "off"})
    view = DayView.objects.get(user=front_desk)
    assert (view.board, view.auto_refresh) == (True, False)


def test_a_page_that_does_not_refresh_asks_for_nothing(visit: TreatmentSession, client: Client) -> None:
    client.post("/today/view/", {"auto_refresh": "off"})
    page = text(client.get(TODAY_URL))
    assert "every 20s" not in page
    assert "Auto refresh: off" in page


def test_nonsense_choices_change_nothing(client: Client, front_desk: User) -> None:
    assert client.post("/today/view/", {"board": "yes"}).status_code == 302
    assert not DayView.objects.get(user=front_desk).board
