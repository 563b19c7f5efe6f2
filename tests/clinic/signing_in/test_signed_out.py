"""A form that is sent after its session has ended: the person learns that it was not done, and gets back to its page."""

from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse

from clinic.models import User
from tests.clinic.signing_in.test_log_in import sign_in

LOG_IN = reverse("account_login")
TODAY = reverse("treatments:today")
STEP = reverse("treatments:step")
RECALL = reverse("treatments:recall")


def sent_by_a_stranger(page: str, address: str = STEP, **more: Any) -> Any:
    """Press a button of a page when nobody is signed in any more."""
    headers = {"Referer": page} if page else {}
    return Client().post(address, {"to": "arrived"}, headers=headers, **more)


def test_the_log_in_leads_back_to_the_page_of_the_button_that_was_pressed(front_desk: User) -> None:
    answer = sent_by_a_stranger(f"http://testserver{TODAY}?status=booked")
    assert answer.url == f"{LOG_IN}?next={TODAY}%3Fstatus%3Dbooked"


@pytest.mark.parametrize(
    "page", ["", "https://evil.example/today/", "http://testserver//evil.example/", "http://[testserver/"]
)
def test_without_a_page_of_ours_it_leads_to_the_first_page(page: str) -> None:
    assert sent_by_a_stranger(page).url == f"{LOG_IN}?next=/"


def test_a_page_that_was_asked_for_stays_where_the_log_in_leads() -> None:
    answer: Any = Client().get(RECALL, headers={"Referer": f"http://testserver{TODAY}"})
    assert answer.url == f"{LOG_IN}?next={RECALL}"


def test_the_log_in_says_that_what_was_sent_was_not_saved(front_desk: User) -> None:
    client = Client()
    client.post(STEP, {"to": "arrived"}, headers={"Referer": f"http://testserver{TODAY}"})
    page: Any = client.get(LOG_IN)
    assert "You had been signed out, so that was not saved. Sign in and do it again." in page.content.decode()
    assert sign_in(client, front_desk.email, next=TODAY).url == TODAY


def test_a_draft_says_nothing_there_for_its_page_says_so_itself(front_desk: User) -> None:
    client = Client()
    client.post(STEP, {"to": "arrived"}, headers={"Referer": f"http://testserver{TODAY}", "Sec-Fetch-Mode": "cors"})
    assert "not saved" not in client.get(LOG_IN).content.decode()


def test_a_page_that_was_asked_for_says_nothing_about_saving() -> None:
    answer: Any = Client().get(RECALL)
    assert not list(get_messages(answer.wsgi_request))
