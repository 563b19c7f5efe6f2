"""The response of one person: their sessions and diary against the frozen level."""

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from patients.diary import Day
from patients.eligibility.policy import stop_rule
from patients.models import Assessment, Baseline, Patient
from treatments.models import Course, TreatmentSession
from treatments.response.cycles import WEEKS_9_TO_12_END, Response, response


@dataclass(frozen=True)
class Reading:
    """The response in a person's newest course, the frozen level it is held against, and whether that course has ended."""

    response: Response
    course: uuid.UUID | None = None
    level: Baseline | None = None
    ended: bool = False


def response_of(
    patient: Patient,
    given: Sequence[TreatmentSession],
    days: Sequence[Day],
    today: dt.date,
    signed: Assessment | None = None,
) -> Reading:
    """Return the response in the person's newest course, from their given sessions and their diary (1 query).

    ``signed``: their newest signed assessment, whose policy says when a stop is proposed.
    """
    if not given:
        return Reading(Response((), ()))
    course = given[-1].course
    given_on = [one.given_on for one in given if one.course_id == course.pk and one.given_on]
    level = Baseline.objects.newest().filter(patient=patient, given_on=given_on[0]).first()
    end, rule = _end_of(course, given_on[-1], today), stop_rule(signed.rules if signed else None)
    found = response(given_on, days, end, level, course.cycles_before, rule)
    return Reading(found, course.uid, level, course.closed_on is not None)


def _end_of(course: Course, last_given_on: dt.date, today: dt.date) -> dt.date:
    """Return the day before which the last cycle ends. Of a course that has ended it does so, and not before its week 12.

    A diary kept to look again months after a stop says nothing of what the treatment did.
    """
    if course.closed_on is None:
        return today
    whole = last_given_on + dt.timedelta(days=WEEKS_9_TO_12_END + 1)
    return min(today, max(course.closed_on, whole))
