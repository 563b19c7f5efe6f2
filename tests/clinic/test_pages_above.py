"""An address that takes only what a form sends leads a browser to a page: it showed an empty one."""

import uuid
from typing import Any

import pytest
from django.test import Client

from clinic.models import User
from tests.conftest import log_in

BROWSER: Any = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
UID = uuid.UUID(int=1)
TEXT = "/settings/messages/7/sms/en/"


@pytest.mark.parametrize(
    ("path", "above"),
    [
        (f"{TEXT}test/", TEXT),
        (f"/settings/webhooks/{UID}/new-secret/", "/settings/webhooks/"),
        (f"/patients/{UID}/links/diary/", f"/patients/{UID}/links/"),
        (f"/courses/{UID}/tried/", "/"),
        ("/v/of-a-message/take/", "/v/of-a-message/"),
    ],
)
def test_a_browser_is_led_to_the_page_above(admin: User, path: str, above: str) -> None:
    answer: Any = log_in(admin).get(path, headers=BROWSER)
    assert (answer.status_code, answer.url) == (302, above)


def test_another_theme_on_a_page_that_answered_a_form_leads_to_a_page(admin: User) -> None:
    browser = log_in(admin)
    answer = browser.post("/theme/", {"theme": "dark", "next": "/sessions/step/"}, headers=BROWSER, follow=True)
    assert answer.status_code == 200
    assert answer.redirect_chain[-1][0] == "/today/"


def test_a_program_reads_that_the_address_takes_no_such_request(admin: User) -> None:
    assert log_in(admin).get(f"{TEXT}test/").status_code == 405
    assert Client().get("/hooks/sms/", headers={"Accept": "*/*"}).status_code == 405


def test_what_is_sent_to_an_address_that_only_shows_is_refused_as_before(admin: User) -> None:
    assert log_in(admin).post("/reports/", headers=BROWSER).status_code == 405
