"""Reading a person's sessions and diary for the response (2 queries)."""

import datetime as dt

from patients.diary import Day
from patients.models import DiaryDay, Patient
from treatments.models import TreatmentSession
from treatments.response.cycles import Response, response


def response_of(patient: Patient, today: dt.date) -> Response:
    """Return the response in the person's newest course."""
    sessions = TreatmentSession.objects.filter(course__patient=patient, given_on__isnull=False)
    rows = list(sessions.order_by("given_on").values_list("course_id", "course__cycles_before", "given_on"))
    newest, earlier = rows[-1][:2] if rows else (None, 0)
    given_on = [day for course, _before, day in rows if course == newest and day]
    kept = DiaryDay.objects.filter(patient=patient).values_list("date", "headache_hours", "migraine")
    return response(given_on, [Day(*row) for row in kept] if given_on else [], today, earlier)
