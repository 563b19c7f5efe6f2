"""Check-ups after a session: a week later for side effects, three weeks later for its effect.

Sources: side effects that matter show within days to two weeks (the label's boxed warning: hours to weeks), the effect
two to three weeks after the session.
"""

import datetime as dt
from functools import partial
from typing import Any

from django.db.models import Exists, F, OuterRef, QuerySet

from reminders import timing
from reminders.models import Kind, Reminder
from reminders.planning.apart import in_turn
from reminders.planning.channel import reachable
from reminders.planning.rows import reminder_for, store_at_each_distance
from reminders.planning.rules import LOOK_AHEAD, ActiveRules, Rules, is_since
from treatments.models import Status, TreatmentSession

# For how many days after its day each is still of use: 7 to 10 days after, and 3 to 4 weeks after.
USEFUL_DAYS = {Kind.SIDE_EFFECTS: 3, Kind.EFFECT: 7}
# Ours: how long after its day a visit may be the one that somebody is treated under. Reports look a year further; this
# is asked with every tick, and on PostgreSQL and SQLite eight weeks cost a large clinic some milliseconds more than none.
MOST_LATE = dt.timedelta(days=56)


def create_checkups(active: ActiveRules, *, now: dt.datetime) -> int:
    """Plan the check-ups of the days ahead; return how many rows were offered to the database."""
    return sum(in_turn((kind, partial(_create, active, kind, now)) for kind in USEFUL_DAYS))


def _create(active: ActiveRules, kind: Kind, now: dt.datetime) -> int:
    return store_at_each_distance(
        active,
        kind,
        lambda days, rules: _given(kind, days, rules, now),
        lambda session, rules: _planned(session, rules, now),
    )


def _given(kind: Kind, days: int, rules: Rules, now: dt.datetime) -> QuerySet[Any]:
    """Sessions given about so many days ago, in courses that go on, without this check-up."""
    there = Reminder.objects.filter(session=OuterRef("pk"), rule__kind=kind, rule__days_after=days)
    # A day more on both ends: which date it is depends on the clinic.
    first = now.date() - dt.timedelta(days=days + USEFUL_DAYS[kind] + 1)
    last = (now + LOOK_AHEAD).date() - dt.timedelta(days=days - 1)
    return (
        TreatmentSession.objects.filter(
            ~Exists(there),
            clinic__in=list(rules),
            # There is an index by the day of the visit alone, and nobody is treated before that day.
            local_date__range=(first - MOST_LATE, last),
            given_on__range=(first, last),
            status=Status.DONE,
            course__closed_on__isnull=True,
        )
        .annotate(patient_pk=F("course__patient_id"), **reachable("course__patient"))
        .order_by("pk")
    )


def _planned(session: Any, rules: Rules, now: dt.datetime) -> Reminder | None:
    rule = rules[session.clinic_id]
    window = timing.days_after_window(
        session.given_on, rule.days_after, USEFUL_DAYS[Kind(rule.kind)], rule.clinic.zone, rule.send_at
    )
    if not is_since(rule, window.due_at) or window.useful_until <= now - dt.timedelta(days=1):
        return None
    return reminder_for(
        session,
        rule,
        window,
        now,
        patient_id=session.patient_pk,
        course_id=session.course_id,
        session=session,
        session_version=session.version,
        visit_at=session.starts_at,
    )
