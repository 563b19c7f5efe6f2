"""A message that is written once, to one person or several: through the same ledger as every other."""

import datetime as dt
import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from clinic import audit, message_hours
from clinic.models import AuditEntry, Clinic, User
from clinic.undo_time import undo_time
from patients.models import Channel, ContactPoint, Patient
from reminders import defaults, timing
from reminders.models import Kind, OneOff, Reminder, ReminderRule, State
from reminders.planning.channel import best_channel, reachable, unreachable_words
from reminders.texting import SPACING, TAKEN_BACK, TODAY_ALREADY, USEFUL_DAYS

CLOSED = "The record is closed"
NOTHING = "No phone number and no email address"


class SentBefore(Exception):
    """The form went out before, with other words, or was taken back: it is another message now."""


@dataclass(frozen=True)
class Recipient:
    """One person: the channel their message takes, or why there is none. ``note`` is what the sender should know."""

    patient: Any
    channel: Channel
    obstacle: str = ""
    note: str = ""


def recipients(*, clinic: Clinic, people: Collection[uuid.UUID], now: dt.datetime) -> list[Recipient]:
    """Return the chosen people of a clinic by name (four queries, whatever their number)."""
    rule = defaults.rule_of(clinic, Kind.ONE_OFF)
    chosen: Any = Patient.objects.filter(clinic=clinic, uid__in=people)
    rows = chosen.select_related("clinic").annotate(**reachable())
    points: dict[int, list[ContactPoint]] = {}
    for point in ContactPoint.objects.filter(clinic=clinic, patient__in=chosen.order_by().values("pk")).order_by(
        "-channel"
    ):
        points.setdefault(point.patient_id, []).append(point)
    sent_today = Reminder.objects.filter(
        clinic=clinic,
        patient__in=chosen.order_by().values("pk"),
        channel=Channel.SMS,
        state=State.SENT,
        closed_at__gte=timing.day_start(now, clinic.zone),
    )
    told = set(sent_today.values_list("patient_id", flat=True))
    order = rows.order_by("family_name", "given_name", "pk")
    return [_recipient(one, rule.channels, points.get(one.pk, []), told) for one in order]


def _recipient(patient: Any, order: Sequence[Channel], points: list[ContactPoint], told: set[int]) -> Recipient:
    channel, usable = best_channel(patient, order)
    if patient.closed:
        return Recipient(patient, channel, CLOSED)
    if not usable:
        troubles = [point.trouble for point in points if point.trouble and (not order or point.channel in order)]
        return Recipient(patient, channel, ", ".join(troubles) or (unreachable_words(order) if points else NOTHING))
    waits = channel == Channel.SMS and patient.pk in told
    return Recipient(patient, channel, note=f"{TODAY_ALREADY}: this one waits until tomorrow" if waits else "")


@transaction.atomic
def send(
    *, clinic: Clinic, people: Collection[uuid.UUID], uid: uuid.UUID, subject: str, body: str, by: User, at: dt.datetime
) -> tuple[OneOff, list[Recipient]]:
    """Plan the message to everybody who can be written to; return it and all who were chosen, the others with why not.

    They wait for the undo time and leave one after the other. The same ``uid`` sent twice sends once; raises SentBefore
    when that is not what is asked for.
    """
    fresh = OneOff(clinic=clinic, uid=uid, subject=subject, body=body, made_at=at, made_by=by)
    OneOff.objects.bulk_create([fresh], ignore_conflicts=True)
    one_off = OneOff.objects.filter(uid=uid, clinic=clinic).first()
    if one_off is None:  # of another clinic: somebody made it up
        raise SentBefore
    taken_back = Reminder.objects.filter(one_off=one_off, state=State.CANCELLED, reason=TAKEN_BACK)
    if (one_off.subject, one_off.body) != (subject, body) or taken_back.exists():
        raise SentBefore
    rule = defaults.rule_of(clinic, Kind.ONE_OFF)
    chosen = recipients(clinic=clinic, people=people, now=at)
    # By whichever channel: it may be another one by now.
    written_to = set(Reminder.objects.filter(one_off=one_off).values_list("patient", flat=True))
    reached = [one for one in chosen if not one.obstacle and one.patient.pk not in written_to]
    Reminder.objects.bulk_create(
        [_reminder(one, rule, one_off, place, at) for place, one in enumerate(reached)], ignore_conflicts=True
    )
    audit.record(
        clinic=clinic, by=by, at=at, action=AuditEntry.Action.CREATE, kind="texts", subject=uid, rows=len(reached)
    )
    return one_off, chosen


def _reminder(one: Recipient, rule: ReminderRule, one_off: OneOff, place: int, at: dt.datetime) -> Reminder:
    zone = one.patient.zone
    begins = message_hours.next_allowed(at + undo_time(), zone)
    day = at.astimezone(zone).date() + dt.timedelta(days=USEFUL_DAYS)
    return Reminder(
        clinic_id=rule.clinic_id,
        rule=rule,
        patient=one.patient,
        one_off=one_off,
        occasion=f"one-off {one_off.uid}",
        batch=one_off.uid,
        channel=one.channel,
        due_at=message_hours.next_allowed(begins + place * SPACING, zone),
        useful_until=timing.at_local(day, message_hours.QUIET_FROM, zone),
        created_at=at,
    )
