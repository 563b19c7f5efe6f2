"""Reminders that are missing. One query per distance that any clinic's rules use, read in a stream."""

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any

from django.conf import settings
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery

from reminders import timing
from reminders.models import Kind, Reminder, State
from reminders.planning.channel import reachable
from reminders.planning.rows import CHUNK, reminder_for, store
from reminders.planning.rules import LOOK_AHEAD, ActiveRules, Rules
from reminders.standing import ANNOUNCED
from treatments.models import Course, TreatmentSession


def create_visits(active: ActiveRules, *, now: dt.datetime) -> int:
    """Create what rules about visits ask for in the days ahead; return how many rows were offered to the database."""
    times = active.times_before_visits()
    made = 0
    for days, rules in active.by_distance(Kind.VISIT).items():
        sessions = _sessions_without(days, rules, now)
        made += store(_visit_reminders(sessions, rules, times, now))
    return made


def create_due(active: ActiveRules, *, now: dt.datetime) -> int:
    """Create what rules about due dates ask for, for courses with nothing booked."""
    made = 0
    for days, rules in active.by_distance(Kind.DUE).items():
        made += store(_due_reminders(_courses_without(days, rules, now), rules, now))
    return made


def _sessions_without(days: int, rules: Rules, now: dt.datetime) -> QuerySet[TreatmentSession]:
    """Announced visits near enough for a rule at this distance that have no reminder by it, on any channel."""
    there = Reminder.objects.filter(
        session=OuterRef("pk"), session_version=OuterRef("version"), rule__kind="visit", rule__days_before=days
    )
    stopped = Reminder.objects.filter(session=OuterRef("pk"), session_version=OuterRef("version"), state=State.STOPPED)
    horizon = now + LOOK_AHEAD + dt.timedelta(days=days)
    return (
        TreatmentSession.objects.filter(
            ~Exists(there),
            ~Exists(stopped),
            ANNOUNCED,
            clinic__in=list(rules),
            starts_at__gt=now,
            starts_at__lte=horizon,
        )
        .annotate(preferred=F("course__patient__preferred_channel"), patient_pk=F("course__patient_id"))
        .annotate(**reachable("course__patient_id"))
        .order_by("pk")
    )


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


def _visit_reminders(
    sessions: QuerySet[TreatmentSession], rules: Rules, times: Mapping[int, Mapping[int, dt.time]], now: dt.datetime
) -> Iterator[Reminder]:
    undo = dt.timedelta(seconds=settings.UNDO_SECONDS)
    for session in sessions.iterator(CHUNK):
        rule = rules[session.clinic_id]
        others = times[session.clinic_id]
        window = timing.visit_window(
            session.starts_at, rule.days_before, others, rule.clinic.zone, session.placed_at, undo
        )
        # When a later rule has yet to speak, its message makes up for one that was never planned.
        too_late = window is not None and window.useful_until <= now
        if window is None or (too_late and min(others) < rule.days_before):
            continue
        yield reminder_for(
            session,
            rule,
            window,
            now,
            patient_id=session.patient_pk,  # type: ignore[attr-defined]
            course_id=session.course_id,
            session=session,
            session_version=session.version,
            visit_at=session.starts_at,
        )


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
