"""An INSERT of our own writes what the ORM would, on both engines."""

import datetime as dt
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from clinic.inserting import Insert, add_together
from clinic.models import AuditEntry, Clinic, Injector, User
from patients.models import Patient
from tests.builders import make_course, make_session
from treatments.models import SessionEvent, TreatmentSession

pytestmark = pytest.mark.django_db

AT = dt.datetime(2026, 9, 1, 9, 30, tzinfo=dt.UTC)


@pytest.fixture
def session(maria: Patient, osei: Injector) -> TreatmentSession:
    """A visit without a line of history."""
    return make_session(make_course(maria), osei, AT)


def event(session: TreatmentSession, by: User | None = None) -> SessionEvent:
    return SessionEvent(
        clinic=session.clinic,
        session=session,
        at=AT,
        by=by,
        kind=SessionEvent.Kind.MOVED,
        reason="Asked by telephone",
        before={"starts_at": AT, "room": 1},
        after={"words": "Zoë's “other” %s day"},
    )


def columns(row: Any) -> dict[str, Any]:
    """Return what the database holds of a row, but its key."""
    found = type(row).objects.get(pk=row.pk)
    return {
        field.attname: getattr(found, field.attname) for field in row._meta.concrete_fields if not field.primary_key
    }


def test_each_column_holds_what_the_orm_would_write(session: TreatmentSession, front_desk: User) -> None:
    ours, theirs = event(session, front_desk), event(session, front_desk)
    Insert(SessionEvent).add(ours)
    theirs.save()
    assert columns(ours) == columns(theirs)


def test_the_row_has_its_key_and_is_one_that_exists(session: TreatmentSession) -> None:
    row = event(session)
    Insert(SessionEvent).add(row)
    assert SessionEvent.objects.get(pk=row.pk).reason == "Asked by telephone"
    assert not row._state.adding


def test_what_a_constraint_forbids_is_refused(session: TreatmentSession) -> None:
    booked: dict[str, Any] = {"clinic": session.clinic, "session": session, "at": AT, "kind": SessionEvent.Kind.BOOKED}
    SessionEvent.objects.create(**booked)
    with pytest.raises(IntegrityError), transaction.atomic():
        Insert(SessionEvent).add(SessionEvent(**booked))
    assert session.events.count() == 1


def test_a_row_that_another_stands_in_the_way_of_is_skipped_where_that_is_asked(riverside: Clinic) -> None:
    twin = Clinic(name="Another", slug=riverside.slug, message_name="Another", timezone="Europe/London")
    Insert(Clinic, or_skip=True).add(twin)
    assert twin._state.adding
    assert Clinic.objects.filter(slug=riverside.slug).count() == 1


def test_rows_written_together_each_have_their_own_key(session: TreatmentSession, front_desk: User) -> None:
    trace: dict[str, Any] = {"clinic": session.clinic, "actor": front_desk, "action": AuditEntry.Action.CHANGE}
    entry, line = AuditEntry(at=AT, kind="session", subject=session.uid, **trace), event(session, front_desk)
    add_together((Insert(SessionEvent), line), (Insert(AuditEntry), entry))
    assert SessionEvent.objects.get(pk=line.pk).reason == "Asked by telephone"
    assert AuditEntry.objects.get(pk=entry.pk).subject == session.uid
    assert not line._state.adding


def test_no_rows_together_are_nothing_to_write(django_assert_num_queries: Any) -> None:
    """As where a demo is filled, which leaves no line in the log."""
    with django_assert_num_queries(0):
        add_together()
