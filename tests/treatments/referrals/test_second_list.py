"""What a list changes about people who are here already, and what it leaves alone."""

import datetime as dt
from typing import Any

import pytest

from clinic.models import Clinic, Injector, User
from patients.actions import close_record
from patients.actions.baseline import write_baseline
from patients.actions.contacts import set_contact
from patients.models import Assessment, Authorization, Baseline, ContactPoint, Patient
from tests.builders import NOW, TODAY, make_course, make_patient, make_session
from tests.treatments.referrals.lists import LATER, NEVER_TREATED, NO_AUTHORIZATION, contact, load, maria, row, session
from treatments.models import Course, ReferralLine, SessionEvent, Status, TreatmentSession


def test_a_second_reading_says_that_nothing_changed(team: Clinic) -> None:
    load(team, row(1), row(2))
    report = load(team, row(1), row(2), at=LATER)
    assert report.sentence == "Nothing changed. 0 new, 0 changed, 2 unchanged, 0 refused."


def test_a_changed_row_keeps_the_history_with_its_author(team: Clinic, admin: User, nurse: User) -> None:
    load(team, row(), by=admin)
    report = load(team, row(family_name="Santos Lima"), by=nurse, at=LATER)
    assert (report.new, report.changed) == (0, 1)
    newest, first = maria().history.all()
    assert (first.family_name, first.history_user, first.history_date) == ("Santos", admin, NOW)
    assert (newest.family_name, newest.history_user, newest.history_date) == ("Santos Lima", nurse, LATER)
    assert newest.history_change_reason == "referral list"
    assert Patient.objects.matching("lima").count() == 1


def test_a_changed_row_touches_only_what_changed(team: Clinic) -> None:
    load(team, row())
    load(team, row(family_name="Santos Lima"), at=LATER)
    assert [point.history.count() for point in ContactPoint.objects.all()] == [1, 1]
    assert Authorization.objects.get().history.count() == 1
    assert Course.objects.get().history.count() == 1
    assert SessionEvent.objects.count() == Assessment.objects.count() == 1


def test_a_new_phone_number_is_found_by_the_search(team: Clinic) -> None:
    load(team, row())
    load(team, row(phone="07700 900555"), at=LATER)
    assert contact("sms").address == "+447700900555"
    assert Patient.objects.matching("07700900555").get() == maria()
    assert not Patient.objects.matching("07700900123").exists()


def test_what_staff_corrected_stays_when_the_same_list_comes_again(team: Clinic) -> None:
    load(team, row())
    ContactPoint.objects.filter(channel="sms").update(address="+447700900999")
    Patient.objects.update(given_name="Marie")
    assert load(team, row(), at=LATER).unchanged == 1
    load(team, row(payer="Northgate Health"), at=LATER)
    assert (maria().given_name, maria().payer) == ("Marie", "Northgate Health")
    assert contact("sms").address == "+447700900999"


def test_what_the_list_says_is_remembered_even_if_it_was_corrected_here_before(team: Clinic) -> None:
    load(team, row())
    Patient.objects.update(payer="Northgate Health")
    assert load(team, row(payer="Northgate Health", **NO_AUTHORIZATION), at=LATER).unchanged == 1
    assert ReferralLine.objects.get().said["payer"] == "Northgate Health"


def test_consent_withdrawn_here_is_not_revived(team: Clinic) -> None:
    load(team, row())
    ContactPoint.objects.filter(channel="sms").update(withdrawn_at=NOW, withdrawn_source="test")
    load(team, row(phone="07700 900555", sms_consent_on="2026-11-01"), at=LATER)
    assert contact("sms").address == "+447700900555"
    assert not ContactPoint.objects.usable().filter(channel="sms").exists()


def test_consent_that_the_list_takes_back_is_gone(team: Clinic) -> None:
    load(team, row())
    load(team, row(sms_consent_on=""), at=LATER)
    assert (contact("sms").consented_at, contact("sms").consent_source) == (None, "")


def test_consent_given_here_outlives_a_list_without_it(team: Clinic) -> None:
    load(team, row(sms_consent_on=""))
    ContactPoint.objects.filter(channel="sms").update(consented_at=NOW, consent_source="asked at the desk")
    load(team, row(sms_consent_on="2026-01-05"), at=LATER)
    assert contact("sms").consent_source == "asked at the desk"


def test_consent_given_here_for_one_number_does_not_follow_to_another(team: Clinic) -> None:
    load(team, row(sms_consent_on=""))
    ContactPoint.objects.filter(channel="sms").update(consented_at=NOW, consent_source="asked at the desk")
    load(team, row(sms_consent_on="", phone="07700 900555"), at=LATER)
    assert contact("sms").consented_at is None


def test_consent_that_a_list_has_for_one_number_is_not_of_the_number_that_was_corrected_here(team: Clinic) -> None:
    load(team, row(sms_consent_on=""))
    set_contact(patient=maria(), channel="sms", address="07700 900555", by=None, at=NOW)
    load(team, row(sms_consent_on="2026-11-01"), at=LATER)
    assert (contact("sms").address, contact("sms").consented_at) == ("+447700900555", None)


@pytest.mark.parametrize("news", [{"sms_consent_on": "2026-11-01"}, {"referred_on": "2025-12-01"}])
def test_an_address_that_was_removed_here_stays_away_while_the_list_names_the_same(
    team: Clinic, news: dict[str, str]
) -> None:
    by_email = row(preferred_channel="email")
    load(team, by_email)
    for channel in ("sms", "email"):
        set_contact(patient=maria(), channel=channel, address="", by=None, at=NOW)
    load(team, by_email | news, at=LATER)
    assert not ContactPoint.objects.exists()


def test_a_new_number_is_not_known_to_be_dead(team: Clinic) -> None:
    load(team, row())
    ContactPoint.objects.filter(channel="sms").update(failed_at=NOW)
    load(team, row(phone="07700 900555"), at=LATER)
    assert contact("sms").failed_at is None


def test_an_address_that_the_list_leaves_out_stays(team: Clinic) -> None:
    load(team, row())
    load(team, row(phone=""), at=LATER)
    assert contact("sms").address == "+447700900123"


def test_a_changed_finding_updates_the_draft(team: Clinic) -> None:
    load(team, row())
    load(team, row(headache_days="14", headache_days_4h="14"), at=LATER)
    draft = Assessment.objects.get()
    assert (draft.headache_days, draft.outcome, draft.drafted_at) == (14, "not_eligible", LATER)


def test_a_signed_assessment_is_never_touched_and_a_changed_finding_makes_a_new_draft(
    team: Clinic, prescriber: User
) -> None:
    load(team, row())
    Assessment.objects.update(signed_at=NOW, signed_by=prescriber)
    load(team, row(migraine_days="9"), at=LATER)
    signed, draft = Assessment.objects.order_by("pk")
    assert (signed.migraine_days, signed.signed_by) == (12, prescriber)
    assert (draft.migraine_days, draft.signed_at) == (9, None)


def test_a_draft_begun_at_the_clinic_stays(team: Clinic) -> None:
    load(team, row())
    Assessment.objects.update(source="clinic", migraine_days=11)
    load(team, row(migraine_days="9"), at=LATER)
    assert Assessment.objects.get().migraine_days == 11


def test_a_new_authorization_stands_beside_the_old_one(team: Clinic) -> None:
    load(team, row())
    load(team, row(authorization_no="PA-200002", authorization_to="2028-05-31"), at=LATER)
    assert sorted(Authorization.objects.values_list("number", flat=True)) == ["PA-100001", "PA-200002"]


@pytest.mark.parametrize("number", ["PA-100001", "pa-100001", "PA- 100001"])
def test_an_authorization_is_corrected_under_its_number_however_it_is_written(team: Clinic, number: str) -> None:
    load(team, row())
    load(team, row(authorization_no=number, authorized_visits="2"), at=LATER)
    found = Authorization.objects.get()
    assert (found.visits, found.history.count()) == (2, 2)


def test_of_an_authorization_that_was_corrected_here_a_list_changes_only_what_it_says_anew(team: Clinic) -> None:
    load(team, row())
    Authorization.objects.update(visits=6)
    load(team, row(authorization_to="2027-08-31"), at=LATER)
    found = Authorization.objects.get()
    assert (found.visits, found.valid_to) == (6, dt.date(2027, 8, 31))


def test_a_later_last_injection_corrects_a_course_in_which_nothing_happened_yet(team: Clinic) -> None:
    load(team, row())
    load(team, row(last_injection_on="2026-11-20", last_units="155", cycles_given="6"), at=LATER)
    last = session()
    assert (last.given_on, last.course.opened_on, last.course.cycles_before) == (*[dt.date(2026, 11, 20)] * 2, 5)
    event = SessionEvent.objects.order_by("pk").last()
    assert event is not None
    assert (event.before, event.after) == (
        {"given_on": "2026-08-31", "units": 165},
        {"given_on": "2026-11-20", "units": 155},
    )


def test_the_level_before_treatment_goes_with_a_corrected_first_day(
    team: Clinic, prescriber: User, admin: User
) -> None:
    load(team, row())
    told: dict[str, int | None] = {"headache_days": 22, "migraine_days": 14}
    write_baseline(patient=maria(), given_on=dt.date(2026, 8, 31), numbers=told, reason="Letter", by=prescriber, at=NOW)
    load(team, row(last_injection_on="2026-11-20", cycles_given="6"), by=admin, at=LATER)
    level = Baseline.objects.newest().get()
    assert (level.given_on, level.last) == (dt.date(2026, 11, 20), dt.date(2026, 11, 19))
    assert (level.headache_days, level.migraine_days, level.frozen_by) == (22, 14, admin)
    assert level.reason == "The referral list names another day for the first injection."
    load(team, row(last_injection_on="2026-11-20", cycles_given="5"), by=admin, at=LATER)
    assert Baseline.objects.count() == 2  # the same day needs no new version


@pytest.mark.parametrize("status", [Status.BOOKED, Status.CANCELLED])
def test_a_course_with_a_session_of_our_own_is_not_overwritten(team: Clinic, status: Status) -> None:
    load(team, row())
    osei = Injector.objects.get(name="Dr Osei")
    make_session(Course.objects.get(), osei, NOW + dt.timedelta(days=1), status=status)
    report = load(team, row(last_injection_on="2026-06-08", cycles_given="4"), at=LATER)
    assert report.unchanged == 1
    assert TreatmentSession.objects.get(status=Status.GIVEN_BEFORE).given_on == dt.date(2026, 8, 31)
    assert Course.objects.get().cycles_before == 4


def test_a_course_that_was_closed_is_not_opened_again(team: Clinic, prescriber: User) -> None:
    load(team, row())
    Course.objects.update(closed_on=TODAY, closed_by=prescriber, close_reason="Moved away")
    load(team, row(last_injection_on="2026-09-07"), at=LATER)
    assert Course.objects.get().closed_on == TODAY
    assert session().given_on == dt.date(2026, 8, 31)


def test_somebody_registered_and_treated_here_keeps_their_course(team: Clinic) -> None:
    known = make_patient(team, record_number="RV000001")
    make_course(known)
    report = load(team, row())
    assert report.changed == 1
    assert not TreatmentSession.objects.exists()


def test_a_record_that_was_joined_with_another_is_refused_with_the_number_that_stays(team: Clinic, admin: User) -> None:
    load(team, row(**NEVER_TREATED))
    left = make_patient(team, record_number="RV000777")
    close_record(patient=maria(), closed=Patient.Closed.MERGED, on=TODAY, into=left, by=admin, at=NOW)
    assert load(team, row(**NEVER_TREATED), at=LATER).unchanged == 1  # what it said before hurts nobody
    report = load(team, row(phone="07700 900555", **NEVER_TREATED), at=LATER)
    assert [str(fault) for fault in report.faults] == [
        "Line 2, mrn: The record RV000001 was joined with RV000777. Write that number."
    ]
    assert contact("sms").address == "+447700900123"


@pytest.mark.parametrize("listed_before", [True, False])
def test_a_number_that_is_somebody_else_here_makes_nobody_of_them(team: Clinic, listed_before: bool) -> None:
    if listed_before:
        load(team, row())
    else:
        make_patient(team, record_number="RV000001")
    report = load(team, row(given_name="Tom", family_name="Reid", birth_date="1970-02-03", phone="07700 900555"))
    (fault,) = report.faults
    assert (fault.line, fault.field) == (2, "mrn")
    assert fault.reason.startswith(
        "RV000001 is Maria Santos here, born 17 April 1984, and this row is of somebody else."
    )
    assert maria().full_name == "Maria Santos"
    assert contact("sms").address != "+447700900555"


@pytest.mark.parametrize("corrected", [{"family_name": "Lima"}, {"birth_date": "1984-07-14"}, {"given_name": "Ana"}])
def test_a_new_name_or_another_date_of_birth_is_still_the_same_person(team: Clinic, corrected: dict[str, str]) -> None:
    load(team, row())
    assert load(team, row(**corrected), at=LATER).changed == 1


def test_somebody_registered_by_hand_is_filled_in_not_doubled(team: Clinic) -> None:
    make_patient(team, given="Mary", record_number="RV000001")
    report = load(team, row())
    assert (report.new, report.changed) == (0, 1)
    assert maria().given_name == "Maria"
    assert Assessment.objects.filter(patient=maria()).count() == 1


def test_treatment_that_a_later_list_leaves_out_is_not_taken_away(team: Clinic) -> None:
    load(team, row())
    report = load(team, row(**NEVER_TREATED, **NO_AUTHORIZATION), at=LATER)
    assert report.unchanged == 1
    assert session().given_on == dt.date(2026, 8, 31)
    assert Authorization.objects.exists()


def test_a_batch_takes_the_same_queries_whatever_its_size(team: Clinic, django_assert_max_num_queries: Any) -> None:
    people = [row(number) for number in range(1, 301)]
    load(team, *people)
    with django_assert_max_num_queries(8):
        load(team, *people, at=LATER)
