"""Leaving a trace: what every view and action calls that reads or changes a person's record."""

import datetime as dt
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Protocol

from django.utils import timezone

from clinic.inserting import Insert, Row, add_together
from clinic.models import AuditEntry, Clinic, User

_ENTRY = Insert(AuditEntry)
# How many entries were written since this process, thread or task began: tells whether a page left one.
_written: ContextVar[int] = ContextVar("written", default=0)
_recording: ContextVar[bool] = ContextVar("recording", default=True)


def written() -> int:
    """Return how many entries were written here so far."""
    return _written.get()


@contextmanager
def unrecorded() -> Iterator[None]:
    """While a made-up story is told, leave no trace: what it says was done, nobody did."""
    token = _recording.set(False)
    try:
        yield
    finally:
        _recording.reset(token)


def record(
    *,
    clinic: Clinic | int,
    by: User | None,
    at: dt.datetime,
    action: AuditEntry.Action,
    kind: str,
    subject: uuid.UUID | None = None,
    rows: int | None = None,
    reason: str = "",
    beside: Row | None = None,
) -> AuditEntry:
    """Append one entry. ``by`` is None for the system itself and for a patient who acts through a link.

    ``clinic`` may be its key, where only that is at hand. ``reason`` is a code, never words. ``beside`` is a row that is
    written along, in the same statement where the engine can.
    """
    _written.set(_written.get() + 1)
    clinic_id = clinic if isinstance(clinic, int) else clinic.pk
    entry = AuditEntry(
        clinic_id=clinic_id, actor=by, at=at, action=action, kind=kind, subject=subject, rows=rows, reason=reason
    )
    add_together(*([beside] if beside else []), *([(_ENTRY, entry)] if _recording.get() else []))
    return entry


def save_as(row: Any, *, by: User | None, at: dt.datetime, fields: Sequence[str] | None = None) -> None:
    """Save a row that keeps a history, or some fields of it, with who did it (None: the system or the patient) and when."""
    row._history_user, row._history_date = by, at
    row.save(update_fields=fields)


def delete_as(row: Any, *, by: User | None, at: dt.datetime) -> None:
    """Delete a row that keeps a history, which stays, with who did it and when."""
    row._history_user, row._history_date = by, at
    row.delete()


class Looking(Protocol):
    """Who looks, and at which clinic: a request as `clinic.access.requires` hands it to a view."""

    user: User
    clinic: Clinic


def looked(
    request: Looking,
    kind: str,
    action: AuditEntry.Action = AuditEntry.Action.READ,
    *,
    subject: uuid.UUID | None = None,
    rows: int | None = None,
) -> None:
    """Note that a member of staff was shown something, or took it along: one row by its ``subject``, a list by its ``rows``."""
    at = timezone.now()
    record(clinic=request.clinic, by=request.user, at=at, action=action, kind=kind, subject=subject, rows=rows)


def looked_at_people(request: Looking, kind: str, people: Sequence[uuid.UUID]) -> None:
    """Note that a member of staff was shown some people: one alone is a look at that person, several are a list."""
    if len(people) == 1:
        looked(request, kind, subject=people[0])
    else:
        looked(request, kind, rows=len(people))
