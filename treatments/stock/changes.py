"""Receiving, discarding and recalling vials."""

import datetime as dt
import uuid
from dataclasses import dataclass

from django.db import IntegrityError, transaction

from clinic import audit
from clinic.access import Capability, allows
from clinic.models import AuditEntry, Clinic, User
from clinic.wording import day_words
from patients.models import Patient
from treatments.models import LotRecall, StockVial
from treatments.stock import use
from treatments.stock.lot_numbers import clean_lot, recalls_of


class Refused(Exception):
    """The change cannot be made; the text says why, for the reader."""


@dataclass(frozen=True)
class Delivery:
    """Vials that came together. ``owner``: the one person a pharmacy sent them for."""

    lot: str
    strength: int
    expires_on: dt.date
    number: int
    received_on: dt.date
    owner: Patient | None = None
    ndc: str = ""


@transaction.atomic
def receive(*, clinic: Clinic, delivery: Delivery, by: User, at: dt.datetime) -> list[StockVial]:
    """Put vials into stock, and count off those that sessions used before they were entered.

    Raises Refused for a lot that is empty, was recalled, or had expired on arrival, and for a day to come.
    """
    _permit(by, clinic)
    if not clean_lot(delivery.lot):
        raise Refused("Enter the lot number on the vials.")
    if delivery.expires_on < delivery.received_on:
        raise Refused(f"Lot {delivery.lot} had expired on {day_words(delivery.expires_on)}. Send it back.")
    if delivery.received_on > clinic.date_at(at):
        raise Refused("They cannot have arrived in the future.")
    _hold(clinic)
    if recalls_of(clinic.pk, [delivery.lot]):
        raise Refused(f"Lot {delivery.lot} was recalled. Set it aside and tell the supplier.")
    vials = StockVial.objects.bulk_create(
        StockVial(
            clinic=clinic,
            ndc=delivery.ndc.strip(),
            strength=delivery.strength,
            lot=clean_lot(delivery.lot),
            expires_on=delivery.expires_on,
            received_on=delivery.received_on,
            received_by=by,
            owner=delivery.owner,
        )
        for _ in range(delivery.number)
    )
    use.catch_up(vial=vials[0], by=by, at=at)
    _trace(clinic, by, at, AuditEntry.Action.CREATE, len(vials))
    return list(StockVial.objects.filter(pk__in=[vial.pk for vial in vials]))


@transaction.atomic
def discard(
    *,
    clinic: Clinic,
    lot: str,
    strength: int,
    expires_on: dt.date,
    number: int,
    reason: str,
    by: User,
    at: dt.datetime,
    owner: uuid.UUID | None = None,
) -> int:
    """Take vials of a lot out of stock unused (broken, warm, expired). Raises Refused when there are not so many.

    ``expires_on``: as it stands in the stock, where one lot may have two, one of them typed wrongly when it arrived.
    ``owner``: the person they are kept for; None: those that are for anybody.
    """
    _permit(by, clinic)
    if not reason.strip():
        raise Refused("Say why the vials are discarded.")
    found = StockVial.objects.filter(clinic=clinic, lot=lot, strength=strength, expires_on=expires_on)
    found = found.filter(state=StockVial.State.IN_STOCK)
    found = found.filter(owner__uid=owner) if owner else found.filter(owner__isnull=True)
    chosen = list(found.values_list("pk", flat=True)[:number])
    if len(chosen) < number:
        raise Refused(f"Only {len(chosen)} of lot {lot} are in stock.")
    there = use.held(StockVial.objects.filter(pk__in=chosen, state=StockVial.State.IN_STOCK))
    gone = StockVial.objects.filter(pk__in=[vial.pk for vial in there]).update(
        state=StockVial.State.DISCARDED, discard_reason=reason.strip(), settled_at=at, settled_by=by
    )
    if gone < number:
        transaction.set_rollback(True)
        raise Refused("Somebody took vials of this lot at the same moment. Nothing was changed. Look again.")
    _trace(clinic, by, at, AuditEntry.Action.CHANGE, gone)
    return gone


@transaction.atomic
def recall_lot(*, clinic: Clinic, lot: str, reason: str, by: User, at: dt.datetime) -> LotRecall:
    """Bar a lot from use, for good, and set aside what is left of it. Raises Refused when it is barred already."""
    _permit(by, clinic)
    if not clean_lot(lot) or not reason.strip():
        raise Refused("Enter the lot and what the recall says.")
    _hold(clinic)
    try:
        with transaction.atomic():
            recall = LotRecall.objects.create(
                clinic=clinic,
                lot=clean_lot(lot),
                recalled_on=clinic.date_at(at),
                reason=reason.strip(),
                recorded_at=at,
                recorded_by=by,
            )
    except IntegrityError as error:
        raise Refused(f"Lot {clean_lot(lot)} is recorded as recalled already.") from error
    left = use.held(StockVial.objects.filter(clinic=clinic, lot=clean_lot(lot), state=StockVial.State.IN_STOCK))
    aside = StockVial.objects.filter(pk__in=[vial.pk for vial in left]).update(
        state=StockVial.State.RECALLED, settled_at=at, settled_by=by
    )
    _trace(clinic, by, at, AuditEntry.Action.CHANGE, aside)
    return recall


def _hold(clinic: Clinic) -> None:
    """Let deliveries and recalls wait for one another: a vial that came at the same moment would not be set aside."""
    Clinic.objects.select_for_update(no_key=True).get(pk=clinic.pk)


def _permit(by: User, clinic: Clinic) -> None:
    if not allows(by, clinic, Capability.STOCK):
        raise Refused("Your role may not change the stock.")


def _trace(clinic: Clinic, by: User, at: dt.datetime, action: AuditEntry.Action, rows: int) -> None:
    audit.record(clinic=clinic, by=by, at=at, action=action, kind="stock", rows=rows)
