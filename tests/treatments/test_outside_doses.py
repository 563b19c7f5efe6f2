"""Doses that a person had elsewhere."""

import datetime as dt
import uuid
from collections.abc import Callable

import pytest
from django.db import IntegrityError, transaction
from django.http import HttpResponse
from django.urls import reverse

from clinic.models import AuditEntry, Clinic, Role, User
from patients.models import Patient
from tests.builders import NOW, make_patient, make_user
from tests.conftest import log_in
from tests.pages import text
from treatments import leaving, outside_doses
from treatments.models import OutsideDose

pytestmark = pytest.mark.django_db
TOLD = {"given_on": "2026-10-01", "same_product": "yes", "units": "50", "reason": "cosmetic"}


def url(patient: Patient) -> str:
    return reverse("treatments:outside_dose", args=[patient.uid])


def tell(by: User, patient: Patient, **change: object) -> str:
    return text(log_in(by).post(url(patient), TOLD | {"uid": uuid.uuid4()} | change, follow=True))


def take_off(by: User, dose: OutsideDose, **data: str) -> HttpResponse:
    address = reverse("treatments:take_off_dose", args=[dose.uid])
    return log_in(by).post(address, data, follow=True)  # type: ignore[return-value]


def test_a_dose_elsewhere_is_written_down_and_shown(maria: Patient, nurse: User) -> None:
    page = tell(nurse, maria)
    assert "50 units given elsewhere (cosmetic)" in page
    row = OutsideDose.objects.get()
    assert (row.told_to, row.history.get().history_user) == (nurse, nurse)
    assert AuditEntry.objects.get(kind="outside dose").subject == row.uid


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({}, "A dose of unknown units given elsewhere (cosmetic)"),
        ({"same_product": "no", "product": "Another"}, "A dose of unknown units of Another given elsewhere (cosmetic)"),
    ],
)
def test_a_dose_whose_units_nobody_knows_is_written_down_as_such(
    maria: Patient, nurse: User, change: dict[str, str], words: str
) -> None:
    page = tell(nurse, maria, units="", units_unknown="on", **change)
    assert words in page
    assert OutsideDose.objects.get().units is None
    sent_twice = OutsideDose.objects.get().uid
    tell(nurse, maria, units="", units_unknown="on", uid=sent_twice, **change)
    assert OutsideDose.objects.count() == 1


@pytest.mark.parametrize(
    ("change", "counts"),
    [({}, True), ({"same_product": "no", "product": "Another"}, False), ({"units": "", "units_unknown": "on"}, False)],
)
def test_only_known_units_of_the_same_product_are_said_to_count(
    maria: Patient, nurse: User, change: dict[str, str], counts: bool
) -> None:
    page = tell(nurse, maria, **change)
    assert "Dose written down." in page
    assert ("It counts towards the units of three months." in page) is counts


def test_a_dose_told_under_a_second_record_is_shown_on_the_one_that_stays(
    maria: Patient, nurse: User, front_desk: User
) -> None:
    double, client = make_patient(maria.clinic, "Maria", "Santos-Cruz"), log_in(nurse)
    tell(nurse, double)
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
        ({"units": ""}, "Enter the units, or tick that nobody knows them."),
        ({"units_unknown": "on"}, "Enter the units or tick that nobody knows them, not both."),
    ],
)
def test_what_makes_no_sense_is_explained(maria: Patient, nurse: User, change: dict[str, str], words: str) -> None:
    answer = log_in(nurse).post(url(maria), TOLD | {"uid": uuid.uuid4()} | change)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not OutsideDose.objects.exists()


def test_a_dose_entered_by_mistake_is_taken_off_and_stays_readable(maria: Patient, nurse: User) -> None:
    tell(nurse, maria, units="1550")
    page = text(take_off(nurse, OutsideDose.objects.get()))
    row = OutsideDose.objects.get()
    assert (row.units, row.removed_by, row.history.latest().history_user) == (1550, nurse, nurse)
    assert "1550 units given elsewhere (cosmetic)" in page
    assert f"entered by mistake and counts nowhere; taken off by {nurse.full_name}" in page
    assert "Entered by mistake: take off the list" not in page
    assert AuditEntry.objects.get(kind="outside dose", action="change").subject == row.uid


def test_a_line_taken_off_twice_keeps_who_did_it_first(maria: Patient, nurse: User, prescriber: User) -> None:
    tell(nurse, maria)
    for by in (nurse, prescriber):
        take_off(by, OutsideDose.objects.get())
    assert OutsideDose.objects.get().removed_by == nurse
    assert AuditEntry.objects.filter(kind="outside dose", action="change").count() == 1


def put_back(by: User) -> str:
    """Press Undo behind the line that was taken off, and return the page that follows."""
    address = reverse("treatments:put_back_dose", args=[OutsideDose.objects.earliest("pk").uid])
    return text(log_in(by).post(address, follow=True))


def test_a_line_taken_off_by_a_slip_comes_back_as_it_was_told(maria: Patient, nurse: User) -> None:
    tell(nurse, maria)
    page = text(take_off(nurse, OutsideDose.objects.get()))
    assert page.count(reverse("treatments:put_back_dose", args=[OutsideDose.objects.get().uid])) == 2  # bar and row
    assert "Undone. The dose is on the list again and counts." in put_back(nurse)
    row = OutsideDose.objects.get()
    assert (row.removed_at, row.removed_by, row.told_at) == (None, None, NOW)
    assert [line.removed_by for line in row.history.order_by("pk")] == [None, nurse, None]


def test_a_line_put_back_twice_is_put_back_once(maria: Patient, nurse: User) -> None:
    tell(nurse, maria)
    take_off(nurse, OutsideDose.objects.get())
    for _press in range(2):
        assert "Undone." in put_back(nurse)
    assert OutsideDose.objects.get().history.count() == 3


def test_a_line_of_before_keeps_none_from_coming_back(maria: Patient, nurse: User) -> None:
    tell(nurse, maria)
    tell(nurse, maria)
    OutsideDose.objects.filter(pk=OutsideDose.objects.latest("pk").pk).update(told_at=NOW - dt.timedelta(days=1))
    take_off(nurse, OutsideDose.objects.earliest("pk"))
    assert "Undone." in put_back(nurse)


def test_another_dose_that_was_told_since_keeps_none_from_coming_back(maria: Patient, nurse: User) -> None:
    tell(nurse, maria)
    take_off(nurse, OutsideDose.objects.get())
    tell(nurse, maria, units="100")
    assert "Undone." in put_back(nurse)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(180, "Undone."), (181, "This can be undone for 3 minutes. Write the dose down again.")],
)
def test_a_line_comes_back_for_three_minutes(maria: Patient, nurse: User, seconds: int, words: str) -> None:
    tell(nurse, maria)
    take_off(nurse, OutsideDose.objects.get())
    OutsideDose.objects.update(removed_at=NOW - dt.timedelta(seconds=seconds))
    assert words in put_back(nurse)
    assert (OutsideDose.objects.get().removed_at is None) == (words == "Undone.")


def test_a_line_that_was_told_again_does_not_come_back_to_count_twice(maria: Patient, nurse: User) -> None:
    tell(nurse, maria)
    take_off(nurse, OutsideDose.objects.get())
    tell(nurse, maria)
    assert "The same dose was written down again since." in put_back(nurse)
    assert OutsideDose.objects.filter(removed_at=None).count() == 1


@pytest.fixture
def of_a_second_record(maria: Patient, nurse: User, front_desk: User) -> OutsideDose:
    """A dose that was told under a second record of Maria, before the two were joined."""
    double = make_patient(maria.clinic, "Maria", "Santos-Cruz")
    tell(nurse, double)
    leaving.merge(patient=double, into=maria, by=front_desk, at=NOW)
    return OutsideDose.objects.get()


def test_a_line_that_was_told_again_under_the_record_that_stays_does_not_come_back(
    maria: Patient, nurse: User, of_a_second_record: OutsideDose
) -> None:
    take_off(nurse, of_a_second_record)
    tell(nurse, maria)
    assert "The same dose was written down again since." in put_back(nurse)


def test_a_line_of_a_second_record_is_taken_off_on_the_page_of_the_one_that_stays(
    maria: Patient, nurse: User, of_a_second_record: OutsideDose
) -> None:
    answer = take_off(nurse, of_a_second_record, next=url(maria))
    assert answer.redirect_chain == [(url(maria), 302)]  # type: ignore[attr-defined]
    assert OutsideDose.objects.get().removed_at


def test_only_who_may_write_doses_of_the_clinic_takes_them_off(
    maria: Patient, nurse: User, front_desk: User, lakeside: Clinic
) -> None:
    tell(nurse, maria)
    dose = OutsideDose.objects.get()
    assert take_off(front_desk, dose).status_code == 403
    assert (
        take_off(make_user("n@lakeside.example", "Nia Nurse", (lakeside, Role.NURSE_INJECTOR)), dose).status_code == 404
    )
    Patient.objects.filter(pk=maria.pk).update(closed="erased", closed_on=NOW.date())
    assert take_off(nurse, dose).status_code == 403
    dose.refresh_from_db()
    assert dose.removed_at is None


@pytest.mark.parametrize("act", [outside_doses.take_off, outside_doses.put_back])
def test_the_front_desk_neither_takes_a_line_off_nor_puts_it_back_by_any_way(
    maria: Patient, nurse: User, front_desk: User, act: Callable[..., OutsideDose]
) -> None:
    tell(nurse, maria)
    dose = OutsideDose.objects.get()
    if act is outside_doses.put_back:
        take_off(nurse, dose)
    with pytest.raises(outside_doses.Refused, match="Your role"):
        act(dose=dose, by=front_desk, at=NOW)


def test_a_dose_of_today_is_written_down(maria: Patient, nurse: User) -> None:
    tell(nurse, maria, given_on=NOW.date().isoformat())
    assert OutsideDose.objects.get().given_on == NOW.date()


def test_the_database_wants_to_know_who_took_a_line_off(maria: Patient, nurse: User) -> None:
    tell(nurse, maria)
    with pytest.raises(IntegrityError), transaction.atomic():
        OutsideDose.objects.update(removed_at=NOW)


def test_a_form_sent_twice_counts_once(maria: Patient, nurse: User) -> None:
    sent = uuid.uuid4()
    for _ in range(2):
        assert "50 units given elsewhere" in tell(nurse, maria, uid=sent)
    assert OutsideDose.objects.count() == AuditEntry.objects.filter(kind="outside dose").count() == 1


@pytest.mark.parametrize("change", [{"units": "155"}, {}], ids=["changed", "taken off since"])
def test_a_form_sent_again_that_is_not_what_stands_there_is_asked_about(
    maria: Patient, nurse: User, change: dict[str, str]
) -> None:
    sent = uuid.uuid4()
    tell(nurse, maria, uid=sent)
    if not change:
        take_off(nurse, OutsideDose.objects.get())
    answer = log_in(nurse).post(url(maria), TOLD | {"uid": sent} | change)
    assert answer.status_code == 422
    assert "Nothing more was written down" in text(answer)
    assert OutsideDose.objects.count() == 1
    again = answer.context["sent"]
    tell(nurse, maria, uid=again, **change)
    assert OutsideDose.objects.count() == 2


def test_the_same_form_of_another_person_writes_nothing_there(maria: Patient, nurse: User) -> None:
    sent = uuid.uuid4()
    tell(nurse, maria, uid=sent)
    assert "Nothing more was written down" in tell(nurse, make_patient(maria.clinic, "Tom", "Reid"), uid=sent)
    assert OutsideDose.objects.get().patient == maria
