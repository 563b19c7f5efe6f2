"""What a good row writes."""

import datetime as dt
from typing import Any

import pytest
from django.apps import apps
from django.db import IntegrityError, OperationalError
from psycopg.errors import DeadlockDetected, UniqueViolation

from clinic.models import AuditEntry, Clinic, User
from patients.actions import change_patient
from patients.importing import Collision
from patients.models import Assessment, Authorization, ContactPoint, Patient
from tests.builders import NOW, TODAY, make_injector, make_patient
from tests.treatments.referrals.lists import NEVER_TREATED, contact, load, maria, row, session
from treatments.models import Course, SessionEvent, Status
from treatments.referrals import load as load_module
from treatments.referrals.writing import write


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


@pytest.mark.parametrize("twin", ["E\u03011", "\u200bÉ1", "É1\ufeff"])
def test_a_record_number_that_reads_the_same_is_the_same(team: Clinic, twin: str) -> None:
    assert [fault.line for fault in load(team, row(mrn="É1"), row(mrn=twin), dry_run=True).faults] == [3]
    load(team, row(mrn="É1"))
    assert load(team, row(mrn=twin)).unchanged == 1


def test_an_import_leaves_one_trace_with_its_rows(team: Clinic, admin: User) -> None:
    load(team, row(1), row(2), by=admin)
    entry = AuditEntry.objects.get()
    assert (entry.clinic, entry.actor, entry.action, entry.rows) == (team, admin, "import", 2)


def test_people_of_another_clinic_with_the_same_record_number_are_not_touched(team: Clinic, lakeside: Clinic) -> None:
    other = make_patient(lakeside, given="Mary", family="Stone", record_number="RV000001")
    assert load(team, row()).new == 1
    other.refresh_from_db()
    assert (other.full_name, other.history.count()) == ("Mary Stone", 1)


def test_an_injector_of_another_clinic_is_not_known_here(riverside: Clinic, lakeside: Clinic) -> None:
    make_injector(lakeside, "Dr Osei", email="osei@riverside.example")
    assert [fault.field for fault in load(riverside, row()).faults] == ["injector"]


def test_a_day_is_the_day_at_the_clinic(lakeside: Clinic) -> None:
    make_injector(lakeside, "Dr Osei", email="osei@riverside.example")
    after_midnight_in_london = dt.datetime(2026, 11, 24, 1, tzinfo=dt.UTC)
    report = load(lakeside, row(phone="", last_injection_on="2026-11-24"), at=after_midnight_in_london)
    assert [fault.field for fault in report.faults] == ["last_injection_on"]


@pytest.mark.parametrize("end", [(IntegrityError, UniqueViolation), (OperationalError, DeadlockDetected)])
def test_a_clash_with_somebody_elses_change_is_said_in_words_and_keeps_nothing(
    team: Clinic, monkeypatch: pytest.MonkeyPatch, end: tuple[type[Exception], type[Exception]]
) -> None:
    def clash(*_args: object, **_options: object) -> None:
        raise end[0] from end[1]()

    monkeypatch.setattr(load_module, "write", clash)
    with pytest.raises(Collision, match=r"Nothing was written\. Try again\."):
        load(team, row())
    assert not Patient.objects.exists()


def test_who_was_changed_since_the_row_was_compared_with_them_is_left_as_they_are(
    team: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    load(team, row())

    def a_moment_later(*changes: Any, **options: Any) -> None:
        change_patient(patient=maria(), values={"given_name": "Mary"}, by=None, at=NOW)
        write(*changes, **options)

    monkeypatch.setattr(load_module, "write", a_moment_later)
    with pytest.raises(Collision, match=r"Nothing was written\. Try again\."):
        load(team, row(phone="07700 900124"))
    assert contact("sms").address == "+447700900123"
