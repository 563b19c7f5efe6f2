"""Entering questionnaire totals."""

import pytest
from django.test import Client
from django.urls import reverse

from clinic.models import User
from patients.models import Patient
from tests.builders import NOW, TODAY
from tests.conftest import log_in
from treatments.models import OutcomeScore
from treatments.scores import entering

pytestmark = pytest.mark.django_db


@pytest.fixture
def clinician(nurse: User) -> Client:
    return log_in(nurse)


def test_scores_are_entered_and_read_with_their_bands(clinician: Client, maria: Patient) -> None:
    fields = {"taken_on": "2026-11-23", "hit6": "64", "midas": "21", "wear_off_week": "10"}
    page = clinician.post(reverse("treatments:score", args=[maria.uid]), fields, follow=True).content.decode()
    assert "HIT-6 64 (severe impact)" in page
    assert "MIDAS 21 (grade IV, severe)" in page
    assert "wore off in week 10" in page


def test_the_keyboard_of_a_phone_has_a_space_for_the_five_counts(clinician: Client, maria: Patient) -> None:
    page = clinician.get(reverse("treatments:score", args=[maria.uid])).content.decode()
    [field] = [tag for tag in page.split("<input") if 'name="midas_counts"' in tag]
    assert "inputmode" not in field.partition(">")[0]


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"hit6": "35"}, "HIT-6 total is a number from 36 to 78."),
        ({"hit6": "79"}, "HIT-6 total is a number from 36 to 78."),
        ({"midas": "461"}, "MIDAS total is a number from 0 to 460."),
        ({"msq_emotional": "101"}, "MSQ emotional is a number from 0 to 100."),
        ({"pgic": "8"}, "Change overall is a number from 1 to 7."),
        ({"hit6": "high"}, "Enter a whole number from 36 to 78."),
        ({"midas_counts": "10 4 8 3"}, "Enter 5 whole numbers from 0 to 92"),
        ({"midas_counts": "10 4 8 3 93"}, "Enter 5 whole numbers from 0 to 92"),
        ({"midas_counts": "10 4 8 3 two"}, "Enter 5 whole numbers from 0 to 92"),
        ({"midas_counts": "60 33 0 0 0"}, "Counts 1 and 2 are 93 days together, more than the 92 of three months."),
        ({"midas_counts": "0 0 47 46 0"}, "Counts 3 and 4 are 93 days together, more than the 92 of three months."),
        ({"midas_counts": "10 4 8 3 2", "midas": "28"}, "The counts are 27 together."),
        ({"wear_off_week": "9", "did_not_wear_off": "on"}, "Enter a week or tick that it did not wear off, not both."),
        ({}, "Enter at least one number."),
        ({"hit6": "60", "taken_on": "2026-11-24"}, "This day is still to come."),
    ],
)
def test_a_score_out_of_range_is_refused_in_words(
    clinician: Client, maria: Patient, fields: dict[str, str], words: str
) -> None:
    answer = clinician.post(reverse("treatments:score", args=[maria.uid]), {"taken_on": "2026-11-23"} | fields)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not OutcomeScore.objects.exists()


def test_that_it_lasted_is_an_answer_and_a_later_week_takes_it_back(clinician: Client, maria: Patient) -> None:
    url = reverse("treatments:score", args=[maria.uid])
    page = clinician.post(url, {"taken_on": "2026-11-23", "did_not_wear_off": "on"}, follow=True)
    assert "did not wear off" in page.content.decode()
    clinician.post(url, {"taken_on": "2026-11-23", "wear_off_week": "9"})
    row = OutcomeScore.objects.get()
    assert (row.wear_off_week, row.did_not_wear_off) == (9, False)


def test_the_same_day_again_adds_to_its_row(clinician: Client, maria: Patient) -> None:
    url = reverse("treatments:score", args=[maria.uid])
    clinician.post(url, {"taken_on": "2026-11-23", "hit6": "64"})
    clinician.post(url, {"taken_on": "2026-11-23", "midas": "12"})
    row = OutcomeScore.objects.get()
    assert (row.hit6, row.midas, row.history.count()) == (64, 12, 2)


@pytest.mark.parametrize("there", [True, False], ids=["a row of the day", "none yet"])
def test_two_who_enter_numbers_of_one_day_at_once_keep_both(
    maria: Patient, nurse: User, monkeypatch: pytest.MonkeyPatch, there: bool
) -> None:
    def enter(**numbers: int) -> None:
        entering.record_scores(patient=maria, taken_on=TODAY, numbers=numbers, by=nurse, at=NOW)

    def wait_for_the_other(patient: Patient) -> None:
        monkeypatch.undo()
        enter(hit6=64)

    if there:
        enter(pgic=2)
    monkeypatch.setattr(entering, "hold_to_write", wait_for_the_other)
    enter(midas=12)
    row = OutcomeScore.objects.get()
    assert (row.hit6, row.midas) == (64, 12)


@pytest.mark.parametrize(
    ("fields", "total"),
    [
        ({"midas_counts": "10 4 8 3 2"}, 27),
        ({"midas_counts": "60 32 46 46 92"}, 276),  # 92 and 92: just possible
        ({"midas_counts": "60,33,0,0,0", "midas_sure": "on"}, 93),
    ],
)
def test_midas_counts_are_summed(clinician: Client, maria: Patient, fields: dict[str, str], total: int) -> None:
    clinician.post(reverse("treatments:score", args=[maria.uid]), {"taken_on": "2026-11-23"} | fields)
    assert OutcomeScore.objects.get().midas == total
