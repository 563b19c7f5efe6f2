"""Reminders that it is time to book. One query per distance that any clinic's rules use, read in a stream."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery

from clinic.undo_time import undo_time
from reminders import timing
from reminders.models import Kind, Reminder
from reminders.planning.channel import reachable
from reminders.planning.rows import reminder_for, store_at_each_distance
from reminders.planning.rules import LOOK_AHEAD, ActiveRules, Rules, Times
from treatments.models import Course
from treatments.models.course import awake_from


def create_due(active: ActiveRules, *, now: dt.datetime) -> int:
    """Create what rules about due dates ask for, for courses with nothing booked."""
    times = active.times_before(Kind.DUE)
    return store_at_each_distance(
        active,
        Kind.DUE,
        lambda days, rules: _courses_without(days, rules, now),
        lambda course, rules: _planned(course, rules, times, now),
    )


def _courses_without(days: int, rules: Rules, now: dt.datetime) -> QuerySet[Course]:
    """Courses with nothing booked, due soon enough for a rule at this distance, with ``told_of``: the date last told."""
    told = Reminder.objects.filter(course=OuterRef("pk"), rule__kind="due", rule__days_before=days)
    told_of = Subquery(told.order_by("-due_date").values("due_date")[:1])
    # A day more on both ends: which date it is depends on the clinic.
    first, last = now.date() - dt.timedelta(days=1), (now + LOOK_AHEAD).date() + dt.timedelta(days=days + 1)
    courses: Any = Course.objects.filter(clinic__in=list(rules)).with_nothing_booked()
    found: QuerySet[Course] = (
        courses.filter(to_book_on__range=(first, last))
        .annotate(told_of=told_of, awake_from=awake_from(), **reachable("patient"))
        .order_by("pk")
    )
    return found


def _is_to_be_told(course: Any, today: dt.date) -> bool:
    """Not what was told already, nobody before their first session, who has just been seen, and nobody whom the desk leaves alone.

    Asked here, of the few who are due: a database that is asked looks it up for everybody in treatment.
    """
    asleep = course.awake_from is not None and today < course.awake_from
    return course.last_given_on is not None and course.told_of != course.next_due_on and not asleep


def _planned(course: Any, rules: Rules, times: Mapping[int, Times], now: dt.datetime) -> Reminder | None:
    rule, due_on = rules[course.clinic_id], course.next_due_on
    if not _is_to_be_told(course, rule.clinic.date_at(now)):
        return None
    not_before = now + undo_time()
    window = timing.due_window(due_on, rule.days_before, times[course.clinic_id], rule.clinic.zone, not_before)
    # An overdue course is on the recall list already, which is a person's.
    if window is None or window.useful_until <= now:
        return None
    return reminder_for(course, rule, window, now, patient_id=course.patient_id, course_id=course.pk, due_date=due_on)
