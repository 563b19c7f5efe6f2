"""Lines of a person's record that staff keep: preventives, acute medicines, authorizations."""

import datetime as dt

from django.db import transaction

from clinic import audit
from clinic.models import AuditEntry, User
from patients.actions.holding import hold_to_write
from patients.models import AcuteMedication, Authorization, PreventiveTrial

Line = PreventiveTrial | AcuteMedication | Authorization


def hold_line(line: Line) -> None:
    """Read a line as it is now, and let nobody else change the person's lines before the transaction ends.

    Raises PermissionDenied for a person who was erased.
    """
    patient = line.patient
    hold_to_write(patient)
    if not line._state.adding:
        line.refresh_from_db()
        line.patient, line.clinic = patient, patient.clinic  # read just now: no question for each


@transaction.atomic
def save_line(*, line: Line, by: User, at: dt.datetime) -> None:
    """Store a new or changed line with its history, of a person who is held (`hold_line`).

    A new one that says what another says already is kept once: a form that came twice would count its days twice.
    """
    if line._state.adding and _stands_already(line):
        return
    action = AuditEntry.Action.CREATE if line._state.adding else AuditEntry.Action.CHANGE
    audit.save_as(line, by=by, at=at)
    _trace(line, action, by=by, at=at)


def _stands_already(line: Line) -> bool:
    others = type(line)._default_manager.filter(patient=line.patient_id)
    return any(_said(other) == _said(line) for other in others)


def _said(line: Line) -> dict[str, object]:
    """Return all that a line says, and whether it was taken off the list."""
    names = [field.attname for field in line._meta.concrete_fields if field.name not in {"id", "uid"}]
    return {name: getattr(line, name) for name in names}


@transaction.atomic
def remove_line(*, line: PreventiveTrial | AcuteMedication, by: User, at: dt.datetime) -> None:
    """Take a line off the list; what it said stays in its history."""
    hold_line(line)
    if line.removed_at:  # pressed twice: the first one did it
        return
    line.removed_at = at
    audit.save_as(line, by=by, at=at)
    _trace(line, AuditEntry.Action.CHANGE, by=by, at=at)


@transaction.atomic
def restore_line(*, line: PreventiveTrial | AcuteMedication, by: User, at: dt.datetime) -> None:
    """Put a line back on the list, unless the same was written down anew meanwhile: its days would count double."""
    hold_line(line)
    if line.removed_at is None:  # pressed twice: the first one did it
        return
    line.removed_at = None
    if _stands_already(line):
        return
    audit.save_as(line, by=by, at=at)
    _trace(line, AuditEntry.Action.CHANGE, by=by, at=at)


def _trace(line: Line, action: AuditEntry.Action, *, by: User, at: dt.datetime) -> None:
    kind = str(line._meta.verbose_name)
    audit.record(clinic=line.clinic, by=by, at=at, action=action, kind=kind, subject=line.uid)
