"""What becomes of reminders that exist already. Each step is one statement for all clinics."""

import datetime as dt

from django.conf import settings
from django.db.models import F, Q, Value
from django.db.models.functions import Greatest

from reminders.models import Reminder, State
from reminders.standing import NOT_DUE, OFFER_OVER, course_stands, offer_stands, visit_stands, why_not

JUST_OVER = dt.timedelta(days=1)
TOO_LATE = "It could not be sent in time"
# What still asks for something to happen: of the dispatch, or of a person.
_UNSETTLED = Q(state__in=[State.WAITING, State.FAILED, State.MISSED])


def stop(*, now: dt.datetime) -> int:
    """Stop reminders about visits that moved, were cancelled or begun or are to be moved, and about courses that were booked.

    Those on somebody's list go too: nobody has to call about a visit that is not.
    """
    unsettled = Reminder.objects.filter(_UNSETTLED)
    visits = unsettled.filter(~visit_stands(), session__isnull=False)
    courses = unsettled.filter(~course_stands(), session__isnull=True, invitation__isnull=True)
    offers = unsettled.filter(~offer_stands(), invitation__isnull=False)
    return (
        visits.update(state=State.CANCELLED, reason=why_not(), closed_at=now)
        + courses.update(state=State.CANCELLED, reason=NOT_DUE, closed_at=now)
        + offers.update(state=State.CANCELLED, reason=OFFER_OVER, closed_at=now)
    )


def bring_back(*, now: dt.datetime) -> int:
    """Let stopped reminders wait again when what they are about is so again, such as after an undone cancellation.

    Those whose use is just over too: the next step marks them as missed, so that a person sees them. They wait as
    long as what brought them back can be undone in turn: a visit cancelled by mistake must not ask for a booking.
    What a person started comes back by a person alone.
    """
    stopped = Reminder.objects.filter(state=State.CANCELLED, useful_until__gt=now - JUST_OVER)
    visits = stopped.filter(visit_stands(), session__isnull=False)
    courses = stopped.filter(course_stands(), session__isnull=True, asked_on__isnull=True, invitation__isnull=True)
    due_at = Greatest(F("due_at"), Value(now + dt.timedelta(seconds=settings.UNDO_SECONDS)))
    again = {"state": State.WAITING, "reason": "", "closed_at": None, "due_at": due_at}
    return visits.update(**again) + courses.update(**again)


def mark_missed(*, now: dt.datetime) -> int:
    """Mark what waited past its use. It goes on the worklist: a person can still call."""
    late = Reminder.objects.filter(state=State.WAITING, useful_until__lte=now)
    return late.update(state=State.MISSED, reason=TOO_LATE, closed_at=now)
