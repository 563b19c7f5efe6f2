"""What a good row writes, and what a second list changes."""

import datetime as dt
from typing import Any

import pytest
from django.apps import apps
from django.db import IntegrityError

from clinic.models import AuditEntry, Clinic, Injector, User
from patients.models import Assessment, Authorization, ContactPoint, Patient
from tests.builders import NOW, TODAY, make_course, make_injector, make_patient, make_session
from tests.treatments.referrals.lists import NEVER_TREATED, NO_AUTHORIZATION, load, row
from treatments.models import Course, ReferralLine, SessionEvent, Status, TreatmentSession
from treatments.referrals import load as load_module

LATER = NOW + dt.timedelta(days=30)


def maria() -> Patient:
    return Patient.objects.get(record_number="RV000001")


def contact(channel: str) -> ContactPoint:
    return ContactPoint.objects.get(patient=maria(), channel=channel)


def session() -> TreatmentSession:
    return TreatmentSession.objects.select_related("course", "injector").get(course__patient=maria())


def counts() -> dict[str, int]:
    return {model._meta.label: model._default_manager.count() for model in apps.get_models()}


def test_a_row_becomes_a_person_who_can_be_found(team: Clinic) -> None:
    load(team, row())
    found = Patient.objects.matching("maria santos 07700900123").get()
    assert (found.clinic, found.payer, found.preventives_failed) == (team, "NHS", 3)
    assert (found.language, found.preferred_channel, found.referred_on) == ("en", "sms", dt.date(2025, 11, 30))


def test_consent_to_texts_dates_from_the_list(team: Clinic) -> None:
    load(team, row())
    point = contact("sms")
    assert point.address == "+447700900123"
    assert (point.consented_at, point.consent_source) == (dt.datetime(2026, 1, 5, 12, tzinfo=dt.UTC), "referral list")


def test_without_a_date_there_is_no_consent_to_texts(team: Clinic) -> None:
    load(team, row(sms_consent_on=""))
    assert contact("sms").consented_at is None
    assert not ContactPoint.objects.usable().exists()


def test_who_asked_for_email_may_be_written_to_by_email_only(team: Clinic) -> None:
    load(team, row(preferred_channel="email", sms_consent_on=""))
    assert [point.channel for point in ContactPoint.objects.usable()] == ["email"]
    assert contact("email").consented_at == dt.datetime(2025, 11, 30, 12, tzinfo=dt.UTC)


def test_the_findings_become_a_draft_with_a_verdict(team: Clinic, admin: User) -> None:
    load(team, row(), by=admin)
    draft = Assessment.objects.get(patient=maria())
    assert (draft.signed_at, draft.source, draft.outcome) == (None, "referral", "eligible")
    assert (draft.headache_days, draft.long_headache_days, draft.migraine_days) == (20, 18, 12)
    assert (draft.assessed_on, draft.drafted_by) == (TODAY, admin)


def test_the_authorization_is_stored(team: Clinic) -> None:
    load(team, row())
    found = Authorization.objects.get(patient=maria())
    assert (found.payer, found.number, found.visits) == ("NHS", "PA-100001", 4)
    assert (found.valid_from, found.valid_to) == (dt.date(2026, 6, 1), dt.date(2027, 5, 31))


def test_somebody_in_treatment_gets_a_course_with_the_last_session(team: Clinic, admin: User) -> None:
    load(team, row(), by=admin)
    last = session()
    assert (last.status, last.given_on, last.local_date, last.due_on) == (
        Status.GIVEN_BEFORE,
        *[dt.date(2026, 8, 31)] * 3,
    )
    # Midday in London in summer.
    assert (last.starts_at, last.minutes) == (dt.datetime(2026, 8, 31, 11, tzinfo=dt.UTC), 15)
    assert (last.injector.name, last.room) == ("Dr Osei", None)
    assert (last.course.opened_on, last.course.opened_by) == (dt.date(2026, 8, 31), admin)


def test_the_next_cycle_has_the_next_number(team: Clinic) -> None:
    load(team, row(cycles_given="5"))
    course = session().course
    assert course.cycles_before + course.sessions.filter(given_on__isnull=False).count() == 5


def test_the_course_is_due_twelve_weeks_after_the_last_injection(team: Clinic) -> None:
    load(team, row())
    course: Any = Course.objects.to_recall(TODAY).get()
    assert course.next_due_on == dt.date(2026, 11, 23)


def test_the_units_of_the_last_session_are_in_its_history(team: Clinic, admin: User) -> None:
    load(team, row(), by=admin)
    event = SessionEvent.objects.get(session=session())
    assert (event.kind, event.by, event.at) == ("imported", admin, NOW)
    assert event.after == {"given_on": "2026-08-31", "units": 165}


def test_somebody_not_yet_treated_gets_no_course(team: Clinic) -> None:
    load(team, row(**NEVER_TREATED))
    assert not Course.objects.exists()


def test_a_dry_run_writes_nothing_at_all(team: Clinic) -> None:
    before = counts()
    report = load(team, row(1), row(2, **NEVER_TREATED), dry_run=True)
    assert (report.new, report.written) == (2, False)
    assert counts() == before


def test_one_bad_row_keeps_the_whole_list_out(team: Clinic) -> None:
    before = counts()
    report = load(team, row(1), row(2, birth_date=""))
    assert (report.written, report.refused) == (False, 1)
    assert counts() == before


def test_skipping_the_bad_rows_writes_the_others(team: Clinic) -> None:
    report = load(team, row(1), row(2, birth_date=""), skip_bad=True)
    assert (report.written, report.new, report.refused) == (True, 1, 1)
    assert list(Patient.objects.values_list("record_number", flat=True)) == ["RV000001"]


def test_the_second_and_third_row_with_a_record_number_name_the_first(team: Clinic) -> None:
    report = load(team, row(), row(given_name="Ana"), row(given_name="Eva"), skip_bad=True)
    assert [str(fault)[:35] for fault in report.faults] == [
        "Line 3, mrn: Line 2 has this record",
        "Line 4, mrn: Line 2 has this record",
    ]
    assert maria().given_name == "Maria"


def test_an_import_leaves_one_trace_with_its_rows(team: Clinic, admin: User) -> None:
    load(team, row(1), row(2), by=admin)
    entry = AuditEntry.objects.get()
    assert (entry.clinic, entry.actor, entry.action, entry.rows) == (team, admin, "import", 2)


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
    ContactPoint.objects.filter(channel="sms").update(withdrawn_at=NOW)
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


def test_an_authorization_is_corrected_under_its_number(team: Clinic) -> None:
    load(team, row())
    load(team, row(authorized_visits="2"), at=LATER)
    found = Authorization.objects.get()
    assert (found.visits, found.history.count()) == (2, 2)


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


def test_people_of_another_clinic_with_the_same_record_number_are_not_touched(team: Clinic, lakeside: Clinic) -> None:
    other = make_patient(lakeside, given="Mary", family="Stone", record_number="RV000001")
    assert load(team, row()).new == 1
    other.refresh_from_db()
    assert (other.full_name, other.history.count()) == ("Mary Stone", 1)


def test_an_injector_of_another_clinic_is_not_known_here(riverside: Clinic, lakeside: Clinic) -> None:
    make_injector(lakeside, "Dr Osei", email="osei@riverside.example")
    assert [fault.field for fault in load(riverside, row()).faults] == ["injector"]


def test_a_batch_takes_the_same_queries_whatever_its_size(team: Clinic, django_assert_max_num_queries: Any) -> None:
    people = [row(number) for number in range(1, 301)]
    load(team, *people)
    with django_assert_max_num_queries(8):
        load(team, *people, at=LATER)


def test_a_day_is_the_day_at_the_clinic(lakeside: Clinic) -> None:
    make_injector(lakeside, "Dr Osei", email="osei@riverside.example")
    after_midnight_in_london = dt.datetime(2026, 11, 24, 1, tzinfo=dt.UTC)
    report = load(lakeside, row(phone="", last_injection_on="2026-11-24"), at=after_midnight_in_london)
    assert [fault.field for fault in report.faults] == ["last_injection_on"]


def test_a_clash_with_somebody_elses_change_is_said_in_words_and_keeps_nothing(
    team: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    def clash(*_args: object, **_options: object) -> None:
        raise IntegrityError

    monkeypatch.setattr(load_module, "write", clash)
    with pytest.raises(load_module.Collision, match=r"Nothing was written\. Try again\."):
        load(team, row())
    assert not Patient.objects.exists()
