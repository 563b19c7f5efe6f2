"""Registering and changing a person on a page."""

import datetime as dt
import re

import pytest
from django.test import Client
from django.urls import reverse

from clinic.models import Clinic, User
from patients.actions import change_patient, close_record
from patients.models import ContactPoint, Patient
from tests.builders import NOW, TODAY, make_patient
from tests.conftest import log_in

NEW = {
    "given_name": "Tom",
    "family_name": "Reid",
    "birth_date_day": "17",
    "birth_date_month": "4",
    "birth_date_year": "1984",
    "phone": "07700 900777",
    "email": "",
    "consent": "yes",
}


def post(user: User, **changes: str) -> tuple[int, str]:
    response = log_in(user).post(reverse("patients:new"), NEW | changes)
    return response.status_code, re.sub(r"\s+", " ", response.content.decode())


def test_the_list_of_keys_leads_there_from_any_page_for_those_who_may(front_desk: User, reader: User) -> None:
    pages = [log_in(user).get(reverse("treatments:today")).content.decode() for user in (front_desk, reader)]
    assert [f'<kbd>n</kbd> <a href="{reverse("patients:new")}"' in page for page in pages] == [True, False]


def test_five_fields_are_enough(front_desk: User, riverside: Clinic) -> None:
    response = log_in(front_desk).post(reverse("patients:new"), NEW, follow=True)
    patient = Patient.objects.get()
    assert response.redirect_chain == [(reverse("patients:detail", args=[patient.uid]), 302)]
    assert "Tom Reid is registered, record number RI000001." in response.content.decode()
    assert (patient.clinic, patient.created_at, patient.preferred_channel) == (riverside, NOW, "sms")
    assert ContactPoint.objects.usable().get().address == "+447700900777"


def test_what_is_pasted_with_marks_that_nobody_sees_is_kept_without_them(front_desk: User) -> None:
    pasted = {"given_name": "To\u200bm", "record_number": "\u202aX9\u202c", "email": "tom@mail.example\u200b"}
    assert post(front_desk, **pasted)[0] == 302
    patient = Patient.objects.get(given_name="Tom", record_number="X9")
    assert ContactPoint.objects.get(patient=patient, channel="email").address == "tom@mail.example"


def test_an_email_alone_will_do(front_desk: User) -> None:
    assert post(front_desk, phone="", email="tom@mail.example")[0] == 302
    assert Patient.objects.get().preferred_channel == "email"


def test_who_says_no_to_messages_gets_none(front_desk: User) -> None:
    assert post(front_desk, consent="no")[0] == 302
    assert not ContactPoint.objects.usable().exists()


def test_the_optional_fields_are_kept(front_desk: User) -> None:
    extra = {"record_number": "X9", "language": "cy", "payer": "NHS", "email": "t@mail.example"}
    post(front_desk, preferred_channel="email", **extra)
    patient = Patient.objects.get()
    assert (patient.record_number, patient.language, patient.payer) == ("X9", "cy", "NHS")
    assert patient.preferred_channel == "email"


def test_what_can_wait_is_folded_away_until_something_in_it_is_wrong(front_desk: User, maria: Patient) -> None:
    folded, open_ = '<details class="mb-3" >', '<details class="mb-3" open>'
    assert folded in log_in(front_desk).get(reverse("patients:new")).content.decode()
    assert folded in post(front_desk, given_name="")[1]
    assert open_ in post(front_desk, record_number=maria.record_number)[1]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"given_name": ""}, "Enter the first name."),
        ({"family_name": "  "}, "Enter the last name."),
        ({"family_name": "x" * 61}, "Last name: write 60 characters or fewer."),
        ({"birth_date_day": "", "birth_date_month": "", "birth_date_year": ""}, "Enter the date of birth."),
        ({"birth_date_year": ""}, "The date of birth needs a year."),
        ({"birth_date_day": "", "birth_date_month": ""}, "The date of birth needs a day and a month."),
        ({"birth_date_day": "29", "birth_date_month": "2", "birth_date_year": "2027"}, "February 2027 has 28 days."),
        ({"birth_date_day": "31"}, "April 1984 has 30 days."),
        ({"birth_date_month": "13"}, "The month must be a number from 1 to 12."),
        ({"birth_date_month": "June"}, "Write day, month and year as numbers, such as 17 4 1984."),
        ({"birth_date_year": "84"}, "Write the year with four digits, such as 1984."),
        ({"birth_date_day": "24", "birth_date_month": "11", "birth_date_year": "2026"}, "must be in the past."),
        ({"birth_date_year": "1884"}, "Check the year: 1884 is more than 120 years ago."),
        ({"phone": "0770 ABC 123"}, "Enter a phone number such as 07700 900123"),
        ({"phone": "12"}, "Enter a phone number such as 07700 900123"),
        ({"email": "x@"}, "Enter an email address such as maria@mail.example."),
        ({"phone": ""}, "Enter a mobile number or an email address."),
        ({"consent": ""}, "Say whether they agree to messages."),
        ({"preferred_channel": "email"}, "Emails need an email address."),
        ({"preferred_channel": "sms", "phone": "", "email": "t@mail.example"}, "Text messages need a mobile number."),
    ],
)
def test_bad_input_gets_plain_words_and_nothing_is_lost(front_desk: User, changes: dict[str, str], words: str) -> None:
    status, page = post(front_desk, **changes)
    assert status == 422
    assert page.count(words) == 2, "once in the summary and once at the field"
    assert "Error: Register a person - Twelve Weeks" in page
    for bad in ("nvalid value", "lease", "oops"):
        assert bad not in page
    if "family_name" not in changes:
        assert 'value="Reid"' in page
    assert not Patient.objects.exists()


def test_an_empty_form_names_every_field_that_is_needed(front_desk: User) -> None:
    response = log_in(front_desk).post(reverse("patients:new"), {})
    assert response.status_code == 422
    assert set(response.context["form"].errors) == {"given_name", "family_name", "birth_date", "phone", "consent"}


def test_a_record_number_that_somebody_has_is_refused(front_desk: User, maria: Patient) -> None:
    status, page = post(front_desk, record_number=maria.record_number)
    assert status == 422
    assert "Another person at this clinic has this record number." in page


@pytest.mark.parametrize(
    "changes",
    [
        {"given_name": "maria", "family_name": "SANTOS"},
        {"phone": "+44 7700 900000"},
    ],
)
def test_somebody_who_may_be_here_already_is_shown_first(
    front_desk: User, maria: Patient, changes: dict[str, str]
) -> None:
    status, page = post(front_desk, **changes)
    assert status == 409
    assert reverse("patients:detail", args=[maria.uid]) in page
    assert "Register anyway" in page
    assert 'value="1984"' in page
    assert Patient.objects.count() == 1


def test_they_can_be_registered_all_the_same(front_desk: User, maria: Patient) -> None:
    assert post(front_desk, given_name="Maria", family_name="Santos", anyway="1")[0] == 302
    assert Patient.objects.count() == 2


def test_a_double_press_does_not_make_two_people(front_desk: User) -> None:
    assert post(front_desk)[0] == 302
    assert post(front_desk)[0] == 409


def test_a_reader_cannot_register(reader: User) -> None:
    assert post(reader)[0] == 403
    assert log_in(reader).get(reverse("patients:new")).status_code == 403


def edit_page(user: User, patient: Patient) -> tuple[Client, str, dict[str, str]]:
    client = log_in(user)
    url = reverse("patients:edit", args=[patient.uid])
    form = client.get(url).context["form"]
    values = {name: form[name].value() for name in form.fields if name != "birth_date"}
    born = patient.birth_date
    values |= {"birth_date_day": born.day, "birth_date_month": born.month, "birth_date_year": born.year}
    return client, url, {name: "on" if value is True else value for name, value in values.items() if value is not False}


def test_saving_an_untouched_form_changes_nothing(front_desk: User, maria: Patient) -> None:
    client, url, values = edit_page(front_desk, maria)
    assert client.post(url, values).status_code == 302
    assert maria.history.count() == 1
    assert ContactPoint.objects.filter(patient=maria).usable().count() == 2


def test_a_change_is_saved_with_its_author(front_desk: User, maria: Patient) -> None:
    client, url, values = edit_page(front_desk, maria)
    assert client.post(url, values | {"family_name": "Novak", "phone": "07700 900888"}).status_code == 302
    maria.refresh_from_db()
    assert maria.family_name == "Novak"
    newest = maria.history.first()
    assert newest
    assert newest.history_user == front_desk
    assert Patient.objects.matching("900888").get() == maria


@pytest.mark.parametrize(
    ("stored", "typed", "status"), [(302, 302, 302), (302, 303, 422), (0, 200, 302), (0, 201, 422)]
)
def test_a_safety_note_that_joining_made_long_does_not_stop_other_changes(
    front_desk: User, maria: Patient, stored: int, typed: int, status: int
) -> None:
    change_patient(patient=maria, values={"safety_note": "a" * stored}, by=front_desk, at=NOW)
    client, url, values = edit_page(front_desk, maria)
    answer = client.post(url, values | {"family_name": "Novak", "safety_note": "a" * typed})
    assert answer.status_code == status
    if status == 422:
        assert f"write {typed - 1} characters or fewer" in answer.content.decode()


def test_unticking_consent_stops_messages(front_desk: User, maria: Patient) -> None:
    client, url, values = edit_page(front_desk, maria)
    values.pop("phone_consent")
    client.post(url, values)
    assert [point.channel for point in ContactPoint.objects.filter(patient=maria).usable()] == ["email"]


def test_who_types_on_a_stale_page_sees_both_and_loses_nothing(
    front_desk: User, prescriber: User, maria: Patient
) -> None:
    client, url, values = edit_page(front_desk, maria)
    change_patient(patient=maria, values={"payer": "Meridian Mutual"}, by=prescriber, at=NOW)
    response = client.post(url, values | {"family_name": "Novak"})
    page = response.content.decode()
    assert response.status_code == 409
    assert "Meridian Mutual" in page
    assert 'value="Novak"' in page
    again = values | {"family_name": "Novak", "seen": response.context["form"]["seen"].value()}
    assert client.post(url, again).status_code == 302


def test_what_a_colleague_saved_is_said_in_words(front_desk: User, prescriber: User, maria: Patient) -> None:
    client, url, values = edit_page(front_desk, maria)
    now = {"language": "cy", "preferred_channel": "email", "birth_date": dt.date(1985, 4, 17)}
    change_patient(patient=maria, values=now, by=prescriber, at=NOW)
    told = dict(client.post(url, values | {"phone_consent": ""}).context["differs"])
    assert told["Language"] == "Cymraeg"
    assert told["Preferred channel"] == "Email"
    assert told["Date of birth"] == "Wednesday 17 April 1985"
    assert told["They agree to text messages to this number"] == "yes"


def test_who_types_what_a_colleague_has_saved_already_goes_on(
    front_desk: User, prescriber: User, maria: Patient
) -> None:
    client, url, values = edit_page(front_desk, maria)
    change_patient(patient=maria, values={"payer": "Meridian Mutual"}, by=prescriber, at=NOW)
    assert client.post(url, values | {"payer": "Meridian Mutual"}).status_code == 302


def test_who_types_while_the_record_is_closed_reads_that_it_is(
    front_desk: User, prescriber: User, maria: Patient
) -> None:
    client, url, values = edit_page(front_desk, maria)
    close_record(patient=maria, closed=Patient.Closed.DIED, on=TODAY, by=prescriber, at=NOW)
    assert "Died on Monday 23 November 2026." in client.post(url, values | {"payer": "Aster"}).content.decode()


def test_a_bad_change_keeps_what_was_typed(front_desk: User, maria: Patient) -> None:
    client, url, values = edit_page(front_desk, maria)
    response = client.post(url, values | {"family_name": "Novak", "record_number": ""})
    assert response.status_code == 422
    assert 'value="Novak"' in response.content.decode()


def test_a_reader_and_a_stranger_cannot_change(reader: User, stranger: User, maria: Patient) -> None:
    url = reverse("patients:edit", args=[maria.uid])
    assert log_in(reader).get(url).status_code == 403
    assert log_in(stranger).get(url).status_code == 404


def test_a_phone_is_read_in_the_country_of_the_clinic(stranger: User, lakeside: Clinic) -> None:
    assert post(stranger, phone="212 555 0123")[0] == 302
    assert ContactPoint.objects.get().address == "+12125550123"


def test_people_of_another_clinic_are_no_duplicates(stranger: User, riverside: Clinic) -> None:
    make_patient(riverside, "Tom", "Reid", phone="+447700900777")
    assert post(stranger, phone="+44 7700 900777")[0] == 302
