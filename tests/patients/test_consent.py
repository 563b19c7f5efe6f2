"""Consent for each address: when, how and by whom it was given and taken back; dead addresses; shared numbers."""

import datetime as dt

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from clinic.models import Clinic, User
from clinic.wording import day_words
from patients.actions import flag_dead, set_contact, stop_number, try_again, withdraw_consent
from patients.models import Channel, ContactPoint, Patient
from tests.builders import NOW, TODAY, make_course, make_injector, make_patient, make_session
from tests.conftest import log_in
from tests.pages import text

LATER = NOW + dt.timedelta(hours=1)
NUMBER = "+447700900000"


def phone(patient: Patient) -> ContactPoint:
    return ContactPoint.objects.get(patient=patient, channel=Channel.SMS)


def page(user: User, patient: Patient) -> str:
    return text(log_in(user).get(reverse("patients:detail", args=[patient.uid])))


def stop(patient: Patient, by: User | None = None) -> bool:
    return withdraw_consent(patient=patient, channel=Channel.SMS, source="told staff", by=by, at=NOW)


def agree(patient: Patient, by: User, *, given: dt.datetime) -> None:
    address = phone(patient).address
    set_contact(
        patient=patient,
        channel=Channel.SMS,
        address=address,
        by=by,
        at=LATER,
        consent_source="list",
        consented_at=given,
    )


def test_consent_says_when_how_and_by_whom_it_was_given_and_withdrawn(maria: Patient, front_desk: User) -> None:
    stop(maria, front_desk)
    assert (phone(maria).withdrawn_source, phone(maria).withdrawn_by) == ("told staff", front_desk)
    agree(maria, front_desk, given=LATER)
    again = phone(maria)
    assert (again.consented_at, again.consent_source, again.consented_by) == (LATER, "list", front_desk)
    assert (again.withdrawn_at, again.withdrawn_source, again.withdrawn_by) == (None, "", None)


@pytest.mark.parametrize("given", [NOW - dt.timedelta(days=1), NOW], ids=["before", "at that very moment"])
def test_consent_from_before_the_withdrawal_does_not_overturn_it(
    maria: Patient, front_desk: User, given: dt.datetime
) -> None:
    stop(maria)
    agree(maria, front_desk, given=given)
    assert phone(maria).withdrawn_at == NOW


def test_who_never_agreed_can_still_say_no(maria: Patient) -> None:
    ContactPoint.objects.update(consented_at=None, consent_source="")
    assert stop(maria)
    assert phone(maria).trouble == "Do not text"


def test_a_withdrawal_without_a_source_is_refused_by_the_database(maria: Patient) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        ContactPoint.objects.update(withdrawn_at=NOW)


def test_stopping_texts_leaves_email_as_it_is(maria: Patient) -> None:
    stop(maria)
    assert [point.channel for point in ContactPoint.objects.filter(patient=maria).usable()] == ["email"]


def test_a_stopped_number_is_stopped_for_the_whole_family_at_every_clinic(
    maria: Patient, riverside: Clinic, lakeside: Clinic
) -> None:
    child, other = make_patient(riverside, "Luis", phone=NUMBER), make_patient(lakeside, "Maria", phone=NUMBER)
    stranger = make_patient(riverside, "Ann", phone="+447700900555")
    points = stop_number(number=NUMBER, source="by text message", by=None, at=NOW)
    assert {point.patient for point in points} == {maria, child, other}
    usable = ContactPoint.objects.usable().filter(channel=Channel.SMS)
    assert [point.patient for point in usable] == [stranger]


def test_a_number_that_was_stopped_before_keeps_the_moment_at_which_it_was(maria: Patient) -> None:
    stop(maria)
    assert stop_number(number=NUMBER, source="by text message", by=None, at=LATER) == []
    assert phone(maria).withdrawn_at == NOW


def test_a_new_number_is_not_known_to_be_dead(maria: Patient, front_desk: User) -> None:
    flag_dead(point=phone(maria), reason="The number does not exist", at=NOW)
    set_contact(patient=maria, channel=Channel.SMS, address="07700 900555", by=front_desk, at=LATER)
    assert (phone(maria).failed_at, phone(maria).failed_reason) == (None, "")


def test_a_phone_that_is_tried_again_leaves_a_dead_mailbox_dead(maria: Patient, front_desk: User) -> None:
    flag_dead(point=ContactPoint.objects.get(patient=maria, channel=Channel.EMAIL), reason="Full", at=NOW)
    assert not try_again(patient=maria, channel=Channel.SMS, by=front_desk, at=LATER)
    assert ContactPoint.objects.get(patient=maria, channel=Channel.EMAIL).failed_at == NOW


def test_a_dead_number_is_flagged_once_with_the_gateways_words(maria: Patient) -> None:
    assert flag_dead(point=phone(maria), reason="The number does not exist", at=NOW)
    assert not flag_dead(point=phone(maria), reason="again", at=LATER)
    assert (phone(maria).failed_at, phone(maria).failed_reason) == (NOW, "The number does not exist")


def test_a_number_that_was_changed_meanwhile_is_not_flagged(maria: Patient, front_desk: User) -> None:
    old = phone(maria)
    set_contact(patient=maria, channel=Channel.SMS, address="07700 900555", by=front_desk, at=NOW)
    assert not flag_dead(point=old, reason="The number does not exist", at=LATER)
    assert phone(maria).failed_at is None


def test_a_dead_number_can_be_tried_again(maria: Patient, front_desk: User) -> None:
    flag_dead(point=phone(maria), reason="Phone off", at=NOW)
    assert try_again(patient=maria, channel=Channel.SMS, by=front_desk, at=LATER)
    assert (phone(maria).failed_at, phone(maria).failed_reason) == (None, "")
    assert not try_again(patient=maria, channel=Channel.SMS, by=front_desk, at=LATER)


def test_the_page_says_why_a_number_is_dead_and_leads_to_where_it_is_mended(maria: Patient, front_desk: User) -> None:
    flag_dead(point=phone(maria), reason="The number does not exist", at=NOW)
    text = page(front_desk, maria)
    assert "The number does not exist, Monday 23 November 2026." in text
    assert f"{reverse('patients:edit', args=[maria.uid])}#id_phone" in text


def test_the_form_asks_about_a_dead_number_and_uses_it_again(maria: Patient, front_desk: User) -> None:
    flag_dead(point=phone(maria), reason="Phone off", at=NOW)
    client, url = log_in(front_desk), reverse("patients:edit", args=[maria.uid])
    form = client.get(url).context["form"]
    assert "email_again" not in form.fields
    values = {name: form[name].value() for name in form.fields if name != "birth_date"}
    values |= {"birth_date_0": 17, "birth_date_day": 17, "birth_date_month": 4, "birth_date_year": 1984}
    values = {name: "on" if value is True else value for name, value in values.items() if value not in (False, None)}
    assert client.post(url, values | {"phone_again": "on"}).status_code == 302
    assert phone(maria).failed_at is None


@pytest.mark.parametrize(
    ("preferred", "addresses", "chosen"),
    [
        ("email", {"phone": "07700 900000", "email": "maria@mail.example"}, "sms"),
        ("sms", {"phone": "", "email": "maria@mail.example"}, "email"),
    ],
)
def test_the_form_takes_back_a_preference(
    maria: Patient, front_desk: User, preferred: str, addresses: dict[str, str], chosen: str
) -> None:
    maria.preferred_channel = preferred
    maria.save()
    client, url = log_in(front_desk), reverse("patients:edit", args=[maria.uid])
    form = client.get(url).context["form"]
    values = {name: form[name].value() for name in form.fields if name != "birth_date"}
    values |= {"birth_date_day": 17, "birth_date_month": 4, "birth_date_year": 1984}
    values = {name: "on" if value is True else value for name, value in values.items() if value not in (False, None)}
    assert client.post(url, values | addresses | {"preferred_channel": ""}).status_code == 302
    maria.refresh_from_db()
    assert maria.preferred_channel == chosen


def test_the_page_says_how_consent_came_and_went(maria: Patient, front_desk: User) -> None:
    stop(maria, front_desk)
    text = page(front_desk, maria)
    given = phone(maria).consented_at
    assert given
    assert f"Given {day_words(given.astimezone(maria.clinic.zone).date())}, test." in text
    assert "Withdrawn Monday 23 November 2026, 10am, told staff, Fran Adeyemi. Visits stay booked." in text


def test_the_page_says_who_shares_the_number(maria: Patient, riverside: Clinic, front_desk: User) -> None:
    make_patient(riverside, "Luis", "Santos", phone=NUMBER)
    assert "Shared with" in page(front_desk, maria)


def test_who_says_no_at_the_desk_is_not_signed_up_by_a_list(front_desk: User, riverside: Clinic) -> None:
    born = {"birth_date_day": 1, "birth_date_month": 2, "birth_date_year": 1990}
    typed = {"given_name": "Tom", "family_name": "Reid", "phone": "07700 900321", "consent": "no"} | born
    assert log_in(front_desk).post(reverse("patients:new"), typed).status_code == 302
    assert phone(Patient.objects.get()).withdrawn_source == "asked by staff"


def test_a_persons_own_zone_is_kept(maria: Patient, riverside: Clinic) -> None:
    assert maria.zone == riverside.zone
    maria.timezone = "America/New_York"
    assert maria.zone.key == "America/New_York"


@pytest.mark.parametrize(
    ("typed", "status", "kept"), [("America/New_York", 302, "America/New_York"), ("Mars", 422, "")]
)
def test_a_zone_is_chosen_on_the_form(maria: Patient, front_desk: User, typed: str, status: int, kept: str) -> None:
    client, url = log_in(front_desk), reverse("patients:edit", args=[maria.uid])
    form = client.get(url).context["form"]
    values = {name: form[name].value() for name in form.fields if name != "birth_date"}
    values |= {"birth_date_day": 17, "birth_date_month": 4, "birth_date_year": 1984, "timezone": typed}
    values = {name: "on" if value is True else value for name, value in values.items() if value not in (False, None)}
    assert client.post(url, values).status_code == status
    maria.refresh_from_db()
    assert maria.timezone == kept


@pytest.mark.parametrize("where", ["treatments:today", "treatments:recall", "patients:search"])
def test_lists_mark_dead_numbers(maria: Patient, front_desk: User, where: str) -> None:
    injector = make_injector(maria.clinic)
    course = make_course(maria, last_given_on=TODAY - dt.timedelta(days=100), injector=injector)
    if where == "treatments:today":
        make_session(course, injector, NOW + dt.timedelta(hours=1))
    flag_dead(point=phone(maria), reason="The number does not exist", at=NOW)
    assert "Phone not reachable" in log_in(front_desk).get(reverse(where), {"q": "sa"}).content.decode()
