"""How many text messages a person gets: one a day and three in seven days, whatever they are about.

A day is taken before the message leaves, in the transaction that writes the attempt down, and given back when the
gateway did not take it. The database keeps one a day by a unique constraint; three a week cannot be said as one, so
workers that write to the same person wait for one another.
"""

import datetime as dt

from django.db import IntegrityError, transaction
from django.db.models import Q

from patients.models import Channel, Patient
from reminders import timing
from reminders.models import Reminder
from reminders.models.reminder import ReminderQuerySet

DAY, WEEK = dt.timedelta(days=1), dt.timedelta(days=7)


def counts(reminder: Reminder) -> bool:
    """Return whether it is one of the texts that a person gets so many of. An answer to their own text never is."""
    return reminder.channel == Channel.SMS and reminder.reply_to_id is None


def had_enough(reminder: Reminder, now: dt.datetime) -> bool:
    """Return whether a text message today would be one too many."""
    if not counts(reminder):
        return False
    today = _today(reminder, now)
    return not allows(_had(reminder, today), today)


def next_day(reminder: Reminder, now: dt.datetime) -> dt.date:
    """Return the first day after today on which the person may have another text message."""
    today = _today(reminder, now)
    return free_day(_had(reminder, today), today)


def take_day(reminder: Reminder, now: dt.datetime) -> bool:
    """Take today for this text message; False when another one has it, or the week is full. Inside a transaction.

    SQLite knows no row locks and needs none: its writing transactions follow one another.
    """
    if not counts(reminder):
        return True
    Patient.objects.select_for_update(no_key=True).values_list("pk").get(pk=reminder.patient_id)
    if had_enough(reminder, now):
        return False
    try:
        with transaction.atomic():
            Reminder.objects.filter(pk=reminder.pk).update(texted_on=_today(reminder, now))
    except IntegrityError:
        return False
    return True


def give_back(held: ReminderQuerySet) -> None:
    """Free the day of a text message that did not leave, as long as nobody else has sent it since."""
    held.update(texted_on=None)


def keep_day(reminder: Reminder) -> None:
    """Leave a text message that turns out to have left before with the day that it took then, as it was looked up."""
    if reminder.texted_on:
        Reminder.objects.held_by(reminder).update(texted_on=reminder.texted_on)


def _had(reminder: Reminder, today: dt.date) -> list[dt.date]:
    """Return the days of the last seven on which the person had other text messages, also by a record joined with theirs.

    Of records that were joined twice over the nearer ones count: asked in the same question, not in one for each step.
    """
    people = Patient.objects.filter(Q(pk=reminder.patient_id) | Q(merged_into=reminder.patient_id)).values("pk")
    others = Reminder.objects.filter(patient__in=people, texted_on__gt=today - WEEK).exclude(pk=reminder.pk)
    return [day for day in others.values_list("texted_on", flat=True) if day]


def free_day(had: list[dt.date], today: dt.date) -> dt.date:
    """Return the first day after today on which somebody may have another text message, who had some on these days."""
    return next(day for day in (today + ahead * DAY for ahead in range(1, 8)) if allows(had, day))


def allows(had: list[dt.date], day: dt.date) -> bool:
    """Return whether somebody may have a text message on a day, who had others on these days."""
    return had.count(day) < timing.SMS_A_DAY and sum(one > day - WEEK for one in had) < timing.SMS_A_WEEK


def _today(reminder: Reminder, now: dt.datetime) -> dt.date:
    return now.astimezone(reminder.patient.zone).date()
