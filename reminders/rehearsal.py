"""What would go out tomorrow, without sending or keeping anything: planning is done and taken back."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from django.db import transaction

from patients.models import ContactPoint
from reminders import timing
from reminders.models import Reminder, State
from reminders.planning import reconcile

DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class Line:
    """One message of tomorrow: to whom it would go, or that a person would have to call. ``to`` is empty then."""

    clinic: str
    at: dt.datetime
    patient_id: int
    name: str
    rule: str
    channel: str
    to: str


def tomorrow(*, now: dt.datetime) -> list[Line]:
    """Return tomorrow's messages of all clinics, each on its own clinic's clock, in order of time."""
    with transaction.atomic():
        reconcile(now=now)
        lines = list(_lines(now))
        transaction.set_rollback(True)
    return lines


def _lines(now: dt.datetime) -> Iterator[Line]:
    waiting = Reminder.objects.filter(state__in=[State.WAITING, State.FAILED], due_at__range=(now, now + 3 * DAY))
    people = ContactPoint.objects.usable().filter(patient__in=waiting.order_by().values("patient"))
    points = {(point.patient_id, point.channel): point.address for point in people}
    for reminder in waiting.select_related("clinic", "patient", "rule").order_by("due_at", "pk"):
        zone = reminder.clinic.zone
        if reminder.due_at.astimezone(zone).date() != now.astimezone(zone).date() + DAY:
            continue
        to = points.get((reminder.patient_id, reminder.channel), "") if reminder.state == State.WAITING else ""
        yield Line(
            clinic=reminder.clinic.slug,
            at=timing.next_allowed(reminder.due_at, zone).astimezone(zone),
            patient_id=reminder.patient_id,
            name=str(reminder.patient),
            rule=str(reminder.rule),
            channel=reminder.get_channel_display(),
            to=to,
        )
