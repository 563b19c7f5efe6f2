"""Writing down botulinum toxin that a person had elsewhere."""

import datetime as dt

from django.db import transaction

from clinic import audit
from clinic.access import Capability, allows
from clinic.models import AuditEntry, User
from patients.models import Patient
from treatments.models import OutsideDose


class Refused(Exception):
    """It cannot be written down so; the text says why, for the reader."""


@transaction.atomic
def tell_dose(
    *,
    patient: Patient,
    given_on: dt.date,
    same_product: bool,
    product: str,
    units: int,
    reason: str,
    by: User,
    at: dt.datetime,
) -> OutsideDose:
    """Keep a dose that was given elsewhere. Units of another product are kept as told and never converted."""
    if not allows(by, patient.clinic, Capability.INJECT):
        raise Refused("Your role may not write down doses.")
    if given_on > at.astimezone(patient.clinic.zone).date():
        raise Refused("It cannot have been given in the future.")
    if not same_product and not product.strip():
        raise Refused("Enter the name of the other product.")
    row = OutsideDose(
        clinic=patient.clinic,
        patient=patient,
        given_on=given_on,
        same_product=same_product,
        product=product.strip(),
        units=units,
        reason=reason.strip(),
        told_at=at,
        told_to=by,
    )
    row._history_user = by  # type: ignore[attr-defined]
    row.save()
    audit.record(
        clinic=patient.clinic, by=by, at=at, action=AuditEntry.Action.CREATE, kind="outside dose", subject=row.uid
    )
    return row
