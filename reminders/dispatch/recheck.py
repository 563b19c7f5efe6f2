"""The world may have changed since a reminder was planned: the last look before it leaves."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings

from clinic import message_hours
from clinic.undo_time import undo_time
from patients.models import Channel, ContactPoint
from reminders import timing
from reminders.channels.silent import NO_TEXTS
from reminders.dispatch import allowance, outcome
from reminders.dispatch.lookup import Ready
from reminders.models import Reminder, State
from reminders.planning.settle import TOO_LATE
from reminders.standing import LEFT_ALONE

BETTER = "Another way comes first for them now"
ENOUGH = "They had a text message today, or three in seven days"


@dataclass(frozen=True)
class Obstacle:
    """Why a reminder does not leave now, and what becomes of it. ``elsewhere`` is why it goes another way, if it does."""

    act: Callable[[Reminder, dt.datetime], object]
    elsewhere: str = ""


def obstacle(ready: Ready, now: dt.datetime) -> Obstacle | None:
    """Return the first thing in the way, or None."""
    if reason := ready.no_longer:
        return Obstacle(lambda one, at: outcome.close(one, State.CANCELLED, reason, at))
    return _while_left_alone(ready, now) or _not_now(ready.reminder, now) or _not_this_way(ready, now)


def _not_now(reminder: Reminder, now: dt.datetime) -> Obstacle | None:
    later = _first_moment(reminder, now)
    if reminder.useful_until <= later:  # there may still be somebody to call tonight
        return Obstacle(lambda one, at: outcome.close(one, State.MISSED, TOO_LATE, at))
    if later > now:
        return Obstacle(lambda one, _at: outcome.put_off(one, later, ""))
    return None


def _not_this_way(ready: Ready, now: dt.datetime) -> Obstacle | None:
    reminder = ready.reminder
    if outcome.better_way(reminder, ready.usable):
        return _another_way(BETTER)
    if outcome.is_ruled_out(reminder):
        return _another_way(f"This message goes by {Channel(reminder.channel).other.label.lower()} only by now")
    if reminder.channel == Channel.SMS and allowance.had_enough(reminder, now):
        return after_enough(reminder, now)
    if ready.contact is None:
        return _another_way(_no_contact_words(reminder))
    return None


def _another_way(reason: str) -> Obstacle:
    return Obstacle(lambda one, at: outcome.go_another_way(one, reason, at), elsewhere=reason)


def _no_contact_words(reminder: Reminder) -> str:
    """Return why there is no usable address on the reminder's channel, in words for staff."""
    contact = ContactPoint.objects.filter(patient=reminder.patient, channel=reminder.channel).first()
    if reminder.channel == Channel.SMS and not settings.SEND_TEXTS:
        return NO_TEXTS
    what = "phone number" if reminder.channel == Channel.SMS else "email address"
    if contact is None:
        return f"There is no {what}"
    if contact.failed_at:
        return f"The {what} does not work"
    return f"They do not want messages to this {what}"


def _first_moment(reminder: Reminder, now: dt.datetime) -> dt.datetime:
    """Return when it may leave at the earliest: outside the person's quiet hours, and once a change can no longer be undone."""
    settled = reminder.session.placed_at + undo_time() if reminder.session else now
    return message_hours.next_allowed(max(now, settled), reminder.patient.zone)


def _while_left_alone(ready: Ready, now: dt.datetime) -> Obstacle | None:
    """Whom the desk leaves alone is asked to book once they are back on the list; where that is too late, by the desk alone."""
    reminder = ready.reminder
    back = timing.back_at(ready.left_alone_until, now, reminder.rule.send_at, reminder.clinic.zone)
    if back is None:
        return None
    if back < reminder.useful_until:
        return Obstacle(lambda one, _at: outcome.put_off(one, back, LEFT_ALONE))
    return Obstacle(lambda one, at: outcome.close(one, State.CANCELLED, LEFT_ALONE, at))


def after_enough(reminder: Reminder, now: dt.datetime) -> Obstacle:
    """The first day on which they may have another is early enough, or else it goes another way at once."""
    zone = reminder.patient.zone
    morning = timing.at_local(allowance.next_day(reminder, now), timing.SEND_AT, zone)
    if morning < reminder.useful_until:
        return Obstacle(lambda one, _at: outcome.put_off(one, morning, ENOUGH))
    return _another_way(ENOUGH)
