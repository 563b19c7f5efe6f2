"""How a person can be reached, and what they allowed."""

import datetime as dt

from django.db import transaction

from clinic import audit
from clinic.models import AuditEntry, User
from patients.actions.trace import refresh_search, save_as
from patients.models import ContactPoint, Patient
from patients.models.contact import clean_address


@transaction.atomic
def set_contact(
    *,
    patient: Patient,
    channel: str,
    address: str,
    by: User | None,
    at: dt.datetime,
    consent_source: str = "",
    consented_at: dt.datetime | None = None,
) -> ContactPoint | None:
    """Store the one address of a channel; an empty address removes it. Returns what is stored now.

    ``consent_source`` says where consent came from, given at ``consented_at`` (else ``at``). Consent is given for one
    address: a new address without it may not be written to, and is not known to be dead. The same address keeps the
    consent it has. Nothing is written when nothing differs. Raises ValidationError in words for an address that is none.
    """
    stored = ContactPoint.objects.select_for_update().filter(patient=patient, channel=channel).first()
    if not address.strip():
        if stored:
            _remove(stored, by=by, at=at)
        return None
    address = clean_address(channel, address.strip(), patient.clinic.country)
    point = stored or ContactPoint(clinic=patient.clinic, patient=patient, channel=channel)
    moved = point.address != address
    if moved:
        point.address = address
        point.consented_at = point.withdrawn_at = point.failed_at = None
        point.consent_source = ""
    agreed = bool(consent_source) and (point.consented_at is None or point.withdrawn_at is not None)
    if agreed:
        point.consented_at, point.consent_source, point.withdrawn_at = consented_at or at, consent_source, None
    if moved or agreed:
        _save(point, by=by, at=at)
    return point


@transaction.atomic
def withdraw_consent(*, patient: Patient, channel: str, by: User | None, at: dt.datetime) -> bool:
    """Stop messages to a channel from now on. Returns False when there was no consent to withdraw."""
    points = ContactPoint.objects.select_for_update().filter(
        patient=patient, channel=channel, consented_at__isnull=False, withdrawn_at__isnull=True
    )
    point = points.first()
    if point is None:
        return False
    point.withdrawn_at = at
    _save(point, by=by, at=at)
    return True


def _save(point: ContactPoint, *, by: User | None, at: dt.datetime) -> None:
    save_as(point, by=by, at=at)
    _settle(point.patient, by=by, at=at)


def _remove(point: ContactPoint, *, by: User | None, at: dt.datetime) -> None:
    point._history_user, point._history_date = by, at  # type: ignore[attr-defined]
    point.delete()
    _settle(point.patient, by=by, at=at)


def _settle(patient: Patient, *, by: User | None, at: dt.datetime) -> None:
    refresh_search(patient)
    audit.record(
        clinic=patient.clinic, by=by, at=at, action=AuditEntry.Action.CHANGE, kind="contact", subject=patient.uid
    )
