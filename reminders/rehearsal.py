"""What would go out until the end of tomorrow, without sending or keeping anything: planning is done and taken back."""

import datetime as dt
import logging
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from heapq import heapify, heappop, heappush
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.db.models.functions import Coalesce

from clinic import message_hours
from patients.models import Channel, ContactPoint
from reminders import timing
from reminders.dispatch import allowance, outcome
from reminders.models import Reminder, State
from reminders.planning import reconcile
from reminders.planning.apart import inside_a_transaction
from reminders.standing import left_alone_until
from reminders.watching.faults import Incomplete

logger = logging.getLogger(__name__)
DAY = dt.timedelta(days=1)

NOBODY = "nobody to write to: call"
TOO_LATE = "too late to write: call"


@dataclass(frozen=True)
class Known:
    """Where people may be written to, by person and channel, and the days on which each has or would have a text."""

    addresses: Mapping[tuple[int, str], str]
    texts: dict[int, list[dt.date]]


@dataclass(frozen=True)
class Line:
    """One message: to whom it would go and how, or why a person would have to call. ``to`` is empty where nothing reaches them."""

    clinic: str
    at: dt.datetime
    patient_id: int
    name: str
    rule: str
    how: str
    to: str


def coming(*, now: dt.datetime) -> list[Line]:
    """Return the messages of all clinics that would go out by the end of tomorrow, each on its clinic's clock, in order
    of time: those due by now, too, which leave as soon as a worker starts. Nobody is disturbed in their own quiet hours,
    and no text is one too many.
    """
    with transaction.atomic():
        with inside_a_transaction(), suppress(Incomplete):  # the log names what is left out
            reconcile(now=now)
        lines = sorted(_lines(now), key=lambda line: line.at)
        transaction.set_rollback(True)
    return lines


def leaving(reminder: Reminder, *, now: dt.datetime) -> Line | None:
    """Return how one message about a visit would leave, kept already or about to be planned (two queries).

    What else waits for the same person is not looked at: a text of that may yet take the day.
    """
    row: Any = reminder
    row.left_alone_until = None  # the desk leaves people alone whose visit is not booked
    known = _known([reminder.patient_id], Reminder.objects.filter(pk=reminder.pk), now)
    line: Line | dt.datetime | None = reminder.due_at
    while isinstance(line, dt.datetime):
        line = _line(row, line, known, now)
    return line


def _lines(now: dt.datetime) -> Iterator[Line]:
    to_come = Q(state=State.WAITING) | Q(state=State.FAILED, due_at__gt=now)
    soon = Reminder.objects.filter(to_come, due_at__lte=now + 3 * DAY)
    known = _known(soon.order_by().values("patient"), soon, now)
    # Without the notes: one that cannot be read is not asked for.
    whole = soon.select_related("clinic", "patient__clinic", "rule").defer("patient__safety_note")
    whole = whole.annotate(left_alone_until=left_alone_until())
    # What waits for another day comes after those that are due before it.
    queue = [(reminder.due_at, reminder.pk, reminder) for reminder in whole]
    heapify(queue)
    while queue:
        moment, key, reminder = heappop(queue)
        try:
            line = _line(reminder, moment, known, now)
        except Exception:
            logger.exception("reminder %s could not be told", key)
            continue
        if line is None:
            continue
        if isinstance(line, dt.datetime):
            heappush(queue, (line, key, reminder))
        elif line.at.date() <= now.astimezone(line.at.tzinfo).date() + DAY:
            yield line


def _known(people: Any, soon: QuerySet[Reminder], now: dt.datetime) -> Known:
    """Return the addresses and the texts of people who are to have these messages soon, also those by a record joined
    with theirs (two queries).
    """
    points = ContactPoint.objects.usable().filter(patient__in=people)
    theirs = Q(patient__in=people) | Q(patient__merged_into__in=people)
    sent = Reminder.objects.filter(theirs, texted_on__gt=now - allowance.WEEK - DAY)
    had = sent.exclude(pk__in=soon.order_by().values("pk"))
    known = Known({(point.patient_id, point.channel): point.address for point in points}, defaultdict(list))
    for patient, day in had.annotate(person=Coalesce("patient__merged_into", "patient")).values_list(
        "person", "texted_on"
    ):
        if day:
            known.texts[patient].append(day)
    return known


def _line(reminder: Any, moment: dt.datetime, known: Known, now: dt.datetime) -> Line | dt.datetime | None:
    """Return the line of a message whose moment has come, or the later moment for which it would wait, None for one that would stop."""
    if back := timing.back_at(reminder.left_alone_until, max(moment, now), reminder.rule.send_at, reminder.clinic.zone):
        return back if back < reminder.useful_until else None
    at = message_hours.next_allowed(max(moment, now), reminder.patient.zone)
    if at > max(moment, now):
        return at
    channel, to = _way(reminder, known)
    if to and channel == Channel.SMS and reminder.reply_to_id is None:
        day, had = at.astimezone(reminder.patient.zone).date(), known.texts[reminder.patient_id]
        if allowance.allows(had, day):
            had.append(day)
        else:
            morning = timing.at_local(allowance.free_day(had, day), timing.SEND_AT, reminder.patient.zone)
            if morning < reminder.useful_until:
                return morning
            channel, to = _other_way(reminder, channel, known)
    too_late = reminder.useful_until <= at
    return Line(
        clinic=reminder.clinic.slug,
        at=at.astimezone(reminder.clinic.zone),
        patient_id=reminder.patient_id,
        name=str(reminder.patient),
        rule=str(reminder.rule),
        how=TOO_LATE if too_late else channel.label if to else NOBODY,
        to=to,
    )


def _way(reminder: Reminder, known: Known) -> tuple[Channel, str]:
    """Return the channel and the address that are left: the dispatch goes the other way where the first one is closed."""
    planned = Channel(reminder.channel)
    if reminder.state == State.FAILED:
        return planned, ""
    usable = [channel for channel in Channel if (reminder.patient_id, channel) in known.addresses]
    first = outcome.better_way(reminder, usable) or planned
    if first in usable and (first != planned or not outcome.is_ruled_out(reminder)):
        return first, known.addresses[reminder.patient_id, first]
    return _other_way(reminder, first, known)


def _other_way(reminder: Reminder, channel: Channel, known: Known) -> tuple[Channel, str]:
    """Return the other channel with the address there; no address where the rule or the person does not allow it."""
    other = channel.other
    if reminder.rule.channels and other not in reminder.rule.channels:
        return channel, ""
    return other, known.addresses.get((reminder.patient_id, other), "")
