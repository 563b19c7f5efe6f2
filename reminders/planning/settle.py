"""What becomes of reminders that exist already. Each step is one statement for all clinics."""

import datetime as dt

from django.db.models import Case, CharField, Exists, F, OuterRef, Q, QuerySet, Value, When
from django.db.models.functions import Greatest

from clinic.undo_time import undo_time
from patients.models import Channel, ContactPoint, Patient
from reminders.models import Kind, Reminder, ReminderRule, State
from reminders.models.reminder import UNSETTLED
from reminders.models.rule import CHECK_UPS
from reminders.planning.channel import unreachable_words
from reminders.planning.few import narrowed
from reminders.planning.rules import LOOK_AHEAD
from reminders.standing import (
    DIARY_KEPT,
    LEFT_ALONE,
    NOT_DUE,
    OFFER_OVER,
    RECORD_CLOSED,
    SWITCHED_OFF,
    TELLS_A_TIME,
    course_stands,
    occasion_stands,
    offer_stands,
    tells_a_time,
    time_stands,
    visit_stands,
    why_not,
)

JUST_OVER = dt.timedelta(days=1)
# The days that are planned ahead, and those that the usual rules speak of: the visits whose messages wait.
SOON = LOOK_AHEAD + dt.timedelta(days=4)
# Whom nothing reaches is put before a person only when it matters to their visit: the others can do without.
MUST_ARRIVE = (Kind.VISIT, Kind.MOVED, Kind.CANCELLED, Kind.DUE)
TOO_LATE = "It could not be sent in time"
_A_VISIT = Q(session__isnull=False)
_A_COURSE = Q(session__isnull=True, invitation__isnull=True, occasion="")
_AN_OFFER = Q(invitation__isnull=False)
_A_PERSON = Q(session__isnull=True) & ~Q(occasion="")
_OF_A_CLOSED_RECORD = Q(Exists(Patient.objects.filter(pk=OuterRef("patient_id")).exclude(closed="")))
_SWITCHED_OFF = Q(state=State.WAITING, rule__active=False)
# The same where a statement that writes may not join.
_SWITCHED_OFF_HERE = Q(state=State.WAITING) & Q(
    Exists(ReminderRule.objects.filter(pk=OuterRef("rule_id"), active=False))
)
# What lies ahead is spoken of whenever its rule was switched on, the check-ups from their day on, and of news what came
# since, or was stopped just before: a rule that was switched off by mistake loses nothing.
_AHEAD = (Kind.VISIT, Kind.DUE)
_SPOKEN_OF = (
    Q(rule__since__isnull=True)
    | Q(rule__kind__in=_AHEAD)
    | Q(rule__kind__in=CHECK_UPS, due_at__gte=F("rule__since"))
    | Q(created_at__gte=F("rule__since"))
    | Q(closed_at__gte=F("rule__since") - JUST_OVER)
)


def stop(*, now: dt.datetime) -> int:
    """Stop reminders about visits that moved, were cancelled or begun or are to be moved, and about courses that were booked.

    Those on somebody's list go too: nobody has to call about a visit that is not, nor somebody who died. Nearly all that
    waits tells of a visit in the days that are planned ahead: one question for these, and one for all others.
    """
    soon = (now - JUST_OVER, now + SOON)
    over = (
        _A_VISIT & ~tells_a_time(*soon) & ~visit_stands()
        | _A_COURSE & ~course_stands()
        | _AN_OFFER & ~offer_stands()
        | _A_PERSON & (~occasion_stands() | _OF_A_CLOSED_RECORD)
        | _SWITCHED_OFF
    )
    return _stop(tells_a_time(*soon) & ~time_stands(*soon), now) + _stop(over, now)


def _stop(over: Q, now: dt.datetime) -> int:
    stopped = narrowed(Reminder.objects.filter(UNSETTLED, over))
    return stopped.stop(reason=_why(), at=now) if stopped is not None else 0


def _why() -> Case:
    return Case(
        When(_SWITCHED_OFF_HERE, then=Value(SWITCHED_OFF)),
        When(_AN_OFFER, then=Value(OFFER_OVER)),
        When(_A_VISIT, then=why_not()),
        When(_A_PERSON & _OF_A_CLOSED_RECORD, then=Value(RECORD_CLOSED)),
        When(_A_PERSON, then=Value(DIARY_KEPT)),
        default=Value(NOT_DUE),
        output_field=CharField(),
    )


def bring_back(*, now: dt.datetime) -> int:
    """Let stopped reminders wait again when what they are about is so again, such as after an undone cancellation.

    Those whose use is just over too: the next step marks them as missed, so that a person sees them. They wait as
    long as what brought them back can be undone in turn: a visit cancelled by mistake must not ask for a booking.
    What a person started comes back by a person alone, who was left alone is back on the recall list, and what was
    stopped with its rule only if the rule, switched on again, speaks of it: of a booking weeks ago nobody hears.
    """
    stopped = Reminder.objects.filter(
        _SPOKEN_OF, state=State.CANCELLED, useful_until__gt=now - JUST_OVER, rule__active=True
    )
    # Often there is none, and hardly ever one about an offer: a short question before two that are long to put together.
    invitations = set(stopped.order_by().values_list("invitation", flat=True).distinct())
    offers = invitations - {None}
    due_at = Greatest(F("due_at"), Value(now + undo_time()))
    waiting = {"state": State.WAITING, "reason": "", "closed_at": None, "ended_late": None, "due_at": due_at}
    back = 0
    if None in invitations:
        of_a_course = _A_COURSE & Q(asked_on__isnull=True) & ~Q(reason=LEFT_ALONE) & course_stands()
        back += stopped.filter(_A_VISIT & visit_stands() | of_a_course).update(**waiting)
    if offers:
        back += stopped.filter(offer_stands(), invitation__in=offers).update(**waiting)
    return back


def take_up(*, now: dt.datetime) -> int:
    """Let messages that nothing reached when they were planned wait again, once something does: return how many.

    Consent comes late, and a number is mended. One that was planned another way since is left alone.
    """
    usable, by_the_only_way = _usable(), Q(Exists(_usable().filter(channel=OuterRef("rule__channel_order"))))
    either_way = ~Q(rule__channel_order__in=Channel.values)
    same = Reminder.objects.filter(patient=OuterRef("patient_id"), occasion=OuterRef("occasion"))
    another_way = same.exclude(occasion="").exclude(pk=OuterRef("pk"))
    unreached = Reminder.objects.needs_person().filter(
        by_the_only_way | either_way & Q(Exists(usable)),
        ~Exists(another_way),
        state=State.FAILED,
        attempts=0,  # else a gateway, or the last look before it left, had its say
        rule__kind__in=(*TELLS_A_TIME, Kind.CANCELLED, Kind.DUE),
        rule__active=True,
        useful_until__gt=now,
    )
    found = narrowed(unreached)
    return found.update(state=State.WAITING, reason="", closed_at=None) if found is not None else 0


def mark_missed(*, now: dt.datetime) -> int:
    """Mark what waited past its use. It goes on the worklist: a person can still call.

    As when it is planned, that nothing reaches its person comes before that it is too late: so it still says after a
    visit that was marked as begun by mistake.
    """
    # So for every row: said as the index on these says it, or SQLite reads all that waits.
    late = Reminder.objects.filter(state=State.WAITING, useful_until__isnull=False, useful_until__lte=now)
    # There is hardly ever one: asked first, since only to understand the statement below costs each round a tenth more.
    if not late.exists():
        return 0
    unreached = {order: _is_unreached(order) for order in ReminderRule.Order}
    failed = Case(*(When(so, then=Value(State.FAILED)) for so in unreached.values()), default=Value(State.MISSED))
    words = [When(so, then=Value(unreachable_words(order.channels))) for order, so in unreached.items()]
    return late.update(state=failed, reason=Case(*words, default=Value(TOO_LATE)), closed_at=now)


def _is_unreached(order: ReminderRule.Order) -> Q:
    """For a message that was never tried: its rule goes these ways, and none of them reaches its person."""
    rule = ReminderRule.objects.filter(pk=OuterRef("rule_id"), kind__in=MUST_ARRIVE, channel_order=order)
    usable = _usable().filter(channel__in=order.channels or Channel.values)
    return Q(Exists(rule), attempts=0) & ~Q(Exists(usable))


def _usable() -> QuerySet[ContactPoint]:
    return ContactPoint.objects.usable().filter(patient=OuterRef("patient_id"))
