"""Doses that a person had elsewhere."""

import pytest
from django.urls import reverse

from clinic.models import AuditEntry, User
from patients.models import Patient
from tests.builders import NOW, make_patient
from tests.conftest import log_in
from treatments import leaving
from treatments.models import OutsideDose

pytestmark = pytest.mark.django_db
TOLD = {"given_on": "2026-10-01", "same_product": "yes", "units": "50", "reason": "cosmetic"}


def url(patient: Patient) -> str:
    return reverse("treatments:outside_dose", args=[patient.uid])


def test_a_dose_elsewhere_is_written_down_and_shown(maria: Patient, nurse: User) -> None:
    page = log_in(nurse).post(url(maria), TOLD, follow=True).content.decode()
    assert "50 units given elsewhere (cosmetic)" in page
    row = OutsideDose.objects.get()
    assert (row.told_to, row.history.get().history_user) == (nurse, nurse)
    assert AuditEntry.objects.get(kind="outside dose").subject == row.uid


def test_a_dose_told_under_a_second_record_is_shown_on_the_one_that_stays(
    maria: Patient, nurse: User, front_desk: User
) -> None:
    double, client = make_patient(maria.clinic, "Maria", "Santos-Cruz"), log_in(nurse)
    client.post(url(double), TOLD)
    leaving.merge(patient=double, into=maria, by=front_desk, at=NOW)
    assert "50 units given elsewhere (cosmetic)" in client.get(url(maria)).content.decode()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"given_on": ""}, "Enter the day, as well as the person remembers it."),
        ({"given_on": "2026-11-24"}, "It cannot have been given in the future."),
        ({"same_product": ""}, "Choose the product."),
        ({"same_product": "no"}, "Enter the name of the other product."),
        ({"units": "0"}, "Enter whole units from 1 to 2000."),
        ({"units": "2001"}, "Enter whole units from 1 to 2000."),
        ({"units": ""}, "Enter the units."),
    ],
)
def test_what_makes_no_sense_is_explained(maria: Patient, nurse: User, change: dict[str, str], words: str) -> None:
    answer = log_in(nurse).post(url(maria), TOLD | change)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not OutsideDose.objects.exists()
