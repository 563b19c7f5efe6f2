"""What patients wrote by text of late: one was done by itself, the others wait in the inbox."""

import datetime as dt

from clinic.demo.course_of_events import Chronicle
from patients.models import Channel, ContactPoint
from reminders.inbound.taking import Arrived, take
from reminders.models import Reminder, State

UNKNOWN = "+447700900998"
WRITTEN = (
    (dt.timedelta(hours=5), "HELP"),
    (dt.timedelta(hours=3), "Can my wife come with me? She would drive."),
    (dt.timedelta(minutes=50), "Thanks! Is there parking near you?"),
)


def write_in(chronicle: Chronicle) -> None:
    """Let people who had a text lately write back, and somebody write whose number nobody knows."""
    texted = Reminder.objects.filter(clinic=chronicle.clinic, channel=Channel.SMS, state=State.SENT)
    points = ContactPoint.objects.usable().filter(channel=Channel.SMS, patient__in=texted.values("patient"))
    for number, ((before, words), point) in enumerate(zip(WRITTEN, points.order_by("pk"), strict=False)):
        take(Arrived(f"SMdemo{number}", point.address, words), now=chronicle.now - before)
    late = chronicle.now - dt.timedelta(minutes=20)
    take(Arrived("SMdemo-new", UNKNOWN, "Hello, Joan here. This is my new number."), now=late)
