"""The history of a visit: a line for each step, written in the transaction of the step. Undo, messages and webhooks read it."""

import datetime as dt
from typing import Any

from clinic import audit
from clinic.inserting import Insert
from clinic.models import AuditEntry, User
from treatments.conflicts import Stale
from treatments.models import SessionEvent, TreatmentSession

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
    _EVENT.add(event)
    audit.record(
        clinic=session.clinic_id,
        by=by,
        at=at,
        action=AuditEntry.Action.CREATE if kind == SessionEvent.Kind.BOOKED else AuditEntry.Action.CHANGE,
        kind="session",
        subject=session.uid,
        reason=kind,
    )
    session.last_step = event
