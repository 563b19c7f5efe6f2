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


def test_what_took_words_to_write_is_shown_first_to_be_copied(front_desk: User) -> None:
    note = "Rang twice, her <b>sister</b> will call back"
    headers = {"Referer": f"http://testserver{RECALL}", "Sec-Fetch-Site": "same-origin"}
    client = Client()
    answer: Any = client.post(STEP, {"to": "arrived", "reason": note, "password": "a long secret"}, headers=headers)
    page = answer.content.decode()
    assert answer.status_code == 403
    assert "You had been signed out, so that was not saved." in page
    assert "Rang twice, her &lt;b&gt;sister&lt;/b&gt; will call back</textarea>" in page
    assert "a long secret" not in page
    assert f'href="{LOG_IN}?next={RECALL}"' in page
    assert "not saved" not in client.get(LOG_IN).content.decode()


def test_words_that_their_page_has_kept_are_not_shown_for_they_stand_there_again(front_desk: User) -> None:
    headers = {"Referer": f"http://testserver{RECALL}", "Sec-Fetch-Site": "same-origin"}
    answer: Any = Client().post(STEP, {"note": "sore on the left", "kept": "yes"}, headers=headers)
    assert answer.url == f"{LOG_IN}?next={RECALL}"


def test_words_of_another_sites_form_are_not_shown(front_desk: User) -> None:
    answer: Any = Client().post(STEP, {"reason": "Call this number"}, headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.url == f"{LOG_IN}?next=/"


def test_a_draft_says_nothing_there_for_its_page_says_so_itself(front_desk: User) -> None:
    client = Client()
    client.post(STEP, {"to": "arrived"}, headers={"Referer": f"http://testserver{TODAY}", "Sec-Fetch-Mode": "cors"})
    assert "not saved" not in client.get(LOG_IN).content.decode()


def test_a_page_that_was_asked_for_says_nothing_about_saving() -> None:
    answer: Any = Client().get(RECALL)
    assert not list(get_messages(answer.wsgi_request))
