"""Freezing the level before treatment when the first injection of a course is signed (clinical rule 8)."""

import datetime as dt

from clinic.models import User
from patients.actions.baseline import freeze_baseline
from patients.eligibility import WINDOW_DAYS
from patients.models import Baseline
from treatments.models import OutcomeScore, TreatmentSession


def freeze_level(*, session: TreatmentSession, given_on: dt.date, by: User, at: dt.datetime) -> Baseline | None:
    """Freeze the level before a course's first session; nothing at a later one, or where cycles were given elsewhere."""
    course = session.course
    given = course.sessions.filter(given_on__isnull=False).exclude(pk=session.pk)
    if course.cycles_before or given.exists():
        return None
    scores = OutcomeScore.objects.filter(
        patient=course.patient,
        hit6__isnull=False,
        taken_on__range=(given_on - dt.timedelta(days=WINDOW_DAYS), given_on),
    )
    return freeze_baseline(
        patient=course.patient,
        given_on=given_on,
        assessment=course.assessment,
        hit6=scores.order_by("-taken_on").values_list("hit6", flat=True).first(),
        by=by,
        at=at,
    )
