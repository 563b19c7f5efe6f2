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


def _take_back_note(patient: Patient, by: User, at: dt.datetime) -> None:
    """Take what the record brought out of the notes of those that it was joined with, unless somebody has changed it since.

    The allergy is of another person after all, and whoever injects would go by it. It stays where another record that
    is joined with them says the same.
    """
    note = patient.safety_note
    for kept in joining.holders(patient) if note else ():
        others = joining.joined_with(kept).exclude(pk=patient.pk)  # the one before it among them, as it says now
        said_too = any(note in other.safety_note for other in others)
        without = _without(kept.safety_note, note)
        if without != kept.safety_note and _came_with_another(kept, note) and not said_too:
            kept.safety_note = without
            save_as(kept, by=by, at=at)


def _came_with_another(kept: Patient, note: str) -> bool:
    """Return whether a note came to the record that stayed when another was joined with it, and nobody wrote one there since."""
    joins = joining.moments(kept)
    said, came = "", False
    for now_said, at in kept.history.order_by("history_id").values_list("safety_note", "history_date"):
        if at in joins and note in now_said and note not in said:
            came = True
        elif now_said != said and at not in joins:
            came = False
        said = now_said
    return came


def _without(note: str, other: str) -> str:
    """Return a note without another that was added to it as a whole."""
    return f"; {note}; ".replace(f"; {other}; ", "; ").removeprefix("; ").removesuffix("; ")


def _both(note: str, other: str) -> str:
    return "; ".join(filter(None, (note, other)))


@transaction.atomic
def reopen_record(*, patient: Patient, by: User, at: dt.datetime) -> None:
    """Take a closing back that was a mistake. Courses that ended with it stay ended, and what was refused stays refused.

    Raises PermissionDenied for a person who was erased: nobody is left to treat.
    """
    # What it was joined with as well, as all were held to join them, and the others whose lines may count instead.
    kept = joining.holders(patient)
    hold(patient, *kept, *(other for one in kept for other in joining.joined_with(one).exclude(pk=patient.pk)))
    if patient.erased:
        raise PermissionDenied
    joining.give_back(patient=patient, by=by, at=at)
    _take_back_note(patient, by, at)
    _write(patient, "", None, None, by, at)


def _write(patient: Patient, closed: str, on: dt.date | None, into: Patient | None, by: User, at: dt.datetime) -> None:
    patient.closed, patient.closed_on, patient.merged_into = closed, on, into
    save_as(patient, by=by, at=at)
    audit.record(
        clinic=patient.clinic, by=by, at=at, action=AuditEntry.Action.CHANGE, kind="patient", subject=patient.uid
    )
