"""Closing the record of somebody who died, or that turned out to be a second record of one person."""

import datetime as dt

from django.core.exceptions import PermissionDenied
from django.db import transaction

from clinic import audit
from clinic.audit import save_as
from clinic.models import AuditEntry, User
from patients.actions import joining
from patients.actions.holding import hold
from patients.models import Patient


@transaction.atomic
def close_record(
    *, patient: Patient, closed: Patient.Closed, on: dt.date, by: User, at: dt.datetime, into: Patient | None = None
) -> None:
    """Write down that nobody is treated or written to under this record any more. What it says stays readable."""
    hold(patient)
    _write(patient, closed, on, into, by, at)
    if into is None:
        return
    joining.pass_on(patient=patient, into=into, by=by, at=at)
    if patient.safety_note and patient.safety_note not in into.safety_note:
        _pass_on_note(patient, into, by, at)


def _pass_on_note(patient: Patient, into: Patient, by: User, at: dt.datetime) -> None:
    """Put an allergy or safety note on the record that stays, held by the caller: whoever injects reads only that one."""
    into.safety_note = _both(into.safety_note, patient.safety_note)
    save_as(into, by=by, at=at)


def _take_back_note(patient: Patient, kept: Patient, by: User, at: dt.datetime) -> None:
    """Give the record that stayed the note that it had, unless somebody has written another since.

    The allergy is of another person after all, and whoever injects would go by it.
    """
    rows = kept.history.order_by("-history_id")
    joined = rows.filter(history_date=joining.joined_at(patient)).first()
    before = rows.filter(history_id__lt=joined.history_id).first() if joined else None
    passed_on = before and _both(before.safety_note, patient.safety_note) == joined.safety_note
    if before and passed_on and before.safety_note != joined.safety_note == kept.safety_note:
        kept.safety_note = before.safety_note
        save_as(kept, by=by, at=at)


def _both(note: str, other: str) -> str:
    return "; ".join(filter(None, (note, other)))


@transaction.atomic
def reopen_record(*, patient: Patient, by: User, at: dt.datetime) -> None:
    """Take a closing back that was a mistake. Courses that ended with it stay ended, and what was refused stays refused.

    Raises PermissionDenied for a person who was erased: nobody is left to treat.
    """
    # The record that it was joined with as well, as both were held to join them.
    hold(*filter(None, (patient, patient.merged_into)))
    if patient.erased:
        raise PermissionDenied
    joining.give_back(patient=patient, by=by, at=at)
    if patient.merged_into:
        _take_back_note(patient, patient.merged_into, by, at)
    _write(patient, "", None, None, by, at)


def _write(patient: Patient, closed: str, on: dt.date | None, into: Patient | None, by: User, at: dt.datetime) -> None:
    patient.closed, patient.closed_on, patient.merged_into = closed, on, into
    save_as(patient, by=by, at=at)
    audit.record(
        clinic=patient.clinic, by=by, at=at, action=AuditEntry.Action.CHANGE, kind="patient", subject=patient.uid
    )
