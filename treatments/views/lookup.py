"""From an address to a row of the current clinic."""

import uuid

from django.core.exceptions import BadRequest
from django.db.models import QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404

from clinic.access import StaffRequest
from clinic.joined import Joined
from patients.models import Patient
from treatments.forms import parse_whole
from treatments.models import Course, TreatmentSession

COURSE = Joined(
    """
    SELECT {columns}, EXISTS (
        SELECT 1 FROM patients_authorization agreed WHERE agreed.patient_id = patient.id AND agreed.status = 'approved'
    ), (SELECT max(given.given_on) FROM treatments_treatmentsession given WHERE given.course_id = course.id)
    FROM treatments_course course JOIN patients_patient patient ON patient.id = course.patient_id
    WHERE course.clinic_id = %s AND course.uid = %s
    """,
    course=Course,
    patient=Patient,
)


def get_session(request: StaffRequest, uid: uuid.UUID) -> TreatmentSession:
    """Return a session of the current clinic; the same 404 for a foreign one as for one that does not exist."""
    return get_object_or_404(_sessions(request), uid=uid)


def get_session_by_key(request: StaffRequest, key: str) -> TreatmentSession:
    """Return the session that a form with hundreds of buttons names by its key: a uid is seven times as long."""
    number = parse_whole(key)
    if number is None:
        raise BadRequest
    return get_object_or_404(_sessions(request), pk=number)


def _sessions(request: StaffRequest) -> QuerySet[TreatmentSession]:
    sessions = TreatmentSession.objects.filter(clinic=request.clinic)
    return sessions.select_related("clinic", "course__patient", "injector", "room")


def get_course(request: StaffRequest, uid: uuid.UUID) -> Course:
    """Return a course of the current clinic, with the person."""
    for course, patient, agreed, last in COURSE.rows(request.clinic.pk, uid):
        course.clinic, course.patient, course.payer_agreed = request.clinic, patient, bool(agreed)
        course.due_as_read = course.due_after_stored(last)
        found: Course = course
        return found
    raise Http404
