"""Writing down botulinum toxin that a person had elsewhere."""

import datetime as dt
import uuid as uuids

from django.db import transaction

from clinic import audit
from clinic.access import Capability, allows
from clinic.models import AuditEntry, User
from clinic.undo_time import undo_time, undo_words
from patients.actions.holding import hold, hold_to_write
from patients.models import Patient
from treatments.models import OutsideDose


class Refused(Exception):
    """It cannot be written down so; the text says why, for the reader."""


class SentBefore(Exception):
    """This form was kept before, and is not what it says now, or was taken off the list since."""


_DOSE = ("given_on", "same_product", "product", "units")
# What a form says. Sent again with the same it was sent twice; with another it is a new choice.
_SAID = ("patient_id", *_DOSE, "reason", "removed_at")


@transaction.atomic
def tell_dose(
    *,
    uid: uuids.UUID,
    patient: Patient,
    given_on: dt.date,
    same_product: bool,
    product: str,
    units: int | None,
    reason: str,
    by: User,
    at: dt.datetime,
) -> OutsideDose:
    """Keep a dose that was given elsewhere: units of another product as told, never converted; None where nobody knows them.

    The same ``uid`` sent twice is kept once; raises SentBefore when that is not what is said now.
    """
    if not allows(by, patient.clinic, Capability.INJECT):
        raise Refused("Your role may not write down doses.")
    if given_on > patient.clinic.date_at(at):
        raise Refused("It cannot have been given in the future.")
    if not same_product and not product.strip():
        raise Refused("Enter the name of the other product.")
    row = OutsideDose(
        clinic=patient.clinic,
        uid=uid,
        patient=patient,
        given_on=given_on,
        same_product=same_product,
        product=product.strip(),
        units=units,
        reason=reason.strip(),
        told_at=at,
        told_to=by,
    )
    hold_to_write(patient)  # of a form that is sent twice in one moment, the second finds what the first wrote
    if earlier := OutsideDose.objects.filter(uid=uid).first():
        if any(getattr(earlier, name) != getattr(row, name) for name in _SAID):
            raise SentBefore
        return earlier
    return _save(row, AuditEntry.Action.CREATE, by=by, at=at)


@transaction.atomic
def take_off(*, dose: OutsideDose, by: User, at: dt.datetime) -> OutsideDose:
    """Take a line entered by mistake off the list: it counts nowhere any more, and what it said stays."""
    if not allows(by, dose.clinic, Capability.INJECT):
        raise Refused("Your role may not take doses off the list.")
    row = OutsideDose.objects.select_for_update().get(pk=dose.pk)
    if row.removed_at:  # pressed twice: the first one did it
        return row
    row.removed_at, row.removed_by = at, by
    return _save(row, AuditEntry.Action.CHANGE, by=by, at=at)


def can_put_back(dose: OutsideDose, now: dt.datetime) -> bool:
    """Return whether a line that was taken off may come back: for as long as any other step can be undone."""
    return dose.removed_at is not None and now <= dose.removed_at + undo_time()


@transaction.atomic
def put_back(*, dose: OutsideDose, by: User, at: dt.datetime) -> OutsideDose:
    """Undo that a line was taken off: it counts from when it was told, as if it had always stood there.

    Raises Refused when it is too late, or the same was written down again, which would count twice then.
    """
    if not allows(by, dose.clinic, Capability.INJECT):
        raise Refused("Your role may not put doses on the list.")
    kept_as = dose.patient.kept_as()
    hold(dose.patient, kept_as)  # nobody writes the same down at this moment
    row = OutsideDose.objects.select_for_update().get(pk=dose.pk)
    if row.removed_at is None:  # pressed twice: the first one did it
        return row
    if not can_put_back(row, at):
        raise Refused(f"This can be undone for {undo_words()}. Write the dose down again.")
    alike = OutsideDose.objects.filter(**{name: getattr(row, name) for name in _DOSE}, removed_at__isnull=True)
    if alike.filter(patient__in=kept_as.joined(), told_at__gte=row.told_at).exists():
        raise Refused("The same dose was written down again since. It counts once, as it stands there.")
    row.removed_at = row.removed_by = None
    return _save(row, AuditEntry.Action.CHANGE, by=by, at=at)


def _save(row: OutsideDose, action: AuditEntry.Action, *, by: User, at: dt.datetime) -> OutsideDose:
    audit.save_as(row, by=by, at=at)
    audit.record(clinic=row.clinic, by=by, at=at, action=action, kind="outside dose", subject=row.uid)
    return row
