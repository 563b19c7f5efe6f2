"""A form whose token is not that of who is signed in now: refused in words, with what was written, to be copied."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from clinic.models import User
from patients.models import Patient
from tests.conftest import log_in

NOTE = "Rang twice, her sister <b>will</b> call back"


@pytest.fixture
def guarded(front_desk: User) -> Client:
    """Fran's browser, in the dark, whose forms need their token."""
    browser = Client(enforce_csrf_checks=True)
    browser.cookies = log_in(front_desk).cookies
    browser.cookies["theme"] = "dim"
    return browser


def send(browser: Client, maria: Patient, site: str = "same-origin") -> Any:
    """Send a form that was opened before somebody else signed in."""
    form = {"safety_note": NOTE, "password": "never to be shown", "kind": "sms", "csrfmiddlewaretoken": "x" * 64}
    came_from = f"http://testserver{reverse('patients:edit', args=[maria.uid])}"
    return browser.post(
        reverse("patients:edit", args=[maria.uid]), form, headers={"Sec-Fetch-Site": site, "Referer": came_from}
    )


def test_what_was_written_is_there_to_be_copied(guarded: Client, maria: Patient) -> None:
    answer = send(guarded, maria)
    page = answer.content.decode()
    assert answer.status_code == 403
    assert "Rang twice, her sister &lt;b&gt;will&lt;/b&gt; call back</textarea>" in page
    assert page.count("<textarea") == 1
    assert f'href="{reverse("patients:edit", args=[maria.uid])}"' in page


def test_no_password_is_shown(guarded: Client, maria: Patient) -> None:
    assert "never to be shown" not in send(guarded, maria).content.decode()


def test_a_form_of_another_site_puts_no_words_on_a_page_of_ours(guarded: Client, maria: Patient) -> None:
    for site in ("cross-site", "same-site", "none", ""):
        assert "Rang twice" not in send(guarded, maria, site).content.decode()


def test_the_page_is_as_dark_as_every_other(guarded: Client, maria: Patient) -> None:
    assert 'data-bs-theme="dark" data-app-theme="dim"' in send(guarded, maria).content.decode()


def test_a_page_whose_address_cannot_be_read_is_refused_as_any_other_is(guarded: Client) -> None:
    answer = guarded.post(reverse("treatments:step"), headers={"Referer": "http://[testserver/"})
    assert answer.status_code == 403
    assert f'href="{reverse("clinic:home")}"' in answer.content.decode()
