"""Attempts of which nobody knows whether they arrived: the gateway is asked first, by our own key.

Where it cannot be asked, a setting per channel decides: send again, send again once, or leave it to a person. A letter
that comes twice is folded by mail programs, which know it by its Message-ID; a text that comes twice annoys.
"""

import datetime as dt
from collections.abc import Iterable

from django.conf import settings
from django.db.models import Q

from clinic.written_out import written_out
from reminders.channels import CannotAnswer, Carrier, Message
from reminders.models import Delivery, Reminder, State
from reminders.models.delivery import IN_DOUBT, Receipt
from reminders.models.reminder import ReminderQuerySet

# How many attempts in doubt may be followed by another one, where nobody can be asked.
_UNASKED = {"send": None, "once": 1, "person": 0}
# An attempt under way is not in doubt yet: every gateway has answered by then, or is given up.
ANSWERED_WITHIN = dt.timedelta(minutes=1)
# News that only comes of what a gateway has taken.
_TAKEN = (Receipt.QUEUED, Receipt.ON_ITS_WAY, Receipt.DELIVERED)


class NobodyKnows(Exception):
    """It may have arrived, the channel cannot say, and the clinic wants a person to decide."""


def in_doubt(reminders: ReminderQuerySet, now: dt.datetime) -> ReminderQuerySet:
    """Return those that may or may not have arrived, and that the dispatch has not settled."""
    open_ended = Q(outcome="started", started_at__lte=now - ANSWERED_WITHIN) | Q(outcome="unanswered")
    attempts = Delivery.objects.filter(open_ended, outcome__in=written_out(IN_DOUBT))
    return reminders.filter(state__in=[State.WAITING, State.SENDING], pk__in=attempts.values("reminder"))


def earlier_attempts(reminder: Reminder, *, and_this: bool = False) -> list[Delivery]:
    """Return the attempts before this one that may be the answer: without those known not to have arrived, and those a
    person wanted repeated although they had.
    """
    wanted = Q(started_at__gte=reminder.repeat_from) if reminder.repeat_from else Q()
    before = reminder.deliveries.filter(wanted, attempt__lt=reminder.attempts + and_this)
    return list(before.exclude(receipt=Receipt.FAILED).order_by("attempt"))


def may_have_arrived(attempts: Iterable[Delivery]) -> bool:
    """Return whether any of some attempts left, or may have."""
    return any(one.outcome in IN_DOUBT or one.receipt in _TAKEN for one in attempts)


def find(reminder: Reminder, message: Message, carrier: Carrier, earlier: list[Delivery]) -> str | None:
    """Return the gateway's name for what an earlier attempt handed over, else None. Raises SendError and NobodyKnows.

    It may have told of it by itself: what waits there, or is on its way, is not sent again.
    """
    if not earlier:
        return None
    try:
        return _asked(message, carrier, earlier)
    except CannotAnswer:
        allowed = _UNASKED[settings.REMINDER_IN_DOUBT[reminder.channel]]
        doubtful = sum(delivery.outcome in IN_DOUBT for delivery in earlier)
        if allowed is not None and doubtful > allowed:
            raise NobodyKnows from None
        return None


def find_before_leaving(
    reminder: Reminder, message: Message | None, carrier: Carrier, attempts: list[Delivery]
) -> str | None:
    """Return the same for what is not to go out on this channel any more; without ``message`` nobody can be asked.

    No program folds a letter and a text of one thing: nothing goes another way while an attempt may have arrived,
    unless the clinic wants it sent again in any case.
    """
    if not may_have_arrived(attempts):
        return None
    try:
        return _asked(message, carrier, attempts)
    except CannotAnswer:
        if _UNASKED[settings.REMINDER_IN_DOUBT[reminder.channel]] is not None:
            raise NobodyKnows from None
        return None


def _asked(message: Message | None, carrier: Carrier, earlier: list[Delivery]) -> str | None:
    if told_of := next((one for one in earlier if one.receipt in _TAKEN), None):
        return told_of.provider_id or str(told_of.reminder.uid)  # a name that says whose it is
    if message is None:
        raise CannotAnswer
    names = carrier.find(message, since=earlier[0].started_at.astimezone(dt.UTC).date())
    return _not_anothers(names, earlier)


def _not_anothers(names: list[str], earlier: list[Delivery]) -> str | None:
    """Return the first of the gateway's names that stands for no other message, nor for what was to be repeated.

    A reply may be written twice in the same words, and a family share a number and a greeting.
    """
    others = Delivery.objects.filter(provider_id__in=names).exclude(provider_id="")
    taken = set(others.exclude(pk__in=[one.pk for one in earlier]).values_list("provider_id", flat=True))
    return next((name for name in names if name not in taken), None)
