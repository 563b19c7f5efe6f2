"""Writing down questionnaire totals."""

import datetime as dt
from typing import Any

from django.db import transaction

from clinic import audit
from clinic.access import Capability, allows
from clinic.models import AuditEntry, User
from patients.actions.holding import hold, hold_to_write
from patients.models import Patient
from treatments.models import OutcomeScore


class Refused(Exception):
    """The numbers cannot be kept; the text says why, for the reader."""


@transaction.atomic
def record_scores(
    *, patient: Patient, taken_on: dt.date, numbers: dict[str, Any], by: User, at: dt.datetime
) -> OutcomeScore:
    """Write down what was asked on a day; the same day again changes that row and keeps what it said before."""
    if not allows(by, patient.clinic, Capability.ASSESS):
        raise Refused("Your role may not enter scores.")
    # One writer at a time: a row is written whole, and another's number of the same moment would go.
    hold_to_write(patient)
    row = OutcomeScore.objects.filter(patient=patient, taken_on=taken_on).first()
    row = row or OutcomeScore(clinic=patient.clinic, patient=patient, taken_on=taken_on)
    for name, value in numbers.items():
        if value is not None:
            setattr(row, name, value)
    # The later answer counts: a week, or that it lasted.
    if numbers.get("did_not_wear_off"):
        row.wear_off_week = None
    elif numbers.get("wear_off_week") is not None:
        row.did_not_wear_off = False
    row.entered_at, row.entered_by = at, by
    audit.save_as(row, by=by, at=at)
    audit.record(clinic=patient.clinic, by=by, at=at, action=AuditEntry.Action.CHANGE, kind="score", subject=row.uid)
    return row


def move_wear_off(*, patient: Patient, before: dt.date, taken_on: dt.date, by: User, at: dt.datetime) -> None:
    """Take what was said of wearing off to another day; questionnaires of that day stay, a row without any goes.

    Inside the caller's transaction.
    """
    hold(patient)
    row = OutcomeScore.objects.filter(patient=patient, taken_on=before).first()
    if row is None or not (row.wear_off_week or row.did_not_wear_off):
        return
    numbers = {"wear_off_week": row.wear_off_week, "did_not_wear_off": row.did_not_wear_off or None}
    record_scores(patient=patient, taken_on=taken_on, numbers=numbers, by=by, at=at)
    row.wear_off_week, row.did_not_wear_off = None, False
    audit.save_as(row, by=by, at=at)
    if not row.told:
        row.delete()
