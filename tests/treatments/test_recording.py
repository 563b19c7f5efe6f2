"""Signing what was given, and that it stays as it was signed."""

import datetime as dt
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from clinic.models import Injector, User
from patients.models import Patient
from tests.builders import NOW, TODAY, make_session
from treatments import protocol, recording
from treatments.booking import Stale
from treatments.models import Course, OutsideDose, SessionRecord, Status, TreatmentSession, Vial
from treatments.recording import Findings, Refused, SinceLast, VialUsed
from treatments.safety import QUESTIONS

ALL_NO = {question.key: False for question in QUESTIONS}
GOOD_VIAL = VialUsed("C4471", TODAY + dt.timedelta(days=300), 200)


def sign(session: TreatmentSession, by: User, **more: Any) -> SessionRecord:
    """Sign the standard set, with whatever a test changes."""
    at = more.pop("at", NOW)
    found: dict[str, Any] = {
        "plan": protocol.standard_set(),
        "vials": [GOOD_VIAL],
        "answers": ALL_NO,
        "screened_on": at.date(),
        "since_last": SinceLast(told=None),
        "identity_checked": True,
        "consent_confirmed": True,
    }
    return recording.sign_session(session=session, found=Findings(**found | more), by=by, at=at)


def faults(session: TreatmentSession, by: User, **more: Any) -> str:
    """Return why a record was refused."""
    with pytest.raises(Refused) as refusal:
        sign(session, by, **more)
    assert not SessionRecord.objects.filter(session=session).exists()
    return " ".join(refusal.value.faults)


def test_a_signed_standard_session_adds_up(in_room: TreatmentSession, nurse: User) -> None:
    record = sign(in_room, nurse)
    assert (record.units_drawn, record.units_given, record.units_wasted, record.sites_given) == (200, 155, 45, 31)
    assert record.injections.count() == 31


def test_signing_ends_the_visit_and_sets_the_next_due_date(in_room: TreatmentSession, nurse: User) -> None:
    sign(in_room, nurse)
    in_room.refresh_from_db()
    assert (in_room.status, in_room.given_on) == (Status.DONE, TODAY)
    assert in_room.course.next_due() == TODAY + dt.timedelta(days=84)


def test_the_record_says_who_signed_and_when(in_room: TreatmentSession, nurse: User) -> None:
    record = sign(in_room, nurse)
    assert (record.signed_by, record.signed_at) == (nurse, NOW)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"identity_checked": False}, "name, date of birth and record number"),
        ({"consent_confirmed": False}, "consents"),
        ({"plan": {}}, "at least one site"),
        ({"plan": {"TEM-R1": 55}}, "Temporalis: 55 units is over its limit of 50"),
        ({"vials": []}, "Enter the vial"),
        ({"vials": [VialUsed(" ", GOOD_VIAL.expires_on, 200)]}, "lot number"),
        ({"vials": [VialUsed("C1", TODAY - dt.timedelta(days=1), 200)]}, "expired"),
        ({"vials": [VialUsed("C1", GOOD_VIAL.expires_on, 100)]}, "155 units are more than the 100 in the vials"),
        ({"vials": [VialUsed("C1", GOOD_VIAL.expires_on, 50)]}, "100 or 200 units"),
        ({"answers": ALL_NO | {"allergy": True}}, "Do not inject"),
        ({"answers": {}}, "Answer the safety question"),
    ],
    ids=[
        "identity",
        "consent",
        "no sites",
        "cap",
        "no vial",
        "no lot",
        "expired",
        "too little",
        "odd vial",
        "allergy",
        "not asked",
    ],
)
def test_what_may_not_be_signed_is_refused_in_words(
    in_room: TreatmentSession, nurse: User, change: dict[str, Any], words: str
) -> None:
    assert words in faults(in_room, nurse, **change)


def test_a_vial_may_be_used_on_its_last_day(in_room: TreatmentSession, nurse: User) -> None:
    assert sign(in_room, nurse, vials=[VialUsed("C1", TODAY, 200)]).signed_at


def test_two_small_vials_hold_a_session(in_room: TreatmentSession, nurse: User) -> None:
    small = VialUsed("C1", GOOD_VIAL.expires_on, 100)
    assert sign(in_room, nurse, vials=[small, small]).units_wasted == 45


def test_a_nurse_cannot_go_on_after_a_blocking_answer(in_room: TreatmentSession, nurse: User) -> None:
    pregnant = ALL_NO | {"pregnant": True}
    assert "Only a prescriber" in faults(in_room, nurse, answers=pregnant, go_on_reason="She asked for it")


def test_a_prescriber_can_go_on_with_a_reason(in_room: TreatmentSession, prescriber: User) -> None:
    record = sign(in_room, prescriber, answers=ALL_NO | {"pregnant": True}, go_on_reason="Discussed and documented")
    assert record.go_on_reason == "Discussed and documented"


def test_nobody_goes_on_after_a_contraindication(in_room: TreatmentSession, prescriber: User) -> None:
    infected = ALL_NO | {"infection": True}
    assert "Do not inject" in faults(in_room, prescriber, answers=infected, go_on_reason="It is small")


def test_the_front_desk_cannot_sign(in_room: TreatmentSession, front_desk: User) -> None:
    assert "role may not sign" in faults(in_room, front_desk)


def test_someone_of_another_clinic_cannot_sign(in_room: TreatmentSession, stranger: User) -> None:
    assert "role may not sign" in faults(in_room, stranger)


def test_nothing_is_given_on_day_83(course: Course, osei: Injector, nurse: User) -> None:
    yesterday = NOW - dt.timedelta(days=1)
    early = make_session(course, osei, NOW, status=Status.IN_ROOM, due_on=TODAY)
    assert "The earliest day is Monday 23 November 2026" in faults(early, nurse, at=yesterday)


def test_a_session_is_not_signed_twice(in_room: TreatmentSession, nurse: User) -> None:
    sign(in_room, nurse)
    with pytest.raises(Refused, match="record refused") as refusal:
        sign(in_room, nurse)
    assert "signed already" in refusal.value.faults[0]


def test_a_patient_who_is_not_in_the_room_has_no_record(course: Course, osei: Injector, nurse: User) -> None:
    with pytest.raises(Stale):
        sign(make_session(course, osei, NOW, due_on=TODAY), nurse)


def draft_record(session: TreatmentSession, **units: int) -> SessionRecord:
    """Return an unsigned record; units are zero unless given."""
    return SessionRecord.objects.create(
        **{"units_drawn": 0, "units_given": 0, "units_wasted": 0, "sites_given": 0} | units,
        clinic=session.clinic,
        session=session,
        identity_checked=False,
        consent_confirmed=False,
        screened_on=TODAY,
        started_at=NOW,
    )


def refused(act: Any) -> None:
    """Demand that the database says no."""
    with pytest.raises(IntegrityError), transaction.atomic():
        act()


def test_a_signed_record_cannot_change(in_room: TreatmentSession, nurse: User) -> None:
    record = sign(in_room, nurse)
    record.units_given, record.units_wasted = 150, 50
    refused(record.save)
    refused(lambda: SessionRecord.objects.filter(pk=record.pk).update(signed_at=None))
    refused(record.delete)


def test_the_parts_of_a_signed_record_cannot_change(in_room: TreatmentSession, nurse: User) -> None:
    record = sign(in_room, nurse)
    refused(lambda: record.injections.update(units=10))
    refused(lambda: record.injections.all().delete())
    refused(lambda: record.injections.create(clinic=record.clinic, site="TEM-R5", units=5))
    refused(lambda: record.vials.update(lot="X"))
    refused(lambda: record.answers.update(yes=True))


def test_raw_sql_cannot_change_a_signed_record(in_room: TreatmentSession, nurse: User) -> None:
    record = sign(in_room, nurse)

    def attack() -> None:
        with connection.cursor() as cursor:
            cursor.execute("UPDATE treatments_injection SET units = 9 WHERE record_id = %s", [record.pk])

    refused(attack)


def test_a_part_cannot_be_moved_into_a_signed_record(in_room: TreatmentSession, osei: Injector, nurse: User) -> None:
    signed = sign(in_room, nurse)
    draft_session = make_session(in_room.course, osei, NOW + dt.timedelta(days=84))
    draft = draft_record(draft_session)
    loose = draft.injections.create(clinic=signed.clinic, site="TEM-R5", units=5)
    refused(lambda: draft.injections.filter(pk=loose.pk).update(record=signed))


def test_units_that_do_not_add_up_are_refused_by_the_database(in_room: TreatmentSession) -> None:
    refused(lambda: draft_record(in_room, units_drawn=200, units_given=155, units_wasted=44, sites_given=31))


def test_an_expired_vial_is_refused_by_the_database(in_room: TreatmentSession, osei: Injector) -> None:
    record = draft_record(in_room)
    refused(
        lambda: Vial.objects.create(
            clinic=in_room.clinic,
            record=record,
            lot="C1",
            expires_on=TODAY - dt.timedelta(days=1),
            used_on=TODAY,
            strength=200,
        )
    )


def another_product(patient: Patient, told_to: User, days: int) -> None:
    OutsideDose.objects.create(
        clinic=patient.clinic,
        patient=patient,
        given_on=TODAY - dt.timedelta(days=days),
        same_product=False,
        product="Another",
        units=300,
        told_at=NOW,
        told_to=told_to,
    )


@pytest.mark.parametrize(("days", "blocked"), [(0, True), (124, True), (125, False)])
def test_another_product_in_the_last_four_months_is_for_a_prescriber(
    in_room: TreatmentSession, maria: Patient, nurse: User, days: int, blocked: bool
) -> None:
    another_product(maria, nurse, days)
    if blocked:
        assert "Another was given elsewhere" in faults(in_room, nurse)
        assert "Another was given elsewhere" in faults(in_room, nurse, go_on_reason="Mine to say")
    else:
        assert sign(in_room, nurse).units_given == 155


def test_a_prescriber_may_go_on_after_another_product_with_a_reason(
    in_room: TreatmentSession, maria: Patient, nurse: User, prescriber: User
) -> None:
    another_product(maria, nurse, 30)
    assert sign(in_room, prescriber, go_on_reason="Small dose, other muscles").go_on_reason


@pytest.mark.parametrize(("born", "blocked"), [(dt.date(2008, 11, 24), True), (dt.date(2008, 11, 23), False)])
def test_under_18_only_a_prescriber_goes_on(
    in_room: TreatmentSession, maria: Patient, nurse: User, prescriber: User, born: dt.date, blocked: bool
) -> None:
    Patient.objects.filter(pk=maria.pk).update(birth_date=born)
    session = TreatmentSession.objects.select_related("course__patient").get(pk=in_room.pk)
    if blocked:
        assert "under 18" in faults(session, nurse)
        assert sign(session, prescriber, go_on_reason="Decided with the family")
    else:
        assert sign(session, nurse)
