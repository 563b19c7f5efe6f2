"""Messages about offered times: one for each invitation, waiting as long as the offer can be undone."""

import datetime as dt
from typing import Any

from django.db.models import Exists, OuterRef

from clinic import message_hours
from clinic.undo_time import undo_time
from reminders import defaults
from reminders.models import Reminder, ReminderRule, State
from reminders.planning.channel import best_channel, reachable
from reminders.planning.rows import store
from treatments.models import OfferInvitation, SlotOffer


def create_offered(*, now: dt.datetime) -> int:
    """Create the message of each invitation to an open offer that has none; return how many rows were made."""
    # Nearly always no time is offered: asked first, for a tenth of what it costs to put the question below together.
    if not SlotOffer.objects.filter(state=SlotOffer.State.OPEN, expires_at__gt=now).exists():
        return 0
    there = Reminder.objects.filter(invitation=OuterRef("pk"))
    invitations: Any = (
        OfferInvitation.objects.filter(
            ~Exists(there), offer__state=SlotOffer.State.OPEN, offer__expires_at__gt=now, answer=""
        )
        .select_related("offer__clinic", "course")
        .annotate(**reachable("course__patient"))
        .order_by("pk")
    )
    rules: dict[int, ReminderRule] = {}
    return store(invitations, lambda invitation: _planned(invitation, rules, now))


def _planned(invitation: Any, rules: dict[int, ReminderRule], now: dt.datetime) -> Reminder | None:
    offer = invitation.offer
    if offer.clinic_id not in rules:
        rules[offer.clinic_id] = defaults.rule_of(offer.clinic, ReminderRule.Kind.OFFER)
    rule = rules[offer.clinic_id]
    channel, usable = best_channel(invitation, rule.channels)
    if not usable:
        return None
    held = offer.offered_at + undo_time()
    return Reminder(
        clinic_id=offer.clinic_id,
        rule=rule,
        patient_id=invitation.course.patient_id,
        course_id=invitation.course_id,
        invitation=invitation,
        channel=channel,
        state=State.WAITING,
        due_at=message_hours.next_allowed(held, offer.clinic.zone),
        useful_until=offer.expires_at,
        created_at=now,
    )
