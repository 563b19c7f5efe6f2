"""The response of one person: their sessions and diary against the frozen level."""

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from patients.diary import Day
from patients.eligibility.policy import stop_rule
from patients.models import Assessment, Baseline, Patient
from treatments.models import TreatmentSession
from treatments.response.cycles import Response, response


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
    rule = stop_rule(signed.rules if signed else None)
    found = response(given_on, days, today, level, course.cycles_before, rule)
    return Reading(found, course.uid, level, course.closed_on is not None)
