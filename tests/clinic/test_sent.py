"""A form of one clinic that is sent after its reader went to another in another window: nothing that was typed is lost."""

import re
import uuid
from html import unescape
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client
from django.urls import reverse

from clinic.models import Clinic, Membership, Role, User
from patients.models import Patient
from tests.conftest import log_in
from tests.pages import text

NOTE = "Rang twice, her sister <b>will</b> call back"
FORM = {"reason": NOTE, "seen": "booked", "version": "1"}


@pytest.fixture
def fran(front_desk: User, riverside: Clinic, lakeside: Clinic) -> Client:
    """Fran, who works at both clinics and is at Lakeside by now."""
    Membership.objects.create(user=front_desk, clinic=lakeside, role=Role.FRONT_DESK)
    browser = log_in(front_desk)
    browser.post(reverse("clinic:switch"), {"clinic": lakeside.uid})
    return browser


def send(browser: Client, address: str, form: dict[str, str], site: str = "same-origin") -> Any:
    """Send a form as a browser does."""
    typed = "application/x-www-form-urlencoded"
    return browser.post(address, urlencode(form), content_type=typed, headers={"Sec-Fetch-Site": site})


def fields(page: str) -> dict[str, str]:
    """Return what the form of a page sends along."""
    return {name: unescape(value) for name, value in re.findall(r'type="hidden" name="([^"]*)" value="([^"]*)"', page)}


def test_a_form_of_the_other_clinic_is_sent_there_with_all_that_was_typed(
    fran: Client, maria: Patient, riverside: Clinic
) -> None:
    address = reverse("patients:edit", args=[maria.uid])
    form = {"given_name": "Maria", "family_name": "Santos", "safety_note": NOTE, "password": "never to be shown"}
    answer = send(fran, address, form)
    page = text(answer)
    assert answer.status_code == 404
    assert "You work at <strong>Lakeside Clinic</strong>" in page
    assert "never to be shown" not in page
    again = fields(page)
    assert {name: again[name] for name in ("given_name", "safety_note")} == {"given_name": "Maria", "safety_note": NOTE}
    [there] = re.findall(r'name="at_clinic" value="([^"]+)">Send it at Riverside Clinic<', page)
    shown = send(fran, address, again | {"at_clinic": there})
    assert shown.context["request"].clinic == riverside
    assert shown.status_code == 422  # the record as it is edited there, with what is missing in it
    assert "her sister &lt;b&gt;will&lt;/b&gt; call back" in text(shown)


def test_who_may_do_less_where_they_are_sends_it_where_they_may_more(
    fran: Client, maria: Patient, lakeside: Clinic
) -> None:
    Membership.objects.filter(clinic=lakeside).update(role=Role.READ_ONLY)
    answer = send(fran, reverse("patients:edit", args=[maria.uid]), {"safety_note": NOTE})
    assert answer.status_code == 403
    assert "Send it at Riverside Clinic" in text(answer)


def test_the_answer_is_the_same_for_what_is_nowhere_and_then_shows_what_was_written(
    fran: Client, maria: Patient
) -> None:
    nowhere, there = (reverse("patients:edit", args=[uid]) for uid in (uuid.uuid4(), maria.uid))
    pages = [text(send(fran, address, FORM)).replace(address, "") for address in (nowhere, there)]
    without_token = [re.sub(r'name="csrfmiddlewaretoken" value="[^"]*"|nonce="[^"]*"', "", page) for page in pages]
    assert without_token[0] == without_token[1]
    [clinic] = re.findall(r'name="at_clinic" value="([^"]+)"', pages[0])
    page = text(send(fran, nowhere, FORM | {"at_clinic": clinic}))
    assert "Send it at" not in page
    assert "her sister &lt;b&gt;will&lt;/b&gt; call back</textarea>" in page


def test_who_works_at_one_clinic_copies_what_they_wrote(front_desk: User) -> None:
    page = text(send(log_in(front_desk), reverse("patients:edit", args=[uuid.uuid4()]), FORM))
    assert re.findall(r">([^<]*)</textarea>", page) == ["Rang twice, her sister &lt;b&gt;will&lt;/b&gt; call back"]
    assert "Send it at" not in page


def test_each_of_the_words_stands_under_what_its_form_calls_the_field(front_desk: User) -> None:
    form = FORM | {"safety_note": "Allergic to latex", "medicines-0-drug": "Propranolol 40", "any_other": "Two words"}
    page = text(send(log_in(front_desk), reverse("patients:edit", args=[uuid.uuid4()]), form))
    labels = dict(re.findall(r'<label class="form-label" for="(written-\d)">([^<]*)</label>', page))
    boxes = dict(re.findall(r'id="(written-\d)"[^>]*>([^<]*)</textarea>', page))
    assert {labels[key]: words for key, words in boxes.items()} == {
        "Reason": "Rang twice, her sister &lt;b&gt;will&lt;/b&gt; call back",
        "Allergy or safety note": "Allergic to latex",
        "Medicine": "Propranolol 40",
        "Any other": "Two words",
    }


@pytest.mark.parametrize("site", ["cross-site", "same-site", "none", ""])
def test_a_form_of_another_site_puts_no_words_on_a_page_of_ours(fran: Client, maria: Patient, site: str) -> None:
    assert "Rang twice" not in text(send(fran, reverse("patients:edit", args=[maria.uid]), FORM, site))


def test_an_address_that_is_none_of_ours_takes_nothing(fran: Client) -> None:
    assert "Rang twice" not in text(send(fran, "/nowhere/", FORM))


def test_a_form_with_a_file_is_not_sent_on_without_it(fran: Client, maria: Patient) -> None:
    address = reverse("patients:edit", args=[maria.uid])
    assert "Send it at" not in text(fran.post(address, FORM, headers={"Sec-Fetch-Site": "same-origin"}))
