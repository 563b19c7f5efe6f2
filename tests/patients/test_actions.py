"""Changing people: what is stored, who did it, and what leaves a trace."""

import datetime as dt
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from clinic.models import AuditEntry, Clinic, User
from patients.actions import (
    Newcomer,
    RecordNumberTaken,
    change_patient,
    close_record,
    register_patient,
    reopen_record,
    same_person,
    set_contact,
    withdraw_consent,
)
from patients.actions.lines import remove_line, save_line
from patients.models import Channel, ContactPoint, Patient, PreventiveTrial
from tests.builders import NOW, TODAY, make_clinic

BORN = dt.date(1990, 5, 6)
LATER = NOW + dt.timedelta(hours=1)


def register(clinic: Clinic, by: User, **fields: object) -> Patient:
    values: dict[str, Any] = {"given_name": "Siân", "family_name": "O'Brien", "birth_date": BORN}
    return register_patient(clinic=clinic, person=Newcomer(**values | fields), by=by, at=NOW)


def found(clinic: Clinic, text: str) -> list[str]:
    return [patient.given_name for patient in Patient.objects.filter(clinic=clinic).matching(text)]


def actions_on(patient: Patient) -> list[tuple[str, str]]:
    return list(AuditEntry.objects.filter(subject=patient.uid).order_by("pk").values_list("action", "kind"))


def test_a_registered_person_can_be_found_by_name_number_and_phone(riverside: Clinic, front_desk: User) -> None:
    register(riverside, front_desk, phone="07700 900321", record_number="X77", consent_source="asked at the desk")
    for text in ("sian", "OBRIEN", "x77", "07700 900321", "+44 (0)7700 900321", "6/5/1990", "1990-05-06", "6 5 90"):
        assert found(riverside, text) == ["Siân"], text


def test_registering_names_its_author_in_the_history_and_in_the_audit_log(riverside: Clinic, front_desk: User) -> None:
    patient = register(riverside, front_desk, phone="07700 900321")
    assert [(row.history_user, row.history_date) for row in patient.history.all()] == [(front_desk, NOW)]
    assert actions_on(patient) == [("create", "patient"), ("change", "contact")]


def test_consent_is_stored_for_both_addresses_with_its_source(riverside: Clinic, front_desk: User) -> None:
    patient = register(riverside, front_desk, phone="07700900321", email="S@Mail.Example", consent_source="asked")
    points = ContactPoint.objects.filter(patient=patient).usable().values_list("channel", "address", "consent_source")
    assert set(points) == {("sms", "+447700900321", "asked"), ("email", "s@mail.example", "asked")}


def test_without_consent_nobody_may_write(riverside: Clinic, front_desk: User) -> None:
    patient = register(riverside, front_desk, phone="07700900321")
    assert not ContactPoint.objects.filter(patient=patient).usable().exists()


@pytest.mark.parametrize(
    ("contact", "channel"), [({"phone": "07700900321"}, "sms"), ({"email": "s@mail.example"}, "email")]
)
def test_the_preferred_channel_is_one_that_exists(
    riverside: Clinic, front_desk: User, contact: dict[str, str], channel: str
) -> None:
    assert register(riverside, front_desk, **contact).preferred_channel == channel


def test_an_empty_record_number_becomes_the_next_of_the_clinics_own_series(riverside: Clinic, front_desk: User) -> None:
    register(riverside, front_desk, record_number="RI000041")
    register(riverside, front_desk, record_number="RV999999")
    register(riverside, front_desk, record_number="RI7")
    register(make_clinic("Ridgeway"), front_desk, record_number="RI000099")
    assert register(riverside, front_desk).record_number == "RI000042"


def test_the_series_goes_on_after_its_last_number_of_six_digits(riverside: Clinic, front_desk: User) -> None:
    register(riverside, front_desk, record_number="RI999999")
    numbers = [register(riverside, front_desk).record_number for _ in range(2)]
    assert numbers == ["RI1000000", "RI1000001"]


def test_the_loser_of_a_race_for_a_number_gets_the_one_after(
    riverside: Clinic, front_desk: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    register(riverside, front_desk)
    stale = iter(["RI000001", "RI000001", "RI000002"])
    monkeypatch.setattr("patients.actions.people.next_record_number", lambda clinic: next(stale))
    assert register(riverside, front_desk).record_number == "RI000002"


def test_a_record_number_that_somebody_has_is_refused(riverside: Clinic, front_desk: User) -> None:
    register(riverside, front_desk, record_number="X1")
    with pytest.raises(RecordNumberTaken):
        register(riverside, front_desk, record_number="X1")


def test_two_clinics_may_use_the_same_number(riverside: Clinic, lakeside: Clinic, front_desk: User) -> None:
    register(riverside, front_desk, record_number="X1")
    assert register(lakeside, front_desk, record_number="X1").pk


def test_a_bad_phone_leaves_nobody_behind(riverside: Clinic, front_desk: User) -> None:
    with pytest.raises(ValidationError):
        register(riverside, front_desk, phone="0770 ABC 123")
    assert not Patient.objects.exists()


def test_a_change_writes_what_differed_and_who_did_it(maria: Patient, front_desk: User) -> None:
    changed = change_patient(
        patient=maria, values={"family_name": "Novak", "given_name": "Maria"}, by=front_desk, at=LATER
    )
    assert changed == ("family_name",)
    newest = maria.history.first()
    assert newest
    assert (newest.family_name, newest.history_user, newest.history_date) == ("Novak", front_desk, LATER)
    assert found(maria.clinic, "novak") == ["Maria"]
    assert found(maria.clinic, "santos") == []


def test_a_change_that_changes_nothing_leaves_no_trace(maria: Patient, front_desk: User) -> None:
    before = maria.history.count()
    assert change_patient(patient=maria, values={"given_name": "Maria"}, by=front_desk, at=LATER) == ()
    assert maria.history.count() == before
    assert actions_on(maria) == []


def test_a_change_of_a_person_who_was_read_before_undoes_nothing_of_what_came_between(
    maria: Patient, front_desk: User
) -> None:
    read_before = Patient.objects.get(pk=maria.pk)
    close_record(patient=maria, closed=Patient.Closed.DIED, on=TODAY, by=front_desk, at=NOW)
    change_patient(patient=read_before, values={"payer": "Aster"}, by=front_desk, at=LATER)
    maria.refresh_from_db()
    assert (maria.payer, maria.closed, maria.closed_on) == ("Aster", "died", TODAY)


def test_opening_a_record_that_was_read_before_undoes_no_change(maria: Patient, front_desk: User) -> None:
    close_record(patient=maria, closed=Patient.Closed.DIED, on=TODAY, by=front_desk, at=NOW)
    read_before = Patient.objects.get(pk=maria.pk)
    change_patient(patient=maria, values={"payer": "Aster"}, by=front_desk, at=NOW)
    reopen_record(patient=read_before, by=front_desk, at=LATER)
    maria.refresh_from_db()
    assert (maria.payer, maria.closed) == ("Aster", "")


def test_nobody_is_written_into_an_erased_record(maria: Patient, front_desk: User) -> None:
    read_before = Patient.objects.get(pk=maria.pk)
    Patient.objects.filter(pk=maria.pk).update(closed=Patient.Closed.ERASED, closed_on=TODAY, family_name="person")
    with pytest.raises(PermissionDenied):
        change_patient(patient=read_before, values={"payer": "Aster"}, by=front_desk, at=LATER)
    with pytest.raises(PermissionDenied):
        reopen_record(patient=Patient.objects.get(pk=maria.pk), by=front_desk, at=LATER)
    assert Patient.objects.get(pk=maria.pk).family_name == "person"


def test_a_line_that_was_read_before_is_taken_off_as_it_is_now(maria: Patient, front_desk: User) -> None:
    line = PreventiveTrial.objects.create(
        clinic=maria.clinic, patient=maria, drug_class="beta_blocker", drug="Propranolol", result="no_effect"
    )
    read_before = PreventiveTrial.objects.get(pk=line.pk)
    line.dose = "40 mg"
    save_line(line=line, by=front_desk, at=NOW)
    remove_line(line=read_before, by=front_desk, at=LATER)
    line.refresh_from_db()
    assert (line.dose, line.removed_at) == ("40 mg", LATER)


def test_the_search_text_cannot_be_set_by_a_caller(maria: Patient, front_desk: User) -> None:
    with pytest.raises(KeyError):
        change_patient(patient=maria, values={"search_text": "x"}, by=front_desk, at=LATER)


def test_a_number_taken_by_another_cannot_be_changed_to(maria: Patient, riverside: Clinic, front_desk: User) -> None:
    register(riverside, front_desk, record_number="X1")
    with pytest.raises(RecordNumberTaken):
        change_patient(patient=maria, values={"record_number": "X1"}, by=front_desk, at=LATER)


def test_consent_does_not_travel_to_a_new_number(maria: Patient, front_desk: User) -> None:
    set_contact(patient=maria, channel=Channel.SMS, address="07700 900999", by=front_desk, at=LATER)
    point = ContactPoint.objects.get(patient=maria, channel=Channel.SMS)
    assert (point.address, point.consented_at, point.consent_source) == ("+447700900999", None, "")
    assert found(maria.clinic, "900999") == ["Maria"]


def test_the_same_number_keeps_its_consent_and_writes_nothing(maria: Patient, front_desk: User) -> None:
    point = ContactPoint.objects.get(patient=maria, channel=Channel.SMS)
    again = set_contact(
        patient=maria, channel=Channel.SMS, address=point.address, by=front_desk, at=LATER, consent_source="again"
    )
    assert again
    assert (again.consented_at, again.consent_source) == (point.consented_at, "test")
    assert actions_on(maria) == []


def test_consent_can_be_withdrawn_and_given_again(maria: Patient, front_desk: User) -> None:
    assert withdraw_consent(patient=maria, channel=Channel.SMS, source="called", by=front_desk, at=NOW)
    assert not ContactPoint.objects.filter(patient=maria, channel=Channel.SMS).usable().exists()
    assert not withdraw_consent(patient=maria, channel=Channel.SMS, source="called", by=front_desk, at=NOW)
    address = ContactPoint.objects.get(patient=maria, channel=Channel.SMS).address
    set_contact(patient=maria, channel=Channel.SMS, address=address, by=front_desk, at=LATER, consent_source="called")
    assert ContactPoint.objects.filter(patient=maria, channel=Channel.SMS).usable().get().consented_at == LATER


def test_an_empty_address_removes_the_contact_and_keeps_its_history(maria: Patient, front_desk: User) -> None:
    assert set_contact(patient=maria, channel=Channel.SMS, address="", by=front_desk, at=LATER) is None
    assert not ContactPoint.objects.filter(patient=maria, channel=Channel.SMS).exists()
    last = ContactPoint.history.filter(patient=maria, channel=Channel.SMS).first()
    assert last
    assert (last.history_type, last.history_user) == ("-", front_desk)
    assert found(maria.clinic, "07700900000") == []


def test_the_same_person_is_known_by_name_and_birth_date_or_by_phone(maria: Patient) -> None:
    def same(given: str, family: str, born: dt.date, phone: str = "") -> bool:
        people = same_person(clinic=maria.clinic, given_name=given, family_name=family, birth_date=born, phone=phone)
        return people.filter(pk=maria.pk).exists()

    phone = ContactPoint.objects.get(patient=maria, channel=Channel.SMS).address
    assert same("MARIA", "Sántos", maria.birth_date)
    assert same("Somebody", "Else", BORN, phone)
    assert not same("Maria", "Santos", BORN)
    assert not same("Mari", "Santos", maria.birth_date)
    assert not same("Maria", "Santo", maria.birth_date)
    assert same("Maria", "Saentos", maria.birth_date)


def test_people_of_another_clinic_are_not_taken_for_the_same(maria: Patient, lakeside: Clinic) -> None:
    people = same_person(
        clinic=lakeside, given_name="Maria", family_name="Santos", birth_date=maria.birth_date, phone=""
    )
    assert not people.exists()
