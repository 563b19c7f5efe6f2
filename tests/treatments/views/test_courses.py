"""Opening and ending a course, as prescribers do."""

from typing import Any

import pytest
from django.urls import reverse

from clinic.models import Injector, User
from patients.models import Patient
from tests.builders import NOW, TODAY, make_assessment
from tests.conftest import log_in
from tests.pages import text
from tests.treatments.views.conftest import book_url
from treatments import courses, leaving
from treatments.models import Course


def test_a_prescriber_opens_a_course_and_books_the_first_session(
    maria: Patient, osei: Injector, prescriber: User
) -> None:
    assessment = make_assessment(maria, signed_by=prescriber)
    response: Any = log_in(prescriber).post(reverse("treatments:open_course", args=[assessment.uid]))
    assert response.url == book_url(Course.objects.get(patient=maria))


@pytest.mark.parametrize("page", ["close_course", "let_go", "snooze", "wait", "book"])
def test_the_pages_of_an_ended_course_say_that_it_has_ended_and_ask_for_nothing(
    course: Course, prescriber: User, page: str
) -> None:
    courses.close_course(course=course, reason="Moved away", by=prescriber, at=NOW)
    response = log_in(prescriber).get(reverse(f"treatments:{page}", args=[course.uid]))
    assert response.status_code == 409
    assert "It ended on Monday 23 November 2026. A prescriber can open a new one" in text(response)


def test_nobody_is_told_of_a_new_course_for_who_died(course: Course, prescriber: User) -> None:
    leaving.died(patient=course.patient, on=TODAY, by=prescriber, at=NOW)
    page = text(log_in(prescriber).get(book_url(course)))
    assert "It ended on Monday 23 November 2026." in page
    assert "can open a new one" not in page


def test_a_course_ends_with_a_reason(course: Course, prescriber: User) -> None:
    log_in(prescriber).post(reverse("treatments:close_course", args=[course.uid]), {"reason": "Moved away"})
    course.refresh_from_db()
    assert (course.closed_on, course.close_reason) == (TODAY, "Moved away")
