"""The messages of the last two weeks, sent by the code that sends them every minute, and what people answered."""

import datetime as dt
from functools import partial

from clinic.demo.course_of_events import Chronicle
from reminders.dispatch import send_due
from reminders.models import Reminder, State
from reminders.planning import reconcile
from treatments import booking
from treatments.models import TreatmentSession

DAYS_BACK = 14
SENT_AT = dt.time(10, 5)
ANSWERED_AFTER = dt.timedelta(minutes=40)


def replay(chronicles: list[Chronicle], now: dt.datetime) -> None:
    """Send what was due on each of the last days, and let people answer."""
    planned_on = None
    for moment, chronicle in _moments(chronicles, now):
        if moment.date() != planned_on:  # half a day later hardly anything is new, and looking takes as long as sending
            reconcile(now=moment)
            planned_on = moment.date()
        send_due(clock=partial(_stopped, moment))
        if moment + ANSWERED_AFTER < now:
            _answer(chronicle, moment + ANSWERED_AFTER)


def _moments(chronicles: list[Chronicle], now: dt.datetime) -> list[tuple[dt.datetime, Chronicle]]:
    """Return the mornings of all clinics in order, each just after messages are sent there."""
    mornings = [
        (chronicle.at(chronicle.today - dt.timedelta(days=days), SENT_AT.hour, SENT_AT.minute), chronicle)
        for chronicle in chronicles
        for days in range(DAYS_BACK + 1)
    ]
    return sorted(((moment, one) for moment, one in mornings if moment < now), key=lambda pair: pair[0])


def _stopped(moment: dt.datetime) -> dt.datetime:
    """A clock that stands still."""
    return moment


def _answer(chronicle: Chronicle, at: dt.datetime) -> None:
    """Let those press a button who have had a message and not answered yet."""
    told = Reminder.objects.filter(session__in=list(chronicle.answers), state=State.SENT).values("session")
    for session in TreatmentSession.objects.filter(pk__in=told, starts_at__gt=at):
        answer = chronicle.answers.pop(session.pk)
        booking.answer(session=session, version=session.version, answer=answer, at=at)
