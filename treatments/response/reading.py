"""The response of one person: their sessions and diary against the frozen level."""

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from patients.diary import Day
from patients.models import Baseline, Patient
from treatments.models import TreatmentSession
from treatments.response.cycles import Response, response


@dataclass(frozen=True)
class Reading:
    """The response in a person's newest course, and the frozen level it is held against."""

    response: Response
    course: uuid.UUID | None = None
    level: Baseline | None = None


def response_of(patient: Patient, given: Sequence[TreatmentSession], days: Sequence[Day], today: dt.date) -> Reading:
    """Return the response in the person's newest course, from their given sessions and their diary (1 query)."""
    if not given:
        return Reading(Response((), ()))
    course = given[-1].course
    given_on = [one.given_on for one in given if one.course_id == course.pk and one.given_on]
    level = Baseline.objects.newest().filter(patient=patient, given_on=given_on[0]).first()
    return Reading(response(given_on, days, today, level, course.cycles_before), course.uid, level)
