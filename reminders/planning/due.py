"""Reminders that it is time to book. One query per distance that any clinic's rules use, read in a stream."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.db.models import F, OuterRef, Q, QuerySet, Subquery

from reminders import timing
from reminders.models import Kind, Reminder
from reminders.planning.channel import reachable
from reminders.planning.rows import CHUNK, reminder_for, store
from reminders.planning.rules import LOOK_AHEAD, ActiveRules, Rules
from treatments.models import Course


def create_due(active: ActiveRules, *, now: dt.datetime) -> int:
    """Create what rules about due dates ask for, for courses with nothing booked."""
    made = 0
    for days, rules in active.by_distance(Kind.DUE).items():
        made += store(_due_reminders(_courses_without(days, rules, now), rules, now))
    return made


def _courses_without(days: int, rules: Rules, now: dt.datetime) -> QuerySet[Course]:
    """Courses in treatment with nothing booked, due soon enough for a rule at this distance, without its reminder.

    A course before its first session is not among them: its patient has just been seen.
    """
    told = Reminder.objects.filter(course=OuterRef("pk"), rule__kind="due", rule__days_before=days)
    told_of = Subquery(told.order_by("-due_date").values("due_date")[:1])
    # A day more on both ends: which date it is depends on the clinic.
    first, last = now.date() - dt.timedelta(days=1), (now + LOOK_AHEAD).date() + dt.timedelta(days=days + 1)
    courses: Any = Course.objects.open().filter(clinic__in=list(rules)).with_due().with_booked()
    found: QuerySet[Course] = (
        courses.annotate(told_of=told_of)
        .filter(Q(told_of__isnull=True) | ~Q(told_of=F("next_due_on")))
        .filter(booked=False, last_given_on__isnull=False, next_due_on__range=(first, last))
        .annotate(preferred=F("patient__preferred_channel"), **reachable("patient_id"))
        .order_by("pk")
    )
    return found


def _due_reminders(courses: QuerySet[Course], rules: Rules, now: dt.datetime) -> Iterator[Reminder]:
    not_before = now + dt.timedelta(seconds=settings.UNDO_SECONDS)
    for course in courses.iterator(CHUNK):
        rule = rules[course.clinic_id]
        due_on: dt.date = course.next_due_on  # type: ignore[attr-defined]
        window = timing.due_window(due_on, rule.days_before, rule.clinic.zone, not_before, rule.send_at)
        # An overdue course is on the recall list already, which is a person's.
        if window.useful_until > now:
            yield reminder_for(
                course, rule, window, now, patient_id=course.patient_id, course_id=course.pk, due_date=due_on
            )
