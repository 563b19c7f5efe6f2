"""What would go out until the end of tomorrow, without sending or keeping anything: planning is done and taken back."""

import datetime as dt
import logging
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Q

from clinic import message_hours
from patients.models import Channel, ContactPoint
from reminders.models import Reminder, State
from reminders.planning import reconcile
from reminders.planning.apart import inside_a_transaction
from reminders.watching.faults import Incomplete

logger = logging.getLogger(__name__)
DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class Line:
    """One message: to whom it would go, or that a person would have to call. ``to`` is empty then."""

    clinic: str
    at: dt.datetime
    patient_id: int
    name: str
    rule: str
    channel: str
    to: str


def coming(*, now: dt.datetime) -> list[Line]:
    """Return the messages of all clinics that would go out by the end of tomorrow, each on its clinic's clock, in order
    of time: those due by now, too, which leave as soon as a worker starts.
    """
    with transaction.atomic():
        with inside_a_transaction(), suppress(Incomplete):  # the log names what is left out
            reconcile(now=now)
        lines = list(_lines(now))
        transaction.set_rollback(True)
    return lines


def _lines(now: dt.datetime) -> Iterator[Line]:
    to_come = Q(state=State.WAITING) | Q(state=State.FAILED, due_at__gt=now)
    soon = Reminder.objects.filter(to_come, due_at__lte=now + 3 * DAY)
    people = ContactPoint.objects.usable().filter(patient__in=soon.order_by().values("patient"))
    points = {(point.patient_id, point.channel): point.address for point in people}
    # Without the notes: one that cannot be read is not asked for.
    whole = soon.select_related("clinic", "patient", "rule").defer("patient__safety_note")
    for reminder in whole.order_by("due_at", "pk"):
        try:
            line = _line(reminder, points, now)
        except Exception:
            logger.exception("reminder %s could not be told", reminder.pk)
            continue
        if line.at.date() <= now.astimezone(line.at.tzinfo).date() + DAY:
            yield line


def _line(reminder: Reminder, points: Mapping[tuple[int, str], str], now: dt.datetime) -> Line:
    zone = reminder.clinic.zone
    channel, to = _way(reminder, points)
    return Line(
        clinic=reminder.clinic.slug,
        at=message_hours.next_allowed(max(reminder.due_at, now), zone).astimezone(zone),
        patient_id=reminder.patient_id,
        name=str(reminder.patient),
        rule=str(reminder.rule),
        channel=channel.label,
        to=to,
    )


def _way(reminder: Reminder, points: Mapping[tuple[int, str], str]) -> tuple[Channel, str]:
    """Return the channel and the address that are left: the dispatch goes the other way where the first one is closed."""
    planned = Channel(reminder.channel)
    if reminder.state == State.FAILED:
        return planned, ""
    allowed = [planned, *(one for one in reminder.rule.channels or (planned.other,) if one != planned)]
    found = (
        (channel, points[reminder.patient_id, channel])
        for channel in allowed
        if (reminder.patient_id, channel) in points
    )
    return next(found, (planned, ""))
