"""How a person can be reached, and what they allowed."""

import datetime as dt
from dataclasses import dataclass

from django.db import transaction

from clinic import audit
from clinic.models import AuditEntry, User
from patients.actions.search_text import refresh_search
from patients.models import Channel, ContactPoint, Patient
from patients.models.contact import clean_address

# How somebody agreed to messages, or stopped them.
ASKED_BY_STAFF = "asked by staff"
TOLD_STAFF = "told staff"
BY_TEXT = "by text message"


@dataclass(frozen=True)
class TypedAddress:
    """A phone number or an email address as staff typed it, and what is ticked beside it; ``ticked_before`` as they found it."""

    channel: Channel
    address: str
    agrees: bool
    ticked_before: bool
    works_again: bool


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
    consent it has, and stays stopped when consent was withdrawn after the moment at which it is said to be given.
    Nothing is written when nothing differs. Raises ValidationError in words for an address that is none.
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
        _forget_consent(point)
    given_at = consented_at or at
    agreed = bool(consent_source) and _is_news(point, given_at)
    if agreed:
        _forget_withdrawal(point)
        point.consented_at, point.consent_source, point.consented_by = given_at, consent_source, by
    if moved or agreed:
        _save(point, by=by, at=at)
    return point


def write_typed(typed: TypedAddress, *, patient: Patient, by: User, at: dt.datetime) -> None:
    """Write one address with its consent. A tick that was taken away stops it; one that never was says nothing."""
    channel, source = typed.channel, ASKED_BY_STAFF if typed.agrees else ""
    set_contact(patient=patient, channel=channel, address=typed.address, by=by, at=at, consent_source=source)
    if typed.ticked_before and not typed.agrees:
        withdraw_consent(patient=patient, channel=channel, source=TOLD_STAFF, by=by, at=at)
    if typed.works_again:
        try_again(patient=patient, channel=channel, by=by, at=at)


@transaction.atomic
def withdraw_consent(*, patient: Patient, channel: str, source: str, by: User | None, at: dt.datetime) -> bool:
    """Stop messages to a channel from now on, also where nobody had agreed yet; ``source`` says how it was asked for.

    Visits stay as they are. Returns False when there is no address, or it was stopped before.
    """
    stored = ContactPoint.objects.select_for_update()
    point = stored.filter(patient=patient, channel=channel, withdrawn_at__isnull=True).first()
    if point is None:
        return False
    _withdraw(point, source, by=by, at=at)
    return True


@transaction.atomic
def pass_on_refusals(*, patient: Patient, into: Patient, by: User, at: dt.datetime) -> None:
    """Stop what a person stopped on one record also on the one it is joined with, where that has the same address.

    Consent that was given later stands.
    """
    for said in ContactPoint.objects.filter(patient=patient, withdrawn_at__isnull=False):
        same = ContactPoint.objects.filter(patient=into, channel=said.channel, address=said.address)
        point = same.filter(withdrawn_at__isnull=True).first()
        if point is None or (point.consented_at and said.withdrawn_at and point.consented_at > said.withdrawn_at):
            continue
        point.withdrawn_at, point.withdrawn_by = said.withdrawn_at, said.withdrawn_by
        point.withdrawn_source = said.withdrawn_source
        _save(point, by=by, at=at)


@transaction.atomic
def stop_number(*, number: str, source: str, by: User | None, at: dt.datetime) -> list[ContactPoint]:
    """Stop texts to a number for everybody who has it, at every clinic; return what was not stopped before.

    Whoever of a family writes STOP has the phone in hand: the next text to any of them would reach the same person.
    """
    points = ContactPoint.objects.of_number(number).filter(withdrawn_at__isnull=True)
    stopped = list(points.select_for_update().order_by("pk"))
    for point in stopped:
        _withdraw(point, source, by=by, at=at)
    return stopped


@transaction.atomic
def flag_dead(*, point: ContactPoint, reason: str, at: dt.datetime) -> bool:
    """Note that an address takes no messages, unless it was changed since; return whether it is news."""
    stored = ContactPoint.objects.select_for_update().filter(pk=point.pk, address=point.address).first()
    if stored is None or stored.failed_at:
        return False
    stored.failed_at, stored.failed_reason = at, reason
    _save(stored, by=None, at=at)
    return True


@transaction.atomic
def try_again(*, patient: Patient, channel: str, by: User | None, at: dt.datetime) -> bool:
    """Let an address that was taken for dead be written to again: the phone was off, the mailbox is empty again."""
    stored = ContactPoint.objects.select_for_update()
    point = stored.filter(patient=patient, channel=channel, failed_at__isnull=False).first()
    if point is None:
        return False
    point.failed_at, point.failed_reason = None, ""
    _save(point, by=by, at=at)
    return True


def _is_news(point: ContactPoint, given_at: dt.datetime) -> bool:
    """Return whether consent given at a moment changes anything: what was withdrawn later stays withdrawn."""
    if point.withdrawn_at is not None:
        return given_at > point.withdrawn_at
    return point.consented_at is None


def _forget_consent(point: ContactPoint) -> None:
    point.consented_at, point.consent_source, point.consented_by = None, "", None
    point.failed_at, point.failed_reason = None, ""
    _forget_withdrawal(point)


def _forget_withdrawal(point: ContactPoint) -> None:
    point.withdrawn_at, point.withdrawn_source, point.withdrawn_by = None, "", None


def _withdraw(point: ContactPoint, source: str, *, by: User | None, at: dt.datetime) -> None:
    point.withdrawn_at, point.withdrawn_source, point.withdrawn_by = at, source, by
    _save(point, by=by, at=at)


def _save(point: ContactPoint, *, by: User | None, at: dt.datetime) -> None:
    audit.save_as(point, by=by, at=at)
    _settle(point.patient, by=by, at=at)


def _remove(point: ContactPoint, *, by: User | None, at: dt.datetime) -> None:
    audit.delete_as(point, by=by, at=at)
    _settle(point.patient, by=by, at=at)


def _settle(patient: Patient, *, by: User | None, at: dt.datetime) -> None:
    refresh_search(patient)
    audit.record(
        clinic=patient.clinic, by=by, at=at, action=AuditEntry.Action.CHANGE, kind="contact", subject=patient.uid
    )
