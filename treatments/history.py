"""The history of a visit: a line for each step, written in the transaction of the step. Undo, messages and webhooks read it."""

import datetime as dt
from typing import Any

from django.db.models import DateTimeField, DurationField, Exists, ExpressionWrapper, OuterRef, Q, Value

from clinic import audit
from clinic.inserting import Insert
from clinic.models import AuditEntry, User
from clinic.undo_time import undo_time
from treatments.conflicts import Stale
from treatments.models import SessionEvent, Status, TreatmentSession

_EVENT = Insert(SessionEvent)


def note_change(
    changed: int,
    session: TreatmentSession,
    kind: SessionEvent.Kind,
    by: User | None,
    at: dt.datetime,
    reason: str,
    before: dict[str, Any],
    after: dict[str, Any],
) -> TreatmentSession:
    """Write the line of history when the update found its row, else say that somebody was faster."""
    if not changed:
        raise Stale(TreatmentSession.objects.get(pk=session.pk))
    session.refresh_from_db()
    note(session, kind, by, at, reason=reason.strip(), before=before, after=after)
    return session


def note(session: TreatmentSession, kind: SessionEvent.Kind, by: User | None, at: dt.datetime, **more: Any) -> None:
    """Write a line of history, and leave it on the session: whoever took the step is offered to undo it."""
    event = SessionEvent(clinic_id=session.clinic_id, session=session, at=at, by=by, kind=kind, **more)
    audit.record(
        clinic=session.clinic_id,
        by=by,
        at=at,
        action=AuditEntry.Action.CREATE if kind == SessionEvent.Kind.BOOKED else AuditEntry.Action.CHANGE,
        kind="session",
        subject=session.uid,
        reason=kind,
        beside=(_EVENT, event),
    )
    session.last_step = event


def called_off() -> Q:
    """Return the condition that a visit was cancelled; a booking that was undone at once never was one.

    So says what its person is told as well: nothing, when it ends within the time of undo. One that was brought back
    since is a visit as any other.
    """
    undo = Value(undo_time(), DurationField())
    just_booked = SessionEvent.objects.filter(
        session=OuterRef("session"),
        kind=SessionEvent.Kind.BOOKED,
        at__gte=ExpressionWrapper(OuterRef("at") - undo, output_field=DateTimeField()),
    )
    brought_back = SessionEvent.objects.filter(
        session=OuterRef("session"), pk__gt=OuterRef("pk"), after__status=Status.BOOKED
    )
    undone = SessionEvent.objects.filter(
        Exists(just_booked),
        ~Exists(brought_back),
        session=OuterRef("pk"),
        kind=SessionEvent.Kind.STATUS,
        after__status=Status.CANCELLED,
    )
    return Q(status=Status.CANCELLED) & ~Q(Exists(undone))
