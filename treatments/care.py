"""The treatment of one person as their page shows it, read once for every panel of that page."""

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from django.db.models import QuerySet

from patients.models import Patient
from treatments.cycle import late_words
from treatments.days import with_cycle
from treatments.lots import lot_words, lots_used
from treatments.models import Course, OutcomeScore, SideEffect, TreatmentSession
from treatments.models.session import OPEN
from treatments.units import units_given


@dataclass(frozen=True)
class Care:
    """Sessions, the newest first; the open course with ``next_due_on``; the open session; effects, the newest first.

    ``people`` are the keys of the record and of those that were joined with it. What was told and asked under any of
    them is the person's; what was given stands on the one that stays.
    """

    sessions: list[Any]
    people: list[int]
    course: Any = None
    session: TreatmentSession | None = None
    effects: list[SideEffect] = field(default_factory=list)

    def lateness_words(self, today: dt.date) -> str:
        """Say what the days since the last session of the open course ask for: as of the visit to come, else of today."""
        last = max(
            (one.given_on for one in self.given if self.course and one.course_id == self.course.pk), default=None
        )
        if last is None:
            return ""
        on = max(self.session.local_date, today) if self.session else today
        return late_words(last, on, self.course.interval_days)

    @property
    def scores(self) -> QuerySet[OutcomeScore]:
        """The questionnaire totals, the newest first."""
        return OutcomeScore.objects.filter(patient__in=self.people).order_by("-taken_on", "-pk")

    @property
    def given(self) -> list[Any]:
        """The sessions that were given, from the first."""
        return sorted((one for one in self.sessions if one.given_on), key=lambda one: (one.given_on, one.pk))


def care_of(patient: Patient) -> Care:
    """Read a person's sessions with lots, courses and side effects (3 queries, mostly; 4 before the first session)."""
    sessions = with_cycle(TreatmentSession.objects.filter(course__patient=patient))
    shown = sessions.annotate(lots=lots_used(), units=units_given())
    rows = list(shown.select_related("course", "injector", "record").order_by("-starts_at", "-pk"))
    people = patient.joined()
    effects = list(SideEffect.objects.filter(patient__in=people))
    for row in rows:
        row.lots = lot_words(row.lots)
        row.effects = [effect for effect in effects if effect.session_id == row.pk]
    course: Any = next((row.course for row in rows if row.course.closed_on is None), None)
    if course is None:
        course = Course.objects.filter(patient=patient).open().first()
    if course is None:
        return Care(rows, people, effects=effects)
    here = [row for row in rows if row.course_id == course.pk]
    last = max((row.given_on for row in here if row.given_on), default=None)
    course.next_due_on = course.due_after(last)
    return Care(rows, people, course, next((row for row in here if row.status in OPEN), None), effects)
