"""Opening and ending a course, as prescribers do."""

from typing import Any

from django.urls import reverse

from clinic.models import Injector, User
from patients.models import Patient
from tests.builders import TODAY, make_assessment
from tests.conftest import log_in
from tests.treatments.views.conftest import book_url
from treatments.models import Course


def test_a_prescriber_opens_a_course_and_books_the_first_session(
    maria: Patient, osei: Injector, prescriber: User
) -> None:
    assessment = make_assessment(maria, signed_by=prescriber)
    response: Any = log_in(prescriber).post(reverse("treatments:open_course", args=[assessment.uid]))
    assert response.url == book_url(Course.objects.get(patient=maria))


def test_a_course_ends_with_a_reason(course: Course, prescriber: User) -> None:
    log_in(prescriber).post(reverse("treatments:close_course", args=[course.uid]), {"reason": "Moved away"})
    course.refresh_from_db()
    assert (course.closed_on, course.close_reason) == (TODAY, "Moved away")
