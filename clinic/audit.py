"""Leaving a trace: what every view and action calls that reads or changes a person's record."""

import datetime as dt
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

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


def list_shown(request: Any, kind: str, rows: int) -> None:
    """Note that a member of staff was shown a list of people."""
    _shown(request, kind, rows=rows)


def people_shown(request: Any, kind: str, people: Sequence[uuid.UUID]) -> None:
    """Note that a member of staff was shown some people: one alone is a look at that person, several are a list."""
    if len(people) == 1:
        _shown(request, kind, subject=people[0])
    else:
        list_shown(request, kind, len(people))


def _shown(request: Any, kind: str, **what: Any) -> None:
    read = AuditEntry.Action.READ
    record(clinic=request.clinic, by=request.user, at=timezone.now(), action=read, kind=kind, **what)
