"""Messages to a person about no visit: a welcome once they agree to messages, a word when a diary stops."""

import datetime as dt
from functools import partial
from typing import Any

from django.db.models import Exists, Min, OuterRef, Q, Subquery

from patients.models import ContactPoint, DiaryDay, Patient
from reminders import timing
from reminders.models import Kind, Reminder, State
from reminders.models.stop import unwanted
from reminders.planning.apart import in_turn
from reminders.planning.channel import reachable
from reminders.planning.rows import reminder_for, store
from reminders.planning.rules import LOOK_BACK, ActiveRules, Rules, is_since
from treatments.models import Course

WELCOME = "welcome"
WELCOME_DAYS = 3  # of use so long: after that the next message says who writes
# People have one text a day: a visit that is booked while they are on the line is told before the welcome.
WELCOME_AFTER = dt.timedelta(hours=1)
DIARY_DAYS = 2


def create_welcome(active: ActiveRules, *, now: dt.datetime) -> int:
    """Welcome whoever agreed to messages in the last days and never had one; return how many rows were offered."""
    rules = active.of(Kind.WELCOME)
    if not rules:
        return 0
    return store(_newly_agreed(rules, now), lambda patient: _welcome(patient, rules, now))


def _newly_agreed(rules: Rules, now: dt.datetime) -> Any:
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
    day = patient.agreed_at.astimezone(rule.clinic.zone).date() + dt.timedelta(days=WELCOME_DAYS)
    window = timing.same_day_window(day, patient.agreed_at, WELCOME_AFTER, rule.clinic.zone)
    return reminder_for(patient, rule, window, now, patient=patient, occasion=WELCOME)


def create_diary(active: ActiveRules, *, now: dt.datetime) -> int:
    """Ask once whoever stopped writing a diary so many days ago; return how many rows were offered."""
    return sum(
        in_turn(
            (f"diaries stopped {days} days ago", partial(_create_nudges, days, rules, now))
            for days, rules in active.by_distance(Kind.DIARY).items()
        )
    )


def _create_nudges(days: int, rules: Rules, now: dt.datetime) -> int:
    return store(_stopped_writing(days, rules, now), lambda day: _nudge(day, rules, now))


def _stopped_writing(days: int, rules: Rules, now: dt.datetime) -> Any:
    """The last day of each diary that its person wrote until then and nobody asked about since, in a course or before one.

    Who does not answer is not asked again: the question came after the last entry, and there is no newer one.
    """
    later = DiaryDay.objects.filter(patient=OuterRef("patient"), date__gt=OuterRef("date"))
    asked = Reminder.objects.filter(rule__kind=Kind.DIARY, created_at__gte=OuterRef("entered_at"))
    courses = Course.objects.filter(patient=OuterRef("patient"))
    first, last = (now.date() - dt.timedelta(days=days + ago) for ago in (DIARY_DAYS + 1, -1))
    return (
        DiaryDay.objects.filter(
            ~Exists(later),
            ~Exists(asked.filter(patient=OuterRef("patient"))),
            # The diary may have come with a record that was joined with theirs since.
            ~Exists(asked.filter(patient__merged_into=OuterRef("patient"))),
            ~unwanted("patient"),
            Q(Exists(courses.filter(closed_on__isnull=True))) | ~Q(Exists(courses)),
            clinic__in=list(rules),
            date__range=(first, last),
            source=DiaryDay.Source.PATIENT,
            patient__closed="",
        )
        .annotate(**reachable("patient"))
        .order_by("pk")
    )


def _nudge(day: Any, rules: Rules, now: dt.datetime) -> Reminder | None:
    rule = rules[day.clinic_id]
    window = timing.days_after_window(day.date, rule.days_after, DIARY_DAYS, rule.clinic.zone, rule.send_at)
    if not is_since(rule, window.due_at) or window.useful_until <= now:
        return None
    return reminder_for(day, rule, window, now, patient_id=day.patient_id, occasion=f"diary {day.date}")
