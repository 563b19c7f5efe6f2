"""The database keeps the rules: whoever writes, by whatever way, on SQLite and on PostgreSQL."""

import datetime as dt
from typing import Any

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.db.models import Model

from clinic import audit
from clinic.checks import guard_names, guards_stand
from clinic.models import AuditEntry, Clinic, Injector, User
from patients.models import Patient
from tests.builders import NOW, make_course, make_injector, make_patient, make_record, make_session, sign_record
from treatments.models import SessionEvent, SessionRecord, Status, TreatmentSession

TEN = dt.datetime(2026, 11, 24, 10, 0, tzinfo=dt.UTC)
MINUTES = dt.timedelta(minutes=1)


def refused() -> Any:
    """Expect the database to say no, and go on in the test's transaction."""
    return _Refused()


class _Refused:
    def __enter__(self) -> None:
        self.savepoint = transaction.atomic()
        self.savepoint.__enter__()

    def __exit__(self, kind: Any, error: Any, trace: Any) -> bool:
        self.savepoint.__exit__(kind, error, trace)
        assert kind is not None, "the database let it through"
        return issubclass(kind, IntegrityError)


@pytest.fixture
def booked(maria: Patient, osei: Injector) -> TreatmentSession:
    """Maria's session from ten to a quarter past."""
    return make_session(make_course(maria), osei, TEN)


@pytest.fixture
def tom(riverside: Clinic) -> Patient:
    """Another patient."""
    return make_patient(riverside, "Tom", "Reid")


@pytest.mark.parametrize("offset", [-14, -1, 0, 1, 14], ids=lambda minutes: f"{minutes}min")
def test_an_injector_is_never_in_two_sessions(booked: TreatmentSession, tom: Patient, offset: int) -> None:
    other_room = make_injector(booked.clinic, "RN Bello").opening_hours.first().room  # type: ignore[union-attr]
    with refused():
        make_session(make_course(tom), booked.injector, TEN + offset * MINUTES, room=other_room)


def test_a_room_is_never_in_two_sessions(booked: TreatmentSession, tom: Patient) -> None:
    bello = make_injector(booked.clinic, "RN Bello", room=booked.room)
    with refused():
        make_session(make_course(tom), bello, TEN + 5 * MINUTES)


@pytest.mark.parametrize("offset", [-15, 15], ids=["before", "after"])
def test_sessions_may_follow_each_other_without_a_gap(booked: TreatmentSession, tom: Patient, offset: int) -> None:
    assert make_session(make_course(tom), booked.injector, TEN + offset * MINUTES).pk


@pytest.mark.parametrize("status", [Status.CANCELLED, Status.NO_SHOW])
def test_a_session_that_does_not_take_place_leaves_its_time_free(
    booked: TreatmentSession, tom: Patient, status: Status
) -> None:
    TreatmentSession.objects.filter(pk=booked.pk).update(status=status)
    assert make_session(make_course(tom), booked.injector, TEN).pk


def test_bringing_back_a_cancelled_session_is_refused_when_its_time_is_taken(
    booked: TreatmentSession, tom: Patient
) -> None:
    TreatmentSession.objects.filter(pk=booked.pk).update(status=Status.CANCELLED)
    make_session(make_course(tom), booked.injector, TEN)
    with refused():
        TreatmentSession.objects.filter(pk=booked.pk).update(status=Status.BOOKED)


def test_update_cannot_move_one_session_onto_another(booked: TreatmentSession, tom: Patient) -> None:
    later = make_session(make_course(tom), booked.injector, TEN + 60 * MINUTES)
    with refused():
        TreatmentSession.objects.filter(pk=later.pk).update(starts_at=TEN, ends_at=TEN + 15 * MINUTES)


def test_bulk_create_cannot_double_book(booked: TreatmentSession, tom: Patient) -> None:
    twin = _copy_for(make_course(tom), booked)
    with refused():
        TreatmentSession.objects.bulk_create([twin])


def test_raw_sql_cannot_double_book(booked: TreatmentSession, tom: Patient) -> None:
    later = make_session(make_course(tom), booked.injector, TEN + 60 * MINUTES)
    statement = "UPDATE treatments_treatmentsession SET starts_at = %s, ends_at = %s WHERE id = %s"
    with refused(), connection.cursor() as cursor:
        cursor.execute(statement, ["2026-11-24 10:05:00", "2026-11-24 10:20:00", later.pk])


@pytest.mark.skipif("connection.vendor == 'postgresql'", reason="PostgreSQL has a type for times")
@pytest.mark.parametrize("text", ["2026-11-24T10:05:00", "2026-11-24 10:05:00.5"])
def test_a_time_spelt_otherwise_cannot_slip_past_sqlite(booked: TreatmentSession, tom: Patient, text: str) -> None:
    later = make_session(make_course(tom), booked.injector, TEN + 60 * MINUTES)
    with refused(), connection.cursor() as cursor:
        cursor.execute("UPDATE treatments_treatmentsession SET starts_at = %s WHERE id = %s", [text, later.pk])


def test_a_session_longer_than_the_search_of_the_trigger_is_refused(booked: TreatmentSession, tom: Patient) -> None:
    with refused():
        make_session(make_course(tom), booked.injector, TEN + 600 * MINUTES, ends_at=TEN + 1081 * MINUTES)


def test_a_course_has_one_open_session(booked: TreatmentSession) -> None:
    with refused():
        make_session(booked.course, make_injector(booked.clinic, "RN Bello"), TEN + 60 * MINUTES)


def test_a_patient_has_one_open_course(maria: Patient) -> None:
    make_course(maria)
    with refused():
        make_course(maria)


def test_a_session_before_its_due_date_needs_a_reason(maria: Patient, osei: Injector) -> None:
    with refused():
        make_session(make_course(maria), osei, TEN, due_on=dt.date(2026, 11, 25))


def test_a_session_is_not_given_before_its_due_date_by_update(booked: TreatmentSession) -> None:
    with refused():
        TreatmentSession.objects.filter(pk=booked.pk).update(status=Status.DONE, given_on=dt.date(2026, 11, 23))


def test_the_audit_log_only_grows(riverside: Clinic, front_desk: User) -> None:
    entry = audit.record(clinic=riverside, by=front_desk, at=NOW, action=AuditEntry.Action.READ, kind="patient")
    with refused():
        AuditEntry.objects.filter(pk=entry.pk).update(actor=None)
    with refused():
        entry.delete()
    with refused(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM clinic_auditentry")


@pytest.mark.skipif("connection.vendor == 'postgresql'", reason="PostgreSQL has no REPLACE")
@pytest.mark.parametrize("key", ["id", "id + 1000"], ids=["same_key", "another_key"])
@pytest.mark.parametrize("model", [SessionEvent, SessionRecord], ids=lambda model: model.__name__)
def test_replace_cannot_take_the_place_of_what_is_signed_or_logged(
    booked: TreatmentSession, nurse: User, model: type[Model], key: str
) -> None:
    SessionEvent.objects.create(clinic=booked.clinic, session=booked, at=NOW, by=nurse, kind=SessionEvent.Kind.BOOKED)
    sign_record(make_record(booked), by=nurse)
    with refused():
        _replace(model, key)
    assert model._default_manager.count() == 1


@pytest.mark.skipif("connection.vendor == 'postgresql'", reason="PostgreSQL has no REPLACE")
def test_replace_cannot_take_the_place_of_an_entry_in_the_audit_log(riverside: Clinic, front_desk: User) -> None:
    audit.record(clinic=riverside, by=front_desk, at=NOW, action=AuditEntry.Action.READ, kind="patient")
    with refused():
        _replace(AuditEntry, "id")


def test_every_guard_stands_after_migrate(db: None) -> None:
    assert guards_stand(None, databases=["default"]) == []
    assert "one_session_per_injector" in guard_names()


def test_no_migration_is_missing(db: None) -> None:
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


def _replace(model: type[Model], key: str) -> None:
    """Put a row under a key in the place of those that have a value of its own which only one row may have."""
    table = model._meta.db_table
    others = ", ".join(f'"{field.column}"' for field in model._meta.concrete_fields if not field.primary_key)
    with connection.cursor() as cursor:
        cursor.execute(f'INSERT OR REPLACE INTO "{table}" (id, {others}) SELECT {key}, {others} FROM "{table}"')  # noqa: S608


def _copy_for(course: Any, session: TreatmentSession) -> TreatmentSession:
    return TreatmentSession(
        clinic=session.clinic,
        course=course,
        injector=session.injector,
        room=session.room,
        starts_at=session.starts_at,
        ends_at=session.ends_at,
        local_date=session.local_date,
        due_on=session.due_on,
        placed_at=NOW,
    )
