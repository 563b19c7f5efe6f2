"""A text message comes in: store it once, do what it plainly asks for, leave the rest to staff."""

import datetime as dt
import hashlib
import logging
from dataclasses import dataclass

from django.conf import settings
from django.db import IntegrityError, transaction

from clinic.models import Clinic
from patients.models import Channel, ContactPoint, Patient
from patients.models.contact import is_e164, number_as_stored
from reminders.inbound import acting
from reminders.inbound.grammar import read
from reminders.models import InboundMessage, Reminder, State
from reminders.models.inbound import LONGEST_ID, LONGEST_SENDER, LONGEST_TEXT

logger = logging.getLogger(__name__)

BROKEN = "A fault in this software: nothing was done about it yet"


@dataclass(frozen=True)
class Arrived:
    """What the gateway handed over."""

    gateway_id: str
    sender: str
    body: str
    pictures: int = 0


@transaction.atomic
def take(arrived: Arrived, *, now: dt.datetime) -> str:
    """Store a text and act on it; return what to answer at once, nothing for most. A second hand-over changes nothing."""
    sender = arrived.sender[:LONGEST_SENDER]
    if not is_e164(sender):
        sender = number_as_stored(sender, _clinic_for_strangers().country)
    clinic = _clinic_of(sender)
    people = list(_people(clinic, sender))
    message = InboundMessage(
        clinic=clinic,
        gateway_id=_as_kept(arrived.gateway_id),
        sender=sender,
        body=arrived.body[:LONGEST_TEXT],
        pictures=arrived.pictures,
        received_at=now,
        meaning=read(arrived.body[:LONGEST_TEXT]),
        patient=people[0] if len(people) == 1 else None,
    )
    if not _store(message):
        return ""
    try:
        with transaction.atomic():
            acting.act(message, people, now)
    except Exception:
        logger.exception("inbound message %s could not be worked on", message.pk)
        message.state, message.note, message.answer = InboundMessage.State.OPEN, BROKEN, ""
    message.save()
    return message.answer


def _as_kept(gateway_id: str) -> str:
    """Return a gateway's id of a text, of a longer one its digest: a text that is refused may be a STOP."""
    return gateway_id if len(gateway_id) <= LONGEST_ID else hashlib.sha256(gateway_id.encode()).hexdigest()


def _store(message: InboundMessage) -> bool:
    """Insert; False when the gateway handed it over before. Of two at once, the database lets one in."""
    try:
        with transaction.atomic():
            message.save(force_insert=True)
    except IntegrityError:
        if InboundMessage.objects.filter(gateway_id=message.gateway_id).exists():
            return False
        raise
    return True


def _clinic_of(number: str) -> Clinic:
    """Return whom the writer means: the clinic that texted them last, else one that knows the number, else the first."""
    points = ContactPoint.objects.of_number(number)
    texted = Reminder.objects.filter(channel=Channel.SMS, state=State.SENT, patient__in=points.values("patient"))
    last = texted.select_related("clinic").order_by("-closed_at", "-pk").first()
    if last is not None:
        return last.clinic
    point = points.select_related("clinic").order_by("pk").first()
    return point.clinic if point else _clinic_for_strangers()


def _clinic_for_strangers() -> Clinic:
    named = Clinic.objects.filter(slug=settings.SMS_CLINIC).first() if settings.SMS_CLINIC else None
    return named or Clinic.objects.order_by("pk")[0]


def _people(clinic: Clinic, number: str) -> list[Patient]:
    """Return who at the clinic has the number: none, one, or a family.

    Somebody who died, or a second record of one person, writes no text while there is somebody else who may have.
    """
    points = ContactPoint.objects.of_number(number).filter(clinic=clinic)
    found = [point.patient for point in points.select_related("patient__clinic").order_by("pk")]
    return [patient for patient in found if not patient.closed] or found
