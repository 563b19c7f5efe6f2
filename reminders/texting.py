"""Texts that the desk sends from the recall list: who can be written to, who cannot and why, sending, taking back."""

import datetime as dt
import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Min, QuerySet

from clinic import audit, message_hours
from clinic.models import AuditEntry, Clinic, User
from clinic.undo_time import undo_time
from patients.models import Channel, ContactPoint
from reminders import defaults, timing
from reminders.channels.silent import NO_TEXTS
from reminders.models import Reminder, ReminderRule, State
from reminders.planning.channel import best_channel, reachable, unreachable_words
from treatments.models import ContactAttempt, Course
from treatments.recall import contact, lists

# A clinic's line is not flooded when many call back, and a gateway is not either.
SPACING = dt.timedelta(seconds=20)
USEFUL_DAYS = 2
NOT_LISTED = "Not on the recall list any more: booked, snoozed or ended meanwhile"
WILL_BE_CALLED = "Asked for a visit before their time and was told that you call: book one, or call them"
TODAY_ALREADY = "Had a message from us today"
TAKEN_BACK = "Taken back"


@dataclass(frozen=True)
class Recipient:
    """One ticked person: the channel their message takes, or why there is none."""

    course: Any
    channel: Channel
    obstacle: str = ""


def recipients(*, clinic: Clinic, courses: Collection[uuid.UUID], now: dt.datetime) -> list[Recipient]:
    """Return the ticked people of a clinic in the order of the list (eight queries at most, whatever their number)."""
    today = clinic.date_at(now)
    ticked: Any = Course.objects.filter(clinic=clinic, uid__in=courses)
    rows = list(
        ticked.with_due()
        .select_related("patient__clinic", "clinic")
        .annotate(**reachable("patient"))
        .order_by("next_due_on", "pk")
    )
    listed, asking = set(ticked.to_recall(today).values_list("pk", flat=True)), lists.asking(clinic, today)
    not_due = {one.pk: WILL_BE_CALLED if one.pk in asking else NOT_LISTED for one in rows if one.pk not in listed}
    told = _told_today(clinic, ticked, now)
    points = _phones(clinic, ticked)
    rule = ReminderRule.objects.filter(clinic=clinic, kind=ReminderRule.Kind.ASKED).first()
    order = rule.channels if rule else ()
    return [_recipient(course, order, not_due, told, points.get(course.patient_id)) for course in rows]


def _recipient(
    course: Any, order: Sequence[Channel], not_due: dict[int, str], told: set[int], phone: ContactPoint | None
) -> Recipient:
    channel, usable = best_channel(course, order)
    if course.pk in not_due:
        return Recipient(course, channel, not_due[course.pk])
    if course.patient_id in told:
        return Recipient(course, channel, TODAY_ALREADY)
    return Recipient(course, channel, "" if usable else _why_unreachable(phone, order))


def _why_unreachable(phone: ContactPoint | None, order: Sequence[Channel]) -> str:
    if order and Channel.SMS not in order:
        return unreachable_words(order)
    if not settings.SEND_TEXTS:
        return NO_TEXTS
    if phone is None:
        return "No phone number"
    if phone.failed_at:
        return "The phone number does not work"
    return "They do not want messages" if phone.withdrawn_at else "No consent to messages"


def _phones(clinic: Clinic, courses: QuerySet[Course]) -> dict[int, ContactPoint]:
    people = courses.order_by().values("patient_id")
    points = ContactPoint.objects.filter(clinic=clinic, patient__in=people, channel=Channel.SMS)
    return {point.patient_id: point for point in points}


def _told_today(clinic: Clinic, courses: QuerySet[Course], now: dt.datetime) -> set[int]:
    """Return the patients who were sent something today, or are about to be because the desk asked for it."""
    people = courses.order_by().values("patient_id")
    mine = Reminder.objects.filter(clinic=clinic, patient__in=people)
    sent = mine.filter(state=State.SENT, closed_at__gte=timing.day_start(now, clinic.zone))
    asked = mine.filter(asked_on=clinic.date_at(now)).exclude(state=State.CANCELLED)
    return set((sent | asked).values_list("patient_id", flat=True))


@transaction.atomic
def send(*, clinic: Clinic, courses: Collection[uuid.UUID], by: User, at: dt.datetime) -> tuple[uuid.UUID, int]:
    """Plan one message to each ticked person who can be written to; return the batch and how many there are.

    They wait for the undo time, leave one after the other, and each is a try on the recall list.
    """
    batch, rule = uuid.uuid4(), defaults.rule_of(clinic, ReminderRule.Kind.ASKED)
    planned = 0
    for one in recipients(clinic=clinic, courses=courses, now=at):
        if not one.obstacle and _plan(one, rule, batch, planned, at):
            contact.log_attempt(course=one.course, outcome=ContactAttempt.Outcome.TEXTED, by=by, at=at)
            planned += 1
    audit.record(
        clinic=clinic, by=by, at=at, action=AuditEntry.Action.CREATE, kind="texts", subject=batch, rows=planned
    )
    return batch, planned


def _plan(one: Recipient, rule: ReminderRule, batch: uuid.UUID, place: int, at: dt.datetime) -> bool:
    """Write the message down; False when another desk did a moment ago."""
    zone, awake = rule.clinic.zone, one.course.patient.zone
    today = at.astimezone(zone).date()
    begins = message_hours.next_allowed(at + undo_time(), awake)
    reminder = Reminder(
        clinic_id=rule.clinic_id,
        rule=rule,
        patient_id=one.course.patient_id,
        course_id=one.course.pk,
        due_date=one.course.next_due_on,
        asked_on=today,
        batch=batch,
        channel=one.channel,
        due_at=message_hours.next_allowed(begins + place * SPACING, awake),
        useful_until=timing.at_local(today + dt.timedelta(days=USEFUL_DAYS), message_hours.QUIET_FROM, zone),
        created_at=at,
    )
    try:
        with transaction.atomic():
            reminder.save()
    except IntegrityError:
        return False
    return True


def leaves(batch: uuid.UUID, clinic: Clinic, now: dt.datetime) -> str:
    """Return when the first message of a batch leaves, in words for whoever asked for it."""
    first = Reminder.objects.filter(clinic=clinic, batch=batch).aggregate(at=Min("due_at"))["at"]
    return message_hours.leaving_words(first, now, clinic.zone)


def waits_until(clinic: Clinic, now: dt.datetime) -> dt.datetime | None:
    """Return the morning for which a message written now waits, None when it leaves once it can no longer be undone."""
    ready = now + undo_time()
    first = message_hours.next_allowed(ready, clinic.zone)
    return first if first > ready else None


@transaction.atomic
def take_back(*, batch: uuid.UUID, clinic: Clinic, by: User, at: dt.datetime) -> int:
    """Stop the messages of a batch that have not left; their people are back on the list. Returns how many."""
    waiting = Reminder.objects.filter(clinic=clinic, batch=batch, state=State.WAITING).select_related("course__clinic")
    stopped = 0
    for reminder in waiting:
        still = Reminder.objects.filter(pk=reminder.pk, state=State.WAITING)
        if still.update(state=State.CANCELLED, reason=TAKEN_BACK, closed_at=at):
            if reminder.course:
                contact.take_back_text(course=reminder.course, by=by, at=at)
            stopped += 1
    audit.record(
        clinic=clinic, by=by, at=at, action=AuditEntry.Action.CHANGE, kind="texts", subject=batch, rows=stopped
    )
    return stopped
