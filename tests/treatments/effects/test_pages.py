"""The pages of side effects and scores."""

import pytest
from django.test import Client
from django.urls import reverse

from clinic.models import User
from patients.models import Patient
from tests.builders import TODAY
from tests.conftest import log_in
from tests.treatments.effects.conftest import Report
from tests.treatments.stock.conftest import Sign, sign
from treatments.models import SideEffect

__all__ = ["sign"]

pytestmark = pytest.mark.django_db

PHONED = {"effects": ["neck_pain"], "severity": "mild", "began_on": "2026-11-23", "seriousness": ""}


@pytest.fixture
def desk(front_desk: User) -> Client:
    return log_in(front_desk)


@pytest.fixture
def clinician(nurse: User) -> Client:
    return log_in(nurse)


def test_a_phone_call_is_written_down(desk: Client, maria: Patient) -> None:
    page = desk.post(reverse("treatments:report_effect", args=[maria.uid]), PHONED, follow=True).content.decode()
    assert "look at it at the next visit" in page
    assert SideEffect.objects.get().patient == maria


def test_as_many_letters_are_taken_as_the_box_lets_in_though_a_browser_sends_two_for_each_new_line(
    desk: Client, maria: Patient
) -> None:
    words = "\n".join(["x" * 49] * 10)
    typed = PHONED | {"words": words.replace("\n", "\r\n") + "."}
    assert desk.post(reverse("treatments:report_effect", args=[maria.uid]), typed).status_code == 302
    assert SideEffect.objects.get().words == f"{words}."


def test_an_emergency_says_what_to_do_now(desk: Client, maria: Patient) -> None:
    fields = PHONED | {"effects": ["neck_pain", "breathing"]}
    page = desk.post(reverse("treatments:report_effect", args=[maria.uid]), fields, follow=True).content.decode()
    assert "Call an ambulance now" in page
    assert "1 of them an emergency" in desk.get(reverse("treatments:today")).content.decode()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"effects": []}, "Choose at least one effect."),
        ({"severity": ""}, "Choose how bad it is."),
        ({"began_on": "tomorrow"}, "Enter a date such as 2026-06-01."),
        ({"began_on": "2026-11-24"}, "It cannot begin in the future."),
        ({"effects": ["other"]}, "Write down what it is"),
    ],
)
def test_what_is_missing_is_said(desk: Client, maria: Patient, change: dict[str, object], words: str) -> None:
    answer = desk.post(reverse("treatments:report_effect", args=[maria.uid]), PHONED | change)
    assert answer.status_code == 422
    assert words in answer.content.decode().replace("&#x27;", "'")
    assert not SideEffect.objects.exists()


def test_the_page_for_the_regulator_has_dose_sites_lot_and_expiry(
    clinician: Client, sign: Sign, reported: Report
) -> None:
    sign()
    [row] = reported(began_on=TODAY)
    page = clinician.get(reverse("treatments:effect", args=[row.uid])).content.decode()
    assert "31 sites, 155 units: " in page
    assert "onabotulinumtoxinA, vial of 200 units, lot C4471" in page


def test_a_clinician_settles_from_the_list(clinician: Client, reported: Report) -> None:
    [row] = reported()
    assert "Settle" in clinician.get(reverse("treatments:effects")).content.decode()
    fields = {"outcome": "recovered", "advice": "Warmth"}
    page = clinician.post(reverse("treatments:effect", args=[row.uid]), fields, follow=True).content.decode()
    assert "Nothing waits." in page


def test_a_serious_effect_asks_for_the_report_first(clinician: Client, reported: Report) -> None:
    [row] = reported(seriousness=SideEffect.Seriousness.HOSPITAL)
    url = reverse("treatments:effect", args=[row.uid])
    refused = clinician.post(url, {"outcome": "recovered"})
    assert refused.status_code == 422
    assert "Make the report first" in refused.content.decode()
    clinician.post(url, {"made": "no", "note": "Not related"})
    assert clinician.post(url, {"outcome": "recovered"}).status_code == 302


def test_the_front_desk_sees_no_way_to_settle(desk: Client, reported: Report) -> None:
    url = reverse("treatments:effect", args=[reported()[0].uid])
    assert "What was said or done" not in desk.get(url).content.decode()
    assert desk.post(url, {"outcome": "recovered"}).status_code == 422
