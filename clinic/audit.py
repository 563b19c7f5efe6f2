"""Leaving a trace: one function, called by every view and action that reads or changes a person's record."""

import datetime as dt
import uuid

from clinic.models import AuditEntry, Clinic, User


def record(
    *,
    clinic: Clinic,
    by: User | None,
    at: dt.datetime,
    action: AuditEntry.Action,
    kind: str,
    subject: uuid.UUID | None = None,
    rows: int | None = None,
) -> AuditEntry:
    """Append one entry. ``by`` is None for the system itself and for a patient who acts through a link."""
    return AuditEntry.objects.create(
        clinic=clinic, actor=by, at=at, action=action, kind=kind, subject=subject, rows=rows
    )
