"""A welcome, once somebody agreed to messages."""

import datetime as dt
from typing import Any

from django.db.models import Exists, Min, OuterRef, Q, QuerySet, Subquery

from patients.models import ContactPoint, Patient
from reminders import timing
from reminders.models import Kind, Reminder, State
from reminders.planning.channel import reachable
from reminders.planning.rows import reminder_for, store
from reminders.planning.rules import LOOK_BACK, ActiveRules, Rules, is_since

WELCOME = "welcome"
WELCOME_DAYS = 3  # of use so long: after that the next message says who writes
# People have one text a day: a visit that is booked while they are on the line is told before the welcome.
WELCOME_AFTER = dt.timedelta(hours=1)


def create_welcome(active: ActiveRules, *, now: dt.datetime) -> int:
    """Welcome whoever agreed to messages in the last days and never had one; return how many rows were offered."""
    rules = active.of(Kind.WELCOME)
    if not rules:
        return 0
    return store(_newly_agreed(rules, now), lambda patient: _welcome(patient, rules, now))


def _newly_agreed(rules: Rules, now: dt.datetime) -> QuerySet[Any]:
    points = ContactPoint.objects.usable().filter(consented_at__gt=now - LOOK_BACK, consented_at__lte=now)
    mine = points.filter(patient=OuterRef("pk")).order_by().values("patient")
    written_to = Reminder.objects.filter(patient=OuterRef("pk")).filter(Q(occasion=WELCOME) | Q(state=State.SENT))
    return (
        Patient.objects.filter(~Exists(written_to), pk__in=points.values("patient"), clinic__in=list(rules), closed="")
        .annotate(agreed_at=Subquery(mine.annotate(first=Min("consented_at")).values("first")), **reachable())
        .order_by("pk")
    )


def _welcome(patient: Any, rules: Rules, now: dt.datetime) -> Reminder | None:
    rule = rules[patient.clinic_id]
    if not is_since(rule, patient.agreed_at):
        return None
    day = rule.clinic.date_at(patient.agreed_at) + dt.timedelta(days=WELCOME_DAYS)
    window = timing.same_day_window(day, patient.agreed_at, WELCOME_AFTER, rule.clinic.zone)
    return reminder_for(patient, rule, window, now, patient=patient, occasion=WELCOME)
