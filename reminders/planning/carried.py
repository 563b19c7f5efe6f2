"""A message that may have arrived goes with its visit to another injector at the same time: settled first, not told anew."""

import datetime as dt

from django.db.models import Exists, OuterRef, Q, Subquery

from clinic.written_out import written_out
from reminders.models import Delivery, Reminder, State
from reminders.models.delivery import IN_DOUBT, Receipt
from reminders.models.reminder import UNSETTLED
from reminders.planning.few import narrowed
from reminders.standing import ANNOUNCED, TELLS_A_TIME
from treatments.models import TreatmentSession


def carry_over(*, now: dt.datetime) -> int:
    """Let messages in doubt be about their visit as it is now, where it has the time that they tell; return how many.

    Before `stop`, to which they are about a visit that was moved. What is in a worker's hands is left alone.
    """
    # Stopped too: the dispatch stops what it meets before we do, while the gateway is silent.
    free = UNSETTLED | Q(state=State.CANCELLED) | Q(state=State.SENDING, lease_until__lte=now)
    attempts = Delivery.objects.filter(outcome__in=written_out(IN_DOUBT)).exclude(receipt=Receipt.FAILED)
    same_time = TreatmentSession.objects.filter(
        ANNOUNCED, pk=OuterRef("session_id"), starts_at=OuterRef("visit_at"), version__gt=OuterRef("session_version")
    )
    # Who was told something else meanwhile thinks of that, whatever the gateway says of this one.
    newer = Reminder.objects.filter(
        Q(rule=OuterRef("rule_id")) | ~Q(state=State.WAITING),
        session=OuterRef("session_id"),
        session_version__gt=OuterRef("session_version"),
    )
    left = Reminder.objects.filter(
        free,
        Exists(same_time),
        ~Exists(newer),
        pk__in=attempts.values("reminder"),
        rule__kind__in=TELLS_A_TIME,
        visit_at__gt=now,
    )
    carried = narrowed(left)
    if carried is None:
        return 0
    version = TreatmentSession.objects.filter(pk=OuterRef("session_id")).values("version")[:1]
    return carried.update(session_version=Subquery(version))
